// The requests that the sample and a real InfluxDB 2 are sent, and wherever the answers differ on purpose the reason why.

import type { Call } from './calling.ts'

/** An identifier of nothing. */
const UNKNOWN = '0000000000000001'

/** What the sample answers in the place of InfluxDB's answer, and why. */
interface Otherwise {
  readonly why: string
  readonly status: number
}

/** A request to both; `{org}`, `{user}`, … stand for the identifiers that each made up, and `token` for one of those made at the start. */
export interface Row extends Call {
  /** What the sample answers, where it answers otherwise on purpose. */
  readonly otherwise?: Otherwise
  /** Under which name to keep the `id` of the answer. */
  readonly keep?: string
}

const FORBIDDEN = {
  why: 'a missing permission is 403, so that no client takes its credential for a bad one',
  status: 403,
}
const NOTHING = {
  why: 'who holds no permission for the type is told so, in the place of an empty list',
  status: 403,
}
/** As {@link Otherwise}; apart from the value the answers are equal. */
export const ONCE = {
  why: 'a token’s value is shown once, as on Cloud Serverless and with hashed tokens',
  status: 200,
}
const CALLER = { why: 'what the caller got wrong is 400, not 500', status: 400 }
/** As {@link Otherwise}; apart from the message the refusals are equal. */
export const WORDS = {
  why: 'the same refusal in other words: InfluxDB names the types of its own source',
  status: 400,
}
const NARROWER = {
  why: 'what would be passed over is refused: the token would be for more than was asked for',
  status: 400,
}
const WIDER = { why: 'the token would cover more than the permissions of its maker', status: 403 }

const buckets = (query: string): Row => ({ path: `/api/v2/buckets?${query}` })
const authorizations = (query: string): Row => ({ path: `/api/v2/authorizations?${query}` })
const ofOrg = { type: 'buckets', orgID: '{org}' }
const readBuckets = [{ action: 'read', resource: ofOrg }]
const create = (body: unknown, more: Partial<Row> = {}): Row => ({
  method: 'POST',
  path: '/api/v2/authorizations',
  body,
  ...more,
})
const createFor = (...permissions: unknown[]) => create({ orgID: '{org}', permissions })
const password = (method: string, path: string, body: unknown, more: Partial<Row> = {}): Row => ({
  method,
  path: `/api/v2/${path}/password`,
  body,
  ...more,
})

