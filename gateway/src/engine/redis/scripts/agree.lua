-- KEYS: the agreed settings. ARGV: form, number of shards, digest of the DNs of the agents. Returns the agreed
-- settings.
redis.call('HSETNX', KEYS[1], 'form', ARGV[1])
redis.call('HSETNX', KEYS[1], 'shards', ARGV[2])
redis.call('HSETNX', KEYS[1], 'dns', ARGV[3])
return redis.call('HMGET', KEYS[1], 'form', 'shards', 'dns')
