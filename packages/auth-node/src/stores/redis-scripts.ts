// What Redis has to do in one step: scripts, which nothing else runs in between.

import { LEAST_SHIFT } from './own-clock.ts'

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
 * What has ended says Redis. Times come by a server's clock and are kept by Redis's: a server whose clock is ahead must neither prolong its
 * own sessions nor end others'.
 */
const TIME = `
local time = redis.call('time')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function kept(milliseconds, server_now)
  local shift = now - tonumber(server_now)
  if math.abs(shift) < ${LEAST_SHIFT} then shift = 0 end
  return tonumber(milliseconds) + shift
end
local function text(milliseconds) return string.format('%.0f', milliseconds) end`

/** The list of a user's sessions, by which all are revoked, holds when each ends, drops those that have, and ends with the last of them. */
const KEEP_LIST = `${TIME}
local function keep(list)
  redis.call('zremrangebyscore', list, '-inf', now)
  local last = redis.call('zrange', list, -1, -1, 'withscores')
  if last[2] then redis.call('pexpireat', list, text(tonumber(last[2]))) end
end`

/** Creates a session. Keys: the session, the user's list. Arguments: record, created_at, expires_at, ends_at, id, the server's time. */
export const CREATE_SESSION: string = `${KEEP_LIST}
local expires, ends = kept(ARGV[3], ARGV[6]), kept(ARGV[4], ARGV[6])
local stop = text(math.min(expires, ends))
redis.call('hset', KEYS[1], 'record', ARGV[1], 'created_at', text(kept(ARGV[2], ARGV[6])), 'expires_at', text(expires),
  'ends_at', text(ends), 'list', KEYS[2], 'id', ARGV[5])
redis.call('pexpireat', KEYS[1], stop)
redis.call('zadd', KEYS[2], stop, ARGV[5])
keep(KEYS[2])`

/** Moves the end of a session that is there. Key: the session. Arguments: expires_at, the server's time. */
export const RENEW_SESSION: string = `${KEEP_LIST}
local found = redis.call('hmget', KEYS[1], 'ends_at', 'list', 'id')
if not found[1] then return 0 end
local expires = kept(ARGV[1], ARGV[2])
local stop = text(math.min(expires, tonumber(found[1])))
redis.call('hset', KEYS[1], 'expires_at', text(expires))
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
