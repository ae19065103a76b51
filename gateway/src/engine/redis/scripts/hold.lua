-- KEYS: owner, state. ARGV: the new owner. Returns the current owner, if there is one. Raises the fencing token, so
-- that the previous owner commits nothing.
local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[1] then return owner end
redis.call('HINCRBY', KEYS[2], 'token', 1)
redis.call('SET', KEYS[1], ARGV[1])
return ''
