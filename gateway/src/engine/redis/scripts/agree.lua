-- KEYS: what is agreed. ARGV: form, number of shards, whose the DNs are. Answers what is agreed.
redis.call('HSETNX', KEYS[1], 'form', ARGV[1])
redis.call('HSETNX', KEYS[1], 'shards', ARGV[2])
redis.call('HSETNX', KEYS[1], 'dns', ARGV[3])
return redis.call('HMGET', KEYS[1], 'form', 'shards', 'dns')
