-- KEYS: readers, outbox. ARGV: the live gateways. The positions of other readers are dropped.
local lives = {}
for _, gateway in ipairs(ARGV) do lives[gateway] = true end
local readers = redis.call('HGETALL', KEYS[1])
local least
for i = 1, #readers, 2 do
  local read = tonumber(readers[i + 1])
  if not lives[readers[i]] then
    redis.call('HDEL', KEYS[1], readers[i])
  elseif not least or read < least then
    least = read
  end
end
if not least then return 0 end
return redis.call('XTRIM', KEYS[2], 'MINID', '~', string.format('%d-0', least + 1))
