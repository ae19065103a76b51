-- ARGV: the number of shards; a digest of the DNs; the new layout; the old layout, if it has to be deleted. Returns the
-- live processes. If there are none, the new layout replaces the old one.
if #living > 0 then return living end
redis.call('HSET', KEYS[1], 'shards', ARGV[2], 'dns', ARGV[3], 'layout', ARGV[4])
redis.call('HDEL', KEYS[1], 'dividing', 'other')
if ARGV[5] ~= '' then redis.call('HSET', KEYS[1], 'other', ARGV[5]) end
return living
