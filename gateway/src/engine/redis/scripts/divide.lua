-- KEYS: what is agreed; workers; gateways. ARGV: for how many milliseconds a word is good; number of shards. Answers who
-- lives; where nobody does, no process starts from now on.
local time = redis.call('TIME')
local since = time[1] * 1000 + math.floor(time[2] / 1000) - ARGV[1]
local living = {}
for i = 2, 3 do
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[i], since, '+inf')) do living[#living + 1] = id end
end
if #living == 0 then redis.call('HSET', KEYS[1], 'dividing', ARGV[2]) end
return living
