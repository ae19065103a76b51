-- KEYS: state, entries, outbox, delivered, dns; the hash of each record; the undelivered stream of each message.
-- ARGV: token; the last committed entry; the entry to commit; the numbers of the last commit and of this one; the new
-- element of the outbox; the maximum number of messages kept per agent; the number of records; for each record its key,
-- its value (empty deletes it) and its DN (empty if it belongs to no session); for each message its agent, position and
-- text.
local state = redis.call('HMGET', KEYS[1], 'token', 'entry', 'commits')
if state[1] ~= ARGV[1] then return 'fenced' end
if (state[2] or '0-0') ~= ARGV[2] or (state[3] or '0') ~= ARGV[4] then return 'elsewhere' end
redis.call('XADD', KEYS[3], ARGV[5] .. '-0', 'c', ARGV[6], 'p', ARGV[4])
redis.call('HSET', KEYS[1], 'entry', ARGV[3], 'commits', ARGV[5])
local records = tonumber(ARGV[8])
for i = 1, records do
  local key, field, value, dn = KEYS[5 + i], ARGV[6 + 3 * i], ARGV[7 + 3 * i], ARGV[8 + 3 * i]
  if value ~= '' then
    redis.call('HSET', key, field, value)
    if dn ~= '' then redis.call('SADD', KEYS[5], dn) end
  else
    redis.call('HDEL', key, field)
    if dn ~= '' and redis.call('EXISTS', key) == 0 then redis.call('SREM', KEYS[5], dn) end
  end
end
for i = 1, #KEYS - 5 - records do
  local at = 6 + 3 * (records + i)
  local delivered = redis.call('HGET', KEYS[4], ARGV[at])
  -- An agent who has never subscribed misses nothing.
  if delivered and tonumber(ARGV[at + 1]) > tonumber(delivered) then
    redis.call('XADD', KEYS[5 + records + i], 'MAXLEN', ARGV[7], ARGV[at + 1] .. '-0', 'o', ARGV[at + 2])
  end
end
redis.call('XTRIM', KEYS[2], 'MINID', '~', ARGV[3])
return 'committed'
