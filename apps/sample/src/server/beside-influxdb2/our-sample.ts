// The sample with the rules of InfluxDB 2, and beside it what the sample has not: the guard for `/query` and `/write`.

import {
  type Action,
  createGuard,
  createVerifier,
  type Permission,
  scryptPasswords,
  type User,
} from '@fluxauth/auth-node/server'
import type { Context } from 'hono'
import { createApp, listen } from '../app.ts'
import { createAuth } from '../auth.ts'
import { TOKEN, USER, V1, V1_OTHERS } from './people.ts'
import type { Prepared } from './preparing.ts'

/** Starts it. */
export async function startSample(): Promise<Prepared & { stop(): Promise<void> }> {
  const passwords = scryptPasswords({ cost: 1024, parallelization: 1 })
  const { auth, store } = await createAuth({ ...USER, token: TOKEN }, { product: 'v2', passwords })
  const { directory, verifier } = auth
  const permissions = (['read', 'write'] as const).map(
    (action): Permission => ({
      action,
      resource: { type: 'buckets', orgID: directory.org.id },
    }),
  )
  const v1: User = { id: '1', name: V1.username, orgID: directory.org.id, permissions }
  const hash = await passwords.hash(V1.password)
  const v1Users: readonly User[] = [
    { ...v1, password: hash },
    { ...v1, id: '2', name: V1_OTHERS.bare },
    { ...v1, id: '3', name: V1_OTHERS.off, password: hash, status: 'inactive' },
  ]
  const guard = createGuard<Request, [Context]>(
    createVerifier({
      product: 'v2-query',
      schemes: { query: 'u-p' },
      store,
      passwords,
      findUser: (name, id) =>
        id === undefined
          ? v1Users.find((user) => user.name === name)
          : (directory.userByID(id) ?? v1Users.find((user) => user.id === id)),
    }),
  )
  const weather = directory.buckets.find(({ name }) => name === 'weather')
  const bucket = { type: 'buckets', id: weather?.id, orgID: directory.org.id }
  const app = createApp(auth)
  for (const [path, action, methods] of [
    ['/query', 'read', ['GET', 'HEAD', 'POST']],
    ['/write', 'write', ['POST']],
  ] satisfies [string, Action, string[]][]) {
    const answer = guard.protect(
      (request) =>
        methods.includes(request.method)
          ? new Response(null, { status: 204 })
          : new Response(null, { status: 405, headers: { Allow: methods.join(', ') } }),
      [action, bucket],
    )
    app.all(path, (context) => answer(context.req.raw, context))
  }
  const user = directory.userByName(USER.username)
  const [authorization] = await verifier.tokens.list()
  const server = await listen(app)
  return {
    ...server,
    values: {
      USER_ID: user?.id ?? '',
      ORG: directory.org.name,
      ORG_ID: directory.org.id,
      BUCKET: 'weather',
      BUCKET_ID: weather?.id ?? '',
      ADMIN_AUTH_ID: authorization?.id ?? '',
    },
  }
}