/** The requests, by what they are about. */
export const ROWS: Readonly<Record<string, readonly Row[]>> = {
  'what anybody may ask': [
    { path: '/ping', token: '' },
    { path: '/ready', token: '' },
    { path: '/health', token: '', otherwise: { why: 'the version is the sample’s own', status: 200 } },
    { path: '/api/v2/setup', token: '' },
    { method: 'POST', path: '/api/v2/setup', token: '', body: {} },
    { path: '/api/v2/buckets', token: '' },
    { path: '/api/v2/buckets', token: 'wrong' },
  ],
  buckets: [
    buckets('org=fluxauth'),
    buckets('org=nosuch'),
    buckets('orgID={org}'),
    buckets(`orgID=${UNKNOWN}`),
    buckets('orgID=xyz'),
    buckets('name=weather'),
    buckets('name=weather&org=fluxauth'),
    buckets('name=_tasks'),
    buckets('name=_monitoring'),
    buckets('name=nosuch'),
    buckets('name=&org=fluxauth'),
    buckets('id={bucket}'),
    buckets(`id=${UNKNOWN}`),
    buckets('id=xyz'),
    buckets('id=zzzzzzzzzzzzzzzz'),
    ...['0', '1', '2', '100', '101', '-1', 'abc'].map((limit) => buckets(`org=fluxauth&limit=${limit}`)),
    buckets('org=fluxauth&limit=1&offset=1'),
    buckets('org=fluxauth&limit=2&offset=2'),
    buckets('org=fluxauth&limit=2&offset=3'),
    buckets('org=fluxauth&offset=x'),
    buckets('org=fluxauth&descending=true'),
    buckets('org=fluxauth&descending=x'),
    buckets('after=xyz'),
    buckets('org=fluxauth&after={bucket}'),
    buckets('org=fluxauth&descending=true&after={bucket}'),
    buckets(`org=fluxauth&after=${UNKNOWN}`),
    buckets('after=fffffffffffffffe'),
    { path: '/api/v2/buckets/{bucket}' },
    { path: `/api/v2/buckets/${UNKNOWN}` },
    { path: '/api/v2/buckets/xyz' },
    { ...buckets('org=fluxauth'), token: 'one bucket' },
    { ...buckets('name=_tasks'), token: 'one bucket' },
    { path: '/api/v2/buckets/{bucket}', token: 'one bucket' },
    { path: '/api/v2/buckets/{bucket}', token: 'telegrafs', otherwise: FORBIDDEN },
    { ...buckets('org=fluxauth'), token: 'telegrafs', otherwise: NOTHING },
    {
      ...buckets('org=fluxauth'),
      token: 'inactive',
      otherwise: {
        why: 'an inactive token is refused everywhere, and not told from an unknown one',
        status: 401,
      },
    },
  ],
  'users and organizations, which are in none': [
    { path: '/api/v2/users', token: 'users of the org' },
    { path: '/api/v2/users/{user}', token: 'users of the org', otherwise: FORBIDDEN },
    { path: '/api/v2/me', token: 'users of the org', otherwise: FORBIDDEN },
    { path: '/api/v2/users', token: 'self in the org' },
    { path: '/api/v2/users/{user}', token: 'self in the org' },
    { path: '/api/v2/me', token: 'self in the org' },
    { path: '/api/v2/orgs', token: 'orgs of the org' },
    { path: '/api/v2/orgs/{org}', token: 'orgs of the org', otherwise: FORBIDDEN },
    { path: '/api/v2/orgs', token: 'the org in the org' },
    { path: '/api/v2/orgs/{org}', token: 'the org in the org' },
  ],
  organizations: [
    { path: '/api/v2/orgs' },
    { path: '/api/v2/orgs?org=fluxauth' },
    { path: '/api/v2/orgs?org=nosuch' },
    { path: '/api/v2/orgs?orgID={org}' },
    { path: `/api/v2/orgs?orgID=${UNKNOWN}` },
    {
      path: '/api/v2/orgs?orgID=xyz',
      otherwise: { why: 'an identifier that is none is refused, as everywhere', status: 400 },
    },
    { path: '/api/v2/orgs?limit=0' },
    { path: '/api/v2/orgs?offset=1' },
    { path: '/api/v2/orgs/{org}' },
    { path: `/api/v2/orgs/${UNKNOWN}` },
    { path: '/api/v2/orgs/xyz' },
    { path: '/api/v2/orgs/{org}', token: 'one bucket', otherwise: FORBIDDEN },
    { path: '/api/v2/orgs', token: 'one bucket', otherwise: NOTHING },
  ],
  'API tokens': [
    { path: '/api/v2/authorizations/{auth}', otherwise: ONCE },
    { path: `/api/v2/authorizations/${UNKNOWN}` },
    { path: '/api/v2/authorizations/xyz' },
    { path: '/api/v2/authorizations/zzzzzzzzzzzzzzzz' },
    { ...authorizations('user=zo%C3%AB'), otherwise: ONCE },
    authorizations('user=nosuch'),
    authorizations('userID=xyz'),
    authorizations(`userID=${UNKNOWN}`),
    { ...authorizations('org=fluxauth'), otherwise: ONCE },
    authorizations('org=nosuch'),
    authorizations(`orgID=${UNKNOWN}`),
    authorizations('orgID=xyz'),
    { ...authorizations('id={auth}'), otherwise: ONCE },
    authorizations(`id=${UNKNOWN}`),
    authorizations('id=xyz'),
    {
      ...authorizations('token=any'),
      otherwise: {
        why: 'InfluxDB takes no notice of it and lists everything, of which the first would be taken',
        status: 400,
      },
    },
    { path: '/api/v2/authorizations', token: 'telegrafs', otherwise: NOTHING },
    { path: '/api/v2/authorizations/{auth}', token: 'telegrafs', otherwise: FORBIDDEN },
    { method: 'DELETE', path: '/api/v2/authorizations/{auth}', token: 'telegrafs', otherwise: FORBIDDEN },
    { ...createFor(...readBuckets), token: 'telegrafs', otherwise: FORBIDDEN },
    { ...createFor(...readBuckets), token: 'maker' },
    { ...createFor({ action: 'read', resource: { type: 'telegrafs', orgID: '{org}' } }), token: 'maker' },
    {
      ...createFor({ action: 'read', resource: { type: 'users', id: '{user}', orgID: '{org}' } }),
      token: 'maker with the users of the org',
      otherwise: WIDER,
    },
    {
      ...createFor({ action: 'read', resource: { type: 'users', id: '{user}' } }),
      token: 'maker with self in the org',
      otherwise: WIDER,
    },
    {
      ...createFor({ action: 'read', resource: { type: 'users', id: '{user}', orgID: '{org}' } }),
      token: 'maker with self in the org',
    },
    create({ orgID: '{org}', permissions: readBuckets, description: 'a reader' }, { keep: 'made' }),
    create({ orgID: '{org}', permissions: readBuckets, status: 'inactive', userID: '{user}' }),
    create({ orgID: '{org}', permissions: readBuckets, status: null, description: null }),
    create({ orgID: '{org}', permissions: readBuckets, token: 'my-own-choice' }),
    createFor(
      { action: 'read', resource: { ...ofOrg, id: '{bucket}', name: 'ignored', org: 'ignored' } },
      { action: 'write', resource: { type: 'users' } },
      { action: 'read', resource: { type: 'users', id: '{user}' } },
      { action: 'read', resource: { type: 'orgs', id: '{org}' } },
    ),
    create({}),
    create({ orgID: '{org}' }),
    create({ orgID: '{org}', permissions: [] }),
    create({ permissions: readBuckets }),
    create({ org: 'fluxauth', permissions: readBuckets }),
    create({ orgID: null, permissions: readBuckets }),
    create({ orgID: 'xyz', permissions: readBuckets }),
    create({ orgID: 'zzzzzzzzzzzzzzzz', permissions: readBuckets }),
    create({ orgID: '0000000000000000', permissions: readBuckets }),
    create({ orgID: UNKNOWN, permissions: readBuckets }),
    create({ orgID: UNKNOWN, permissions: [{ action: 'read', resource: { type: 'buckets' } }] }),
    create({ orgID: '{org}', permissions: [{ action: 'read', resource: { ...ofOrg, orgID: UNKNOWN } }] }),
    create({ orgID: '{org}', permissions: readBuckets, userID: UNKNOWN }),
    create({ orgID: '{org}', permissions: readBuckets, userID: 'xyz' }),
    create({ orgID: '{org}', permissions: readBuckets, userID: '' }),
    create({ orgID: '', permissions: readBuckets }),
    create({ orgID: '{org}', permissions: readBuckets, userID: 0 }, { otherwise: WORDS }),
    create({ orgID: '{org}', permissions: readBuckets, status: 'asleep' }),
    create({ orgID: '{org}', permissions: readBuckets, status: 5 }, { otherwise: WORDS }),
    create({ orgID: '{org}', permissions: readBuckets, description: 5 }, { otherwise: WORDS }),
    create('[]', { otherwise: WORDS }),
    create('{', { otherwise: WORDS }),
    createFor({}),
    createFor(null),
    createFor({ action: 'read' }),
    createFor({ action: 'delete', resource: ofOrg }),
    createFor({ action: 'read', resource: { type: 'nosuch' } }),
    createFor({ action: 'read', resource: { ...ofOrg, id: 'xyz' } }),
    { ...createFor({ action: 'read', resource: { ...ofOrg, name: 'weather' } }), otherwise: NARROWER },
    { ...createFor({ action: 'read', resource: { type: 'buckets', org: 'fluxauth' } }), otherwise: NARROWER },
    { ...createFor({ action: 'read', resource: { ...ofOrg, id: null } }), otherwise: NARROWER },
    { ...createFor({ action: 'read', resource: { ...ofOrg, ID: '{bucket}' } }), otherwise: NARROWER },
    {
      ...createFor({ action: 'read', resource: { type: 'instance' } }),
      otherwise: { why: 'nobody holds it and nobody can be given it: it is no type here', status: 400 },
    },
    {
      method: 'PATCH',
      path: '/api/v2/authorizations/{made}',
      body: { status: 'inactive', description: 'ä new one' },
      otherwise: ONCE,
    },
    { method: 'PATCH', path: '/api/v2/authorizations/{made}', body: { status: 5 }, otherwise: CALLER },
    { method: 'PATCH', path: '/api/v2/authorizations/{made}', body: '{', otherwise: CALLER },
    { method: 'PATCH', path: '/api/v2/authorizations/{made}', body: { status: 'asleep' }, otherwise: WORDS },
    { method: 'PATCH', path: `/api/v2/authorizations/${UNKNOWN}`, body: {} },
    { method: 'PATCH', path: '/api/v2/authorizations/xyz', body: {} },
    { method: 'DELETE', path: '/api/v2/authorizations/{made}' },
    { method: 'DELETE', path: '/api/v2/authorizations/{made}' },
    { method: 'DELETE', path: '/api/v2/authorizations/xyz' },
  ],
  users: [
    { path: '/api/v2/me' },
    { path: '/api/v2/me', token: 'one bucket', otherwise: FORBIDDEN },
    { path: '/api/v2/users' },
    { path: '/api/v2/users?name=zo%C3%AB' },
    { path: '/api/v2/users?name=nosuch' },
    { path: '/api/v2/users?id={user}' },
    { path: `/api/v2/users?id=${UNKNOWN}` },
    { path: '/api/v2/users?id=xyz' },
    { path: '/api/v2/users?limit=0' },
    { path: '/api/v2/users?after={user}' },
    { path: '/api/v2/users?after=0000000000000002' },
    { path: '/api/v2/users?after=7ffffffffffffffe' },
    { path: '/api/v2/users?descending=true&after=7ffffffffffffffe' },
    { path: '/api/v2/users/{user}' },
    { path: `/api/v2/users/${UNKNOWN}` },
    { path: '/api/v2/users/xyz' },
    { path: '/api/v2/users', token: 'self' },
    { path: '/api/v2/users', token: 'one bucket', otherwise: NOTHING },
    { method: 'POST', path: '/api/v2/users', body: { name: 'x' }, token: 'self', otherwise: FORBIDDEN },
    { method: 'POST', path: '/api/v2/users', body: { name: 'mia' }, keep: 'mia' },
    { method: 'POST', path: '/api/v2/users', body: { name: 'mia' } },
    { method: 'POST', path: '/api/v2/users', body: { name: 'otto', status: 'inactive' } },
    { method: 'POST', path: '/api/v2/users', body: {} },
    { method: 'POST', path: '/api/v2/users', body: '{', otherwise: CALLER },
    {
      method: 'POST',
      path: '/api/v2/users',
      body: { name: 'a:b' },
      otherwise: { why: 'nobody could sign in with it: the first colon ends a name', status: 400 },
    },
    {
      method: 'POST',
      path: '/api/v2/users',
      body: { name: 'kim', status: 'asleep' },
      otherwise: { why: 'InfluxDB keeps any status that a user is made with', status: 400 },
    },
    { method: 'PATCH', path: '/api/v2/users/{mia}', body: { name: 'mïa' } },
    { method: 'PATCH', path: '/api/v2/users/{mia}', body: { name: 'zoë' } },
    { method: 'PATCH', path: '/api/v2/users/{mia}', body: { name: '' } },
    { method: 'PATCH', path: '/api/v2/users/{mia}', body: { status: 'inactive' } },
    { method: 'PATCH', path: '/api/v2/users/{mia}', body: { status: 'asleep' } },
    { method: 'PATCH', path: '/api/v2/users/{mia}', body: { status: 'active' } },
    { method: 'PATCH', path: '/api/v2/users/{mia}', body: {} },
    { method: 'PATCH', path: `/api/v2/users/${UNKNOWN}`, body: { name: 'q' } },
  ],
  passwords: [
    ...['short', 'x'.repeat(72), 'x'.repeat(73), '€'.repeat(25), '€€€', ''].map((text) =>
      password('POST', 'users/{mia}', { password: text }),
    ),
    ...['new\nline', '\ud800 half a character'].map((text) =>
      password(
        'POST',
        'users/{mia}',
        { password: text },
        { otherwise: { why: 'nobody could sign in with it', status: 400 } },
      ),
    ),
    password('POST', 'users/{mia}', {}),
    password('POST', 'users/{mia}', '{', { otherwise: WORDS }),
    password('POST', `users/${UNKNOWN}`, { password: 'long-enough' }),
    password('POST', 'users/xyz', { password: 'long-enough' }, { otherwise: CALLER }),
    password('POST', 'users/{mia}', { password: 'long-enough' }, { token: 'self', otherwise: FORBIDDEN }),
    password('POST', 'users/{mia}', { password: 'long-enough' }),
    password('PUT', 'me', { password: 'long-enough' }, { token: '' }),
    password(
      'PUT',
      'users/{mia}',
      { password: 'long-enough' },
      { otherwise: { why: 'a token is no session: InfluxDB’s answer is 500', status: 401 } },
    ),
    { method: 'DELETE', path: '/api/v2/users/{mia}' },
    { method: 'DELETE', path: '/api/v2/users/{mia}' },
    { path: '/api/v2/users/{mia}' },
  ],
}
