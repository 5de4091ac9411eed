// The requests that both servers are sent: every form of an `Authorization`, beside every kind of cookie, at every kind of place.

import { encodeBasic } from '@fluxauth/auth-core'
import type { Sent } from './asking.ts'
import { FEW, INACTIVE, type Things, TOKEN, USER, V1 } from './people.ts'

/** Who has signed in to one of the two, for a request that a session goes with. */
export interface Sessions {
  readonly user: string
  readonly few: string
}

/** A request to both. */
export interface Generated {
  readonly name: string
  /** Whether it ends the session that it is sent with. */
  readonly ends?: boolean
  make(things: Things, sessions: Sessions): Sent
}

/** Every form of an `Authorization`: the header lines that are sent, by what they are called in the list of differences. */
function authorizations(things: Things): Record<string, readonly string[]> {
  const { inactive, telegrafs, oneBucket, ofInactive, ofGone } = things
  const line = (value: string) => ['Authorization', Buffer.from(value).toString('latin1')]
  const basic = ({ username, password }: typeof USER) => encodeBasic(username, password)
  const values: Record<string, string> = {
    Token: `Token ${TOKEN}`,
    token: `token ${TOKEN}`,
    TOKEN: `TOKEN ${TOKEN}`,
    Bearer: `Bearer ${TOKEN}`,
    bearer: `bearer ${TOKEN}`,
    'an unknown Token': 'Token unknown',
    'an unknown Bearer': 'Bearer unknown',
    'an inactive Token': `Token ${inactive}`,
    'an inactive Bearer': `Bearer ${inactive}`,
    'a Token for telegrafs': `Token ${telegrafs}`,
    'a Token for one bucket': `Token ${oneBucket}`,
    'a Token of an inactive user': `Token ${ofInactive}`,
    'a Token of a deleted user': `Token ${ofGone}`,
    'Token with two blanks': `Token  ${TOKEN}`,
    'Token with a tab': `Token\t${TOKEN}`,
    'Token with blanks behind it': `Token ${TOKEN}  `,
    'Token with more behind it': `Token ${TOKEN} x`,
    'Token in quotes': `Token "${TOKEN}"`,
    'Token alone': 'Token',
    'Bearer alone': 'Bearer',
    'no word': TOKEN,
    'a list': `Token ${TOKEN}, Token ${TOKEN}`,
    'Token ANY:TOKEN': `Token any:${TOKEN}`,
    'Token :TOKEN': `Token :${TOKEN}`,
    'Token V1USER:TOKEN': `Token ${V1.username}:${TOKEN}`,
    'Token V1USER:PASSWORD': `Token ${V1.username}:${V1.password}`,
    'Token ANY:UNKNOWN': 'Token any:unknown',
    'Basic ANY:TOKEN': encodeBasic('any', TOKEN),
    'Basic :TOKEN': encodeBasic('', TOKEN),
    'Basic V1USER:PASSWORD': basic(V1),
    'Basic V1USER:TOKEN': encodeBasic(V1.username, TOKEN),
    'Basic V1USER:WRONG': encodeBasic(V1.username, 'wrong'),
    'Basic USER:PASSWORD': basic(USER),
    'Basic USER:WRONG': encodeBasic(USER.username, 'wrong'),
    'Basic of a user of few permissions': basic(FEW),
    'Basic ANY:UNKNOWN': encodeBasic('any', 'unknown'),
    'Basic ANY:': encodeBasic('any', ''),
    'Basic of an inactive user': basic(INACTIVE),
    'Basic in Latin-1': encodeBasic('zoë', 'pä', { charset: 'latin1' }),
    'basic in lower case': encodeBasic('any', TOKEN).replace('Basic', 'basic'),
    'Basic without a colon': 'Basic YWJj',
    'Basic that is no base64': 'Basic !',
    'Basic alone': 'Basic',
    Digest: 'Digest username="x"',
    'an empty value': '',
  }
  return {
    'no Authorization': [],
    ...Object.fromEntries(Object.entries(values).map(([name, value]) => [name, line(value)])),
    'two Authorizations': [...line(`Token ${TOKEN}`), ...line('Token unknown')],
    'Proxy-Authorization alone': ['Proxy-Authorization', `Token ${TOKEN}`],
  }
}

const NOTHING: Things = {
  org: '',
  bucket: '',
  inactive: '',
  telegrafs: '',
  oneBucket: '',
  ofInactive: '',
  ofGone: '',
}
const FORMS = Object.keys(authorizations(NOTHING))

