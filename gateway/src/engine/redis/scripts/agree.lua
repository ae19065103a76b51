-- KEYS: the agreed settings. ARGV: form, number of shards, digest of the DNs. Returns the agreed settings, the layout,
-- and the target number of shards if a resharding is in progress.
redis.call('HSETNX', KEYS[1], 'form', ARGV[1])
redis.call('HSETNX', KEYS[1], 'shards', ARGV[2])
redis.call('HSETNX', KEYS[1], 'dns', ARGV[3])
local agreed = redis.call('HMGET', KEYS[1], 'form', 'shards', 'dns', 'layout', 'dividing')
return {agreed[1], agreed[2], agreed[3], agreed[4] or '1', agreed[5] or ''}
