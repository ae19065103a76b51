-- KEYS: owner, state. ARGV: worker, lease in milliseconds, token.
if redis.call('HGET', KEYS[2], 'token') ~= ARGV[3] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
