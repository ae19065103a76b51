-- KEYS: what is agreed; workers; gateways. ARGV: for how many milliseconds a word is good; number of shards; whose the
-- DNs are; layout; what is left over then, if anything is. Answers who lives; where nobody does, the new layout is that of all.
local time = redis.call('TIME')
local since = time[1] * 1000 + math.floor(time[2] / 1000) - ARGV[1]
local living = {}
for i = 2, 3 do
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[i], since, '+inf')) do living[#living + 1] = id end
end
if #living > 0 then return living end
redis.call('HSET', KEYS[1], 'shards', ARGV[2], 'dns', ARGV[3], 'layout', ARGV[4])
redis.call('HDEL', KEYS[1], 'dividing', 'other')
if ARGV[5] ~= '' then redis.call('HSET', KEYS[1], 'other', ARGV[5]) end
return living
