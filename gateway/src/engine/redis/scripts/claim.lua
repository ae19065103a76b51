-- KEYS: owner, state, records. ARGV: worker, lease in milliseconds, the field of the last notification's position.
local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[1] then return 0 end
continue_shard(KEYS[2], KEYS[3], ARGV[3])
local token = redis.call('HINCRBY', KEYS[2], 'token', 1)
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return token
