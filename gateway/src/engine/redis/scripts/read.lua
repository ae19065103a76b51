-- KEYS: records, delivered, undelivered; the sessions at each DN of the agent.
-- ARGV: the fields of the store's record and of the last notification's position; the agent, if undelivered
-- notifications are requested. From the first such request on, notifications are kept for the agent.
local read = {redis.call('HGET', KEYS[1], ARGV[1]) or '', redis.call('HGET', KEYS[1], ARGV[2]) or '0', {}}
if ARGV[3] ~= '' then
  if redis.call('HSETNX', KEYS[2], ARGV[3], read[2]) == 0 then read[3] = redis.call('XRANGE', KEYS[3], '-', '+') end
end
for i = 4, #KEYS do read[i] = redis.call('HGETALL', KEYS[i]) end
return read
