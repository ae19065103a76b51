-- KEYS: owner, state, records. ARGV: the new owner, the field of the last notification's position. Returns the current
-- owner, if there is one. Otherwise raises the fencing token, so that the previous owner can no longer commit.
local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[1] then return owner end
continue_shard(KEYS[2], KEYS[3], ARGV[2])
redis.call('HINCRBY', KEYS[2], 'token', 1)
redis.call('SET', KEYS[1], ARGV[1])
return ''
