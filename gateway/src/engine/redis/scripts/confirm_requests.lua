-- KEYS: requests, references. ARGV: the offset up to which requests are confirmed.
for _, entry in ipairs(redis.call('XRANGE', KEYS[1], '-', ARGV[1] .. '-0')) do
  local reference = entry[2][2]
  -- ReferenceIDs wrap around, so this one may belong to a newer request.
  if (redis.call('HGET', KEYS[2], reference) or '') .. '-0' == entry[1] then redis.call('HDEL', KEYS[2], reference) end
  redis.call('XDEL', KEYS[1], entry[1])
end
return 0
