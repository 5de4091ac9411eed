// What a program calls InfluxDB with, in whatever runtime it is: the codecs, a bound `fetch`, signing in, and the life of an API token.

import {
  AuthError,
  decodeBasic,
  encodeBasic,
  formatAuthorization,
  parseAuthorization,
} from '@fluxauth/auth-core'
import { createAuthorizer, withAuth } from '@fluxauth/auth-core/client'
import {
  authorizations,
  buckets,
  checkToken,
  detectProduct,
  influxApi,
  me,
  readBucket,
  rotate,
  signIn,
  signOut,
} from '@fluxauth/auth-core/influxdb'

/** A value of the `Authorization` header, and what is to be read in it, or why it is to be refused. */
export interface Vector {
  readonly name: string
  readonly input: string
  readonly expected?: unknown
  readonly error?: string
}

/** What a program is told. */
export interface Given {
  readonly vectors: readonly Vector[]
  /** A real InfluxDB 2. */
  readonly influx: { readonly url: string; readonly username: string; readonly password: string }
  /** A server that answers with what came, and to `/to?URL` with a redirect. */
  readonly echo: string
  /** Another origin. */
  readonly elsewhere: string
  /** What it refuses, and what it takes. */
  readonly tokens: { readonly old: string; readonly new: string }
}

/** What each step came to, by its title. */
type Seen = Record<string, unknown>

/** Goes through the steps. */
export async function call({ vectors, influx, echo, elsewhere, tokens }: Given): Promise<Seen> {
  const seen: Seen = {}
  const step = async (title: string, run: () => unknown): Promise<void> => {
    try {
      seen[title] = await run()
    } catch (error) {
      seen[title] = AuthError.is(error) ? error.code : `${error}`
    }
  }

  await step('vectors read otherwise', () => vectors.filter(isReadOtherwise).map(({ name }) => name))
  await step('text that arrives otherwise', () => texts().filter((text) => !arrives(text)))

  let [token, asked] = [tokens.old, 0]
  const authorizer = createAuthorizer({
    origin: echo,
    credentials: {
      get: () => ({ scheme: 'token', token }),
      invalidate() {
        asked++
        token = tokens.new
      },
    },
  })
  const bound = withAuth(fetch, authorizer)
  const got = async (path: string, init?: RequestInit) => (await bound(`${echo}${path}`, init)).json()
  await step('refused twice at once', () => Promise.all([got('/1'), got('/2')]))
  await step('asked for another credential', () => asked)
  await step('a body', () => got('/', { method: 'POST', body: 'weather celsius=21.5' }))
  await step('a redirect to another path', () => got(`/to?${echo}/caf%C3%A9`))
  await step('a redirect to another origin', () => got(`/to?${elsewhere}/redirected`))
  await step('another origin', async () => (await bound(`${elsewhere}/asked`)).status)
  await step('an aborted request', () =>
    bound(`${echo}/`, { signal: AbortSignal.abort() }).catch(({ name }: Error) => name),
  )
  print(authorizer, bound)

  const nobody = influxApi({ url: influx.url })
  await step('product', async () => (await detectProduct(influx.url)).product)
  await step('signed in', async () => {
    const session = await signIn(nobody, influx)
    const own = nobody.as(session)
    print(session, own)
    const [{ id = '', orgID = '' } = {}] = await buckets.list(own)
    const permissions = [readBucket(id, orgID)]
    const made = await authorizations.create(own, { orgID, permissions, description: 'of a runtime' })
    let successor = ''
    await rotate(own, {
      id: made.id,
      store(next) {
        successor = next
      },
    })
    print(made)
    return {
      name: (await me(own)).name,
      before: (await checkToken(nobody, made.token)).state,
      after: (await checkToken(nobody, successor)).state,
      out: await signOut(own),
      again: await signOut(own),
    }
  })
  await step('a wrong password', () => signIn(nobody, { ...influx, password: 'wrong pa55word' }))
  return seen
}

function isReadOtherwise({ input, expected, error }: Vector): boolean {
  try {
    const read = parseAuthorization(input)
    const again = parseAuthorization(formatAuthorization(read))
    return JSON.stringify(read) !== JSON.stringify(expected) || JSON.stringify(again) !== JSON.stringify(read)
  } catch (thrown) {
    return !AuthError.is(thrown) || thrown.code !== error
  }
}

/** Text of each range of Unicode, in lengths that are written in each way there is. */
function texts(): string[] {
  return ['a', 'é', '€', '𝄞', 'a€'].flatMap((text) =>
    [0, 1, 2, 3, 100, 3000].map((times) => text.repeat(times)),
  )
}

function arrives(text: string): boolean {
  const { username, password } = decodeBasic(encodeBasic(text, `:${text}`), { maxLength: 100_000 })
  return username === text && password === `:${text}`
}

/** Logs values in every way that runtimes have in common. */
function print(...values: readonly unknown[]): void {
  console.log(...values)
  console.log('%o %O %j %s', values, values, values, values)
  console.dir(values, { depth: 9, showHidden: true })
  console.error(new Error('with a cause', { cause: values }))
  console.log(JSON.stringify(values), values.map(String))
}
