-- KEYS: delivered, undelivered. ARGV: agent, position.
local known = redis.call('HGET', KEYS[1], ARGV[1])
if known and tonumber(known) >= tonumber(ARGV[2]) then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return redis.call('XTRIM', KEYS[2], 'MINID', string.format('%d-0', ARGV[2] + 1))
