-- ARGV: the number of shards. Returns the live processes. If there are none, prevents processes from starting.
if #living == 0 then redis.call('HSET', KEYS[1], 'dividing', ARGV[2]) end
return living
