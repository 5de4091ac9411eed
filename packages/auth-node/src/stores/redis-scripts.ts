// What Redis has to do in one step: scripts, which nothing else runs in between.

/**
 * Creates a token. Keys: the token, its id, and each index. Arguments: status, description, updated_at, record, hash, id.
 * Gives 1, or 0 where the id or the hash is taken.
 */
export const CREATE_TOKEN = `
if redis.call('exists', KEYS[1], KEYS[2]) > 0 then return 0 end
redis.call('hset', KEYS[1], 'status', ARGV[1], 'description', ARGV[2], 'updated_at', ARGV[3], 'record', ARGV[4])
redis.call('set', KEYS[2], ARGV[5])
for i = 3, #KEYS do redis.call('zadd', KEYS[i], 0, ARGV[6]) end
return 1`

/** Changes a token that is there. Key: the token. Arguments: status and description, empty for as it is, and updated_at. */
export const UPDATE_TOKEN = `
if redis.call('exists', KEYS[1]) == 0 then return false end
if ARGV[1] ~= '' then redis.call('hset', KEYS[1], 'status', ARGV[1]) end
if ARGV[2] ~= '' then redis.call('hset', KEYS[1], 'description', ARGV[2]) end
redis.call('hset', KEYS[1], 'updated_at', ARGV[3])
return redis.call('hmget', KEYS[1], 'status', 'description', 'updated_at', 'record')`

/** Deletes a token. Keys: the token, its id, and each index. Arguments: hash, id. Gives 1, or 0 where it was gone already. */
export const DELETE_TOKEN = `
if redis.call('get', KEYS[2]) ~= ARGV[1] then return 0 end
redis.call('del', KEYS[1], KEYS[2])
for i = 3, #KEYS do redis.call('zrem', KEYS[i], ARGV[2]) end
return 1`

/**
 * The list of a user's sessions holds when each ends, drops those that have, and ends with the last of them. What has ended says Redis: a
 * server whose clock is ahead must not take others' sessions off the list, by which all of a user's are revoked.
 */
const KEEP_LIST = `
local function keep(list)
  local time = redis.call('time')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)
  redis.call('zremrangebyscore', list, '-inf', now)
  local last = redis.call('zrange', list, -1, -1, 'withscores')
  if last[2] then redis.call('pexpireat', list, string.format('%.0f', tonumber(last[2]))) end
end`

/** Creates a session. Keys: the session, the user's list. Arguments: record, expires_at, ends_at, the earlier of both, id. */
export const CREATE_SESSION: string = `${KEEP_LIST}
redis.call('hset', KEYS[1], 'record', ARGV[1], 'expires_at', ARGV[2], 'ends_at', ARGV[3], 'list', KEYS[2], 'id', ARGV[5])
redis.call('pexpireat', KEYS[1], ARGV[4])
redis.call('zadd', KEYS[2], ARGV[4], ARGV[5])
keep(KEYS[2])`

/** Moves the end of a session that is there. Key: the session. Argument: expires_at. */
export const RENEW_SESSION: string = `${KEEP_LIST}
local found = redis.call('hmget', KEYS[1], 'ends_at', 'list', 'id')
if not found[1] then return 0 end
local stop = string.format('%.0f', math.min(tonumber(ARGV[1]), tonumber(found[1])))
redis.call('hset', KEYS[1], 'expires_at', ARGV[1])
redis.call('pexpireat', KEYS[1], stop)
redis.call('zadd', found[2], 'XX', stop, found[3])
keep(found[2])
return 1`

/** Deletes a session. Key: the session. Gives 1, or 0 where there was none. */
export const DELETE_SESSION = `
local found = redis.call('hmget', KEYS[1], 'list', 'id')
if not found[1] then return 0 end
redis.call('zrem', found[1], found[2])
return redis.call('del', KEYS[1])`

/** Deletes the sessions of a list. Key: the list. Arguments: what their keys begin with, and the id of one that stays. Gives how many. */
export const DELETE_SESSIONS = `
local count = 0
for _, id in ipairs(redis.call('zrange', KEYS[1], 0, -1)) do
  if id ~= ARGV[2] then
    count = count + redis.call('del', ARGV[1] .. id)
    redis.call('zrem', KEYS[1], id)
  end
end
return count`
