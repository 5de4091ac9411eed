// `/api/v2/authorizations`: API tokens. A token's value is shown once, in the answer that creates it, as on Cloud Serverless.

import { includesAll, type StoredToken } from '@fluxauth/auth-node/server'
import { type Context, Hono } from 'hono'
import type { Auth, Env } from '../auth.ts'
import { describePermission, readPermissions, showPermission } from '../permissions.ts'
import { pathID, queryID, queryText, readID, readObject, readStatus, readText } from '../reading.ts'
import { forbidden, invalid, notFound } from '../refusals.ts'

export function authorizationRoutes(auth: Auth): Hono<Env> {
  const routes = new Hono<Env>()
  const { directory, authenticate, permitSome, demand, may } = auth
  const { tokens } = auth.verifier
  const { org } = directory

  /** What a client sees of a token. */
  const show = ({ hash: _, ...stored }: StoredToken, token = 'redacted') => ({
    ...stored,
    user: directory.userByID(stored.userID)?.name ?? stored.user,
    permissions: stored.permissions.map((permission) => showPermission(permission, directory)),
    token,
    links: { self: `/api/v2/authorizations/${stored.id}`, user: `/api/v2/users/${stored.userID}` },
  })

  /** The token of the path, for who may do this to it and to its user. */
  const find = async (context: Context<Env>, ...actions: readonly ('read' | 'write')[]) => {
    const id = pathID(context)
    const found = await tokens.get(id)
    if (!found) throw notFound('authorization')
    if (!directory.userByID(found.userID)) throw notFound('user')
    for (const action of actions) {
      await demand(context, action, { type: 'authorizations', id })
      await demand(context, action, { type: 'users', id: found.userID })
    }
    return found
  }

  routes.get('/', permitSome('read', 'authorizations'), async (context) => {
    const shown: StoredToken[] = []
    const filter = readFilter(context, auth)
    for (let after: string | undefined; ; ) {
      const some = await tokens.list({ ...filter, after, limit: 100 })
      shown.push(...some)
      after = some.at(-1)?.id
      if (after === undefined) break
    }
    const id = queryID(context, 'id')
    const found = shown.filter((token) => id === undefined || token.id === id)
    if (id !== undefined && found.length === 0) throw notFound('authorization')
    const seen = found
      .filter(
        ({ id, userID }) =>
          directory.userByID(userID) &&
          may(context, 'read', { type: 'authorizations', id }) &&
          may(context, 'read', { type: 'users', id: userID }),
      )
      .sort((a, b) => a.createdAt.localeCompare(b.createdAt))
    return context.json({
      links: { self: '/api/v2/authorizations' },
      authorizations: seen.map((token) => show(token)),
    })
  })

  routes.post('/', authenticate, async (context) => {
    const body = await readObject(context)
    const permissions = readPermissions(body.permissions)
    const status = readStatus(body.status)
    const description = readText('description', body.description)
    const orgID = readMemberID(body.orgID)
    if (orgID === undefined) throw invalid('org id required: invalid ID')
    const { userID: own, permissions: held } = context.get('principal')
    const userID = readMemberID(body.userID) ?? own
    const foreign = permissions.find(({ resource }) => resource.orgID && resource.orgID !== orgID)
    if (foreign) throw invalid(`permission ${describePermission(foreign)} is not for org id ${orgID}`)
    await demand(context, 'write', { type: 'authorizations', orgID })
    await demand(context, 'write', { type: 'users', id: userID })
    const beyond = permissions.find((permission) => !includesAll(held, [permission]))
    if (beyond) {
      const what = describePermission(beyond)
      throw forbidden(`permission ${what} is not allowed: ${what} is unauthorized`)
    }
    const user = directory.userByID(userID)
    if (orgID !== org.id || !user) throw invalid('unable to create token')
    const { stored, token } = await tokens.create({
      userID,
      user: user.name,
      orgID,
      org: org.name,
      permissions,
      description,
      status,
    })
    return context.json(show(stored, token), 201)
  })

  routes.get('/:id', authenticate, async (context) => context.json(show(await find(context, 'read'))))

  // Permissions cannot change after creation.
  routes.patch('/:id', authenticate, async (context) => {
    const { id } = await find(context, 'read', 'write')
    const body = await readObject(context)
    const change = {
      status: readStatus(body.status),
      description: readText('description', body.description),
    }
    const changed = await tokens.update(id, change)
    if (!changed) throw notFound('authorization')
    return context.json(show(changed))
  })

  routes.delete('/:id', authenticate, async (context) => {
    const { id } = await find(context, 'write')
    if (!(await tokens.delete(id))) throw notFound('authorization')
    return context.body(null, 204)
  })
  return routes
}

/** An identifier in the body, or `undefined` where there is none. */
function readMemberID(value: unknown): string | undefined {
  return value === undefined || value === null ? undefined : readID(value, 'invalid json structure: ')
}

/** Whose tokens to list. By a token's value none is found: InfluxDB takes no notice of `token`, and a list of all was not asked for. */
function readFilter(context: Context, { directory }: Auth) {
  if (queryText(context, 'token') !== undefined) {
    throw invalid('there is no filter "token": filter by id, and keep values out of URLs')
  }
  const [user, org] = [queryText(context, 'user'), queryText(context, 'org')]
  const [userID, orgID] = [queryID(context, 'userID'), queryID(context, 'orgID')]
  const named = user === undefined ? undefined : directory.userByName(user)
  if (user !== undefined && !named) throw notFound('user')
  if (org !== undefined && org !== directory.org.name) throw notFound(`organization name "${org}"`)
  return { userID: userID ?? named?.id, orgID: orgID ?? (org && directory.org.id) }
}
