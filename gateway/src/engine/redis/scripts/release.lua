-- KEYS: owner, state. ARGV: token.
if redis.call('HGET', KEYS[2], 'token') ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
return 1
