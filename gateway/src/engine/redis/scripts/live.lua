-- KEYS: the live processes; the agreed settings. ARGV: the id of this process, or nothing; how long a heartbeat counts,
-- in milliseconds; the layout of this process. A process that was paused during a resharding must not continue on the
-- old layout.
if (redis.call('HGET', KEYS[2], 'layout') or '1') ~= ARGV[3] then
  return redis.error_reply('DIVIDED the sessions were divided anew: this process has to be started again')
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if ARGV[1] ~= '' then redis.call('ZADD', KEYS[1], now, ARGV[1]) end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
return redis.call('ZRANGE', KEYS[1], 0, -1)
