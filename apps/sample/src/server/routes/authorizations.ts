// `/api/v2/authorizations`: API tokens. A token's value is shown once, in the answer that creates it, as on Cloud Serverless.

import { includesAll, type Permission, type StoredToken } from '@fluxauth/auth-node/server'
import { type Context, Hono } from 'hono'
import type { Auth, Env } from '../auth.ts'
import { RESOURCES } from '../directory.ts'
import { refuse } from '../refusals.ts'

export function authorizationRoutes({ directory, verifier, permit }: Auth): Hono<Env> {
  const routes = new Hono<Env>()
  const { tokens } = verifier
  const { org } = directory
  const read = permit('read', 'authorizations')
  const write = permit('write', 'authorizations')
  const notFound = (context: Context) => refuse(context, 404, 'not found', 'authorization not found')
  const invalid = (context: Context, message: string) => refuse(context, 400, 'invalid', message)

  routes.get('/', read, async (context) => {
    const { userID, user, orgID, org, token, after } = context.req.query()
    const shown = await tokens.list({ userID, user, orgID, org, token, after })
    return context.json({
      links: { self: '/api/v2/authorizations' },
      authorizations: shown.map((item) => show(item)),
    })
  })

  routes.post('/', write, async (context) => {
    const body = await readObject(context)
    const asked = readPermissions(body?.permissions)
    if (!asked) return invalid(context, 'permissions must be a list of permissions')
    // What names no organization is meant for this one.
    const permissions = asked.map(({ action, resource }) => ({
      action,
      resource: { orgID: org.id, ...resource },
    }))
    const { userID, user, permissions: own } = context.get('principal')
    if (!includesAll(own, permissions)) {
      return refuse(context, 403, 'forbidden', 'a token cannot give what it has not')
    }
    const description = typeof body?.description === 'string' ? body.description : ''
    const { stored, token } = await tokens.create({
      userID,
      user,
      orgID: org.id,
      org: org.name,
      permissions,
      description,
    })
    return context.json(show(stored, token), 201)
  })

  routes.get('/:id', read, async (context) => {
    const found = await tokens.get(context.req.param('id'))
    return found ? context.json(show(found)) : notFound(context)
  })

  // Permissions cannot change after creation.
  routes.patch('/:id', write, async (context) => {
    const { status, description } = (await readObject(context)) ?? {}
    if (status !== undefined && status !== 'active' && status !== 'inactive') {
      return invalid(context, 'status must be active or inactive')
    }
    if (description !== undefined && typeof description !== 'string') {
      return invalid(context, 'description must be text')
    }
    const changed = await tokens.update(context.req.param('id'), { status, description })
    return changed ? context.json(show(changed)) : notFound(context)
  })

  routes.delete('/:id', write, async (context) =>
    (await tokens.delete(context.req.param('id'))) ? context.body(null, 204) : notFound(context),
  )
  return routes
}

/** What a client sees of a token. */
function show({ hash: _, ...stored }: StoredToken, token = 'redacted') {
  return {
    ...stored,
    token,
    links: { self: `/api/v2/authorizations/${stored.id}`, user: `/api/v2/users/${stored.userID}` },
  }
}

async function readObject(context: Context): Promise<Record<string, unknown> | undefined> {
  const body: unknown = await context.req.json().catch(() => undefined)
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : undefined
}

/** Reads a list of permissions; `undefined` when it is not one. */
function readPermissions(value: unknown): Permission[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined
  const permissions = value.map(readPermission)
  return permissions.every((permission) => permission !== undefined) ? permissions : undefined
}

function readPermission(value: unknown): Permission | undefined {
  const { action, resource } = (value ?? {}) as { action?: unknown; resource?: Record<string, unknown> }
  if ((action !== 'read' && action !== 'write') || !RESOURCES.includes(`${resource?.type}`)) return undefined
  const text = (key: string) => (typeof resource?.[key] === 'string' ? { [key]: resource[key] } : {})
  return {
    action,
    resource: { type: `${resource?.type}`, ...text('id'), ...text('name'), ...text('orgID'), ...text('org') },
  }
}
