// `/api/v2/authorizations`: API tokens. A token's value is shown once, in the answer that creates it, as on Cloud Serverless.

import { type Context, Hono } from 'hono'
import { authenticate, type Env, requirePermission } from '../authenticate.ts'
import { refuse } from '../refusals.ts'
import { type Permission, RESOURCES, type Store, type StoredAuthorization } from '../store.ts'

export function authorizationRoutes(store: Store): Hono<Env> {
  const routes = new Hono<Env>().use(authenticate(store))
  const read = requirePermission('read', 'authorizations')
  const write = requirePermission('write', 'authorizations')

  const show = (authorization: StoredAuthorization, token = 'redacted') => ({
    ...authorization,
    token,
    orgID: store.org.id,
    org: store.org.name,
    user: store.userById(authorization.userID)?.name,
    links: {
      self: `/api/v2/authorizations/${authorization.id}`,
      user: `/api/v2/users/${authorization.userID}`,
    },
  })
  const find = (context: Context) => store.authorizations.find(({ id }) => id === context.req.param('id'))
  const notFound = (context: Context) => refuse(context, 404, 'not found', 'authorization not found')
  const invalid = (context: Context, message: string) => refuse(context, 400, 'invalid', message)

  routes.get('/', read, (context) => {
    const { userID, user, orgID, org, token } = context.req.query()
    const byToken = token === undefined ? undefined : store.findToken(token)
    const shown = store.authorizations.filter(
      (item) =>
        (token === undefined || item === byToken) &&
        (userID === undefined || item.userID === userID) &&
        (user === undefined || store.userById(item.userID)?.name === user) &&
        (orgID === undefined || store.org.id === orgID) &&
        (org === undefined || store.org.name === org),
    )
    return context.json({
      links: { self: '/api/v2/authorizations' },
      authorizations: shown.map((item) => show(item)),
    })
  })

  routes.post('/', write, async (context) => {
    const body = await readObject(context)
    if (!body || !isPermissions(body.permissions))
      return invalid(context, 'permissions must be a list of permissions')
    const { permissions: own, user } = context.get('principal')
    const exceeds = (wanted: Permission) =>
      own !== 'all' &&
      !own.some((item) => item.action === wanted.action && item.resource.type === wanted.resource.type)
    if (body.permissions.some(exceeds))
      return refuse(context, 403, 'forbidden', 'a token cannot give what it has not')
    const description = typeof body.description === 'string' ? body.description : ''
    const { authorization, token } = store.addAuthorization(user.id, body.permissions, description)
    return context.json(show(authorization, token), 201)
  })

  routes.get('/:id', read, (context) => {
    const authorization = find(context)
    return authorization ? context.json(show(authorization)) : notFound(context)
  })

  // Permissions cannot change after creation.
  routes.patch('/:id', write, async (context) => {
    const authorization = find(context)
    if (!authorization) return notFound(context)
    const { status, description } = (await readObject(context)) ?? {}
    if (status !== undefined && status !== 'active' && status !== 'inactive') {
      return invalid(context, 'status must be active or inactive')
    }
    if (status) authorization.status = status
    if (typeof description === 'string') authorization.description = description
    authorization.updatedAt = new Date().toISOString()
    return context.json(show(authorization))
  })

  routes.delete('/:id', write, (context) => {
    const authorization = find(context)
    if (!authorization) return notFound(context)
    store.removeAuthorization(authorization.id)
    return context.body(null, 204)
  })
  return routes
}

async function readObject(context: Context): Promise<Record<string, unknown> | undefined> {
  const body: unknown = await context.req.json().catch(() => undefined)
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : undefined
}

function isPermissions(value: unknown): value is Permission[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every(
      (item) => ['read', 'write'].includes(item?.action) && RESOURCES.includes(item?.resource?.type),
    )
  )
}
