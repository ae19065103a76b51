-- Prepended to other scripts. KEYS: the agreed settings; workers; gateways. ARGV: how long a heartbeat counts, in
-- milliseconds. Sets `living` to the ids of the live processes.
local time = redis.call('TIME')
local since = time[1] * 1000 + math.floor(time[2] / 1000) - ARGV[1]
local living = {}
for i = 2, 3 do
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[i], since, '+inf')) do living[#living + 1] = id end
end
