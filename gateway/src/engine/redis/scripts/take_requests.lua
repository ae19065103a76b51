-- KEYS: requests, references, state. ARGV: shard, commit; then, in order, the ReferenceID and text of each request to
-- send, or a ReferenceID and an empty text to drop a request. Returns the offset of the newest request.
local number = changed_replication_id(KEYS[3])
if number then raise(KEYS[3], 'newest', number) end
if tonumber(ARGV[2]) > tonumber(redis.call('HGET', KEYS[3], 'taken:' .. ARGV[1]) or '0') then
  for i = 3, #ARGV, 2 do
    local reference = ARGV[i]
    if ARGV[i + 1] ~= '' then
      local offset = string.format('%d', redis.call('HINCRBY', KEYS[3], 'newest', 1))
      redis.call('XADD', KEYS[1], offset .. '-0', 'id', reference, 'r', ARGV[i + 1])
      redis.call('HSET', KEYS[2], reference, offset)
    else
      local offset = redis.call('HGET', KEYS[2], reference)
      if offset then
        redis.call('XDEL', KEYS[1], offset .. '-0')
        redis.call('HDEL', KEYS[2], reference)
      end
    end
  end
  redis.call('HSET', KEYS[3], 'taken:' .. ARGV[1], ARGV[2])
end
return tonumber(redis.call('HGET', KEYS[3], 'newest') or '0')
