-- The beginning of other scripts. Redis chooses a new replication id whenever it starts and whenever a replica is
-- promoted. Before that, commits may have been lost whose results others have seen. So numbers continue above every
-- number that was ever used: at the time in microseconds, since there are fewer of anything than microseconds.

-- Records the replication id in `state`. Returns that number if another one was recorded there.
local function new_history(state)
  local history = string.match(redis.call('INFO', 'replication'), 'master_replid:(%x+)')
  local known = redis.call('HGET', state, 'history')
  if known == history then return nil end
  redis.call('HSET', state, 'history', history)
  if not known then return nil end
  local time = redis.call('TIME')
  return string.format('%d', time[1] * 1000000 + time[2])
end

local function raise(hash, field, number)
  local known = redis.call('HGET', hash, field) or '0'
  if tonumber(known) < tonumber(number) then redis.call('HSET', hash, field, number) end
end

-- Raises the numbers of a shard: the fencing token, commits (`above`) and notifications.
local function continue_shard(state, records, notified)
  local number = new_history(state)
  if not number then return end
  raise(state, 'token', number)
  raise(state, 'above', number)
  raise(records, notified, number)
end