/** Every kind of cookie, by what stands behind the form. */
const COOKIES: Readonly<Record<string, (sessions: Sessions) => string>> = {
  '': () => '',
  ' beside a session': ({ user }) => user,
  ' beside a session of few permissions': ({ few }) => few,
  ' beside a session in quotes': ({ user }) => user.replace(/=(.*)$/, '="$1"'),
  ' beside a junk cookie': () => 'influxdb-oss-session=junk',
}
const [NONE, SESSION, FEW_SESSION, JUNK] = [
  '',
  ' beside a session',
  ' beside a session of few permissions',
  ' beside a junk cookie',
] as const

const QUERY = '/query?db=weather&q=SHOW+DATABASES'
const PREFLIGHT = ['Origin', 'https://app.example', 'Access-Control-Request-Method', 'GET']

interface Place {
  readonly name: string
  readonly method: string
  path(things: Things): string
  readonly body?: string
  /** Lines that are sent beside the credential. */
  readonly headers?: readonly string[]
  readonly forms?: readonly string[]
  readonly cookies?: readonly string[]
  readonly ends?: boolean
}

const PLACES: readonly Place[] = [
  { name: 'me', method: 'GET', path: () => '/api/v2/me' },
  { name: 'query', method: 'GET', path: () => QUERY },
  { name: 'buckets', method: 'GET', path: () => '/api/v2/buckets', cookies: [NONE, SESSION, FEW_SESSION] },
  {
    name: 'a bucket',
    method: 'GET',
    path: ({ bucket }) => `/api/v2/buckets/${bucket}`,
    cookies: [NONE, SESSION, FEW_SESSION],
  },
  {
    name: 'write',
    method: 'POST',
    path: () => '/write?db=weather',
    body: 'm v=1',
    cookies: [NONE, SESSION, JUNK],
  },
  { name: 'PUT', method: 'PUT', path: () => '/api/v2/me' },
  { name: 'sign in', method: 'POST', path: () => '/api/v2/signin', cookies: [NONE] },
  {
    name: 'sign out',
    method: 'POST',
    path: () => '/api/v2/signout',
    cookies: [NONE, SESSION, JUNK],
    ends: true,
  },
  ...['/api/v2/me', QUERY].flatMap((path) =>
    [[], PREFLIGHT].map(
      (headers): Place => ({
        name: `${headers.length > 0 ? 'preflight' : 'OPTIONS'} of ${path.split('?', 1)[0]}`,
        method: 'OPTIONS',
        path: () => path,
        headers,
        forms: ['no Authorization', 'Token', 'an unknown Token', 'Basic ANY:TOKEN', 'Basic USER:WRONG'],
        cookies: [NONE, SESSION],
      }),
    ),
  ),
]

const inQuery = (u: string, p: string) => `${QUERY}&${new URLSearchParams({ u, p })}`
const IN_QUERY = [
  ['right', 'any', TOKEN],
  ['of v1', V1.username, V1.password],
  ['wrong', 'any', 'wrong'],
  ['without p', 'any', ''],
  ['without u', '', TOKEN],
] as const

/** All of them. */
export const GENERATED: readonly Generated[] = [
  ...PLACES.flatMap(({ name, method, path, body, headers = [], forms = FORMS, cookies, ends = false }) =>
    forms.flatMap((form) =>
      (cookies ?? Object.keys(COOKIES)).map(
        (beside): Generated => ({
          name: `${name}: ${form}${beside}`,
          ends: ends && beside === SESSION,
          make(things, sessions) {
            const cookie = COOKIES[beside]?.(sessions)
            const lines = [...(authorizations(things)[form] ?? []), ...(cookie ? ['Cookie', cookie] : [])]
            return { method, path: path(things), headers: [...lines, ...headers], body }
          },
        }),
      ),
    ),
  ),
  ...FORMS.flatMap((form) =>
    IN_QUERY.map(
      ([what, u, p]): Generated => ({
        name: `query, u and p ${what}: ${form}`,
        make: (things) => ({
          method: 'GET',
          path: inQuery(u, p),
          headers: authorizations(things)[form] ?? [],
        }),
      }),
    ),
  ),
  ...(
    [
      ['two cookies, the right one first', (session) => `${session}; influxdb-oss-session=junk`],
      ['two cookies, the right one last', (session) => `influxdb-oss-session=junk; ${session}`],
      ['one cookie twice', (session) => `${session}; ${session}`],
    ] satisfies [string, (session: string) => string][]
  ).map(
    ([order, cookie]): Generated => ({
      name: `me: ${order}`,
      make: (_, { user }) => ({ method: 'GET', path: '/api/v2/me', headers: ['Cookie', cookie(user)] }),
    }),
  ),
]
