-- Prepended to other scripts. Redis chooses a new replication id at each start and each promotion of a replica. At that
-- moment it may have lost commits whose results were already seen. Numbers therefore continue above every number ever
-- used: at the time in microseconds, because no counter rises faster than that.

-- Records the replication id in `state`. Returns the number to continue at if a different id was recorded before.
local function changed_replication_id(state)
  local id = string.match(redis.call('INFO', 'replication'), 'master_replid:(%x+)')
  local known = redis.call('HGET', state, 'replication_id')
  if known == id then return nil end
  redis.call('HSET', state, 'replication_id', id)
  if not known then return nil end
  local time = redis.call('TIME')
  return string.format('%d', time[1] * 1000000 + time[2])
end

local function raise(hash, field, number)
  local known = redis.call('HGET', hash, field) or '0'
  if tonumber(known) < tonumber(number) then redis.call('HSET', hash, field, number) end
end

-- Raises the counters of a shard: the fencing token, the commits (`above`) and the notifications.
local function continue_shard(state, records, notified)
  local number = changed_replication_id(state)
  if not number then return end
  raise(state, 'token', number)
  raise(state, 'above', number)
  raise(records, notified, number)
end
