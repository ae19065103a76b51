-- KEYS: what is agreed. ARGV: form, number of shards, whose the DNs are. Answers what is agreed, then the layout, and
-- into how many shards the sessions are being divided, where they are.
redis.call('HSETNX', KEYS[1], 'form', ARGV[1])
redis.call('HSETNX', KEYS[1], 'shards', ARGV[2])
redis.call('HSETNX', KEYS[1], 'dns', ARGV[3])
local agreed = redis.call('HMGET', KEYS[1], 'form', 'shards', 'dns', 'layout', 'dividing')
return {agreed[1], agreed[2], agreed[3], agreed[4] or '1', agreed[5] or ''}
