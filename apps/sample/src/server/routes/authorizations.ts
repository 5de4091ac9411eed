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
    const { description = '', status = 'active' } = body ?? {}
    if (typeof description !== 'string') return invalid(context, 'description must be text')
    if (!isStatus(status)) return invalid(context, 'status must be active or inactive')
    // What is named and is not ours must not be passed over: the token would be for somebody else than was meant.
    if (!isAbsentOr(body?.orgID, org.id) || !isAbsentOr(body?.userID, userID)) {
      return invalid(context, 'orgID and userID must be the own ones, or left out')
    }
    if (!includesAll(own, permissions)) {
      return refuse(context, 403, 'forbidden', 'a token cannot give what it has not')
    }
    const { stored, token } = await tokens.create({
      userID,
      user,
      orgID: org.id,
      org: org.name,
      permissions,
      description,
    })
    const set = status === 'active' ? stored : await tokens.update(stored.id, { status })
    return context.json(show(set ?? stored, token), 201)
  })

  routes.get('/:id', read, async (context) => {
    const found = await tokens.get(context.req.param('id'))
    return found ? context.json(show(found)) : notFound(context)
  })

  // Permissions cannot change after creation.
  routes.patch('/:id', write, async (context) => {
    const body = await readObject(context)
    if (!body) return invalid(context, 'the body must be an object')
    const { status, description } = body
    if (status !== undefined && !isStatus(status)) {
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
  return isRecord(body) ? body : undefined
}

/** Reads a list of permissions; `undefined` when it is not one. */
function readPermissions(value: unknown): Permission[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined
  const permissions = value.map(readPermission)
  return permissions.every((permission) => permission !== undefined) ? permissions : undefined
}

/** A member of the wrong type, or one that is not known, must not be passed over: the token would be for more than was asked for. */
function readPermission(value: unknown): Permission | undefined {
  if (!isRecord(value) || !isRecord(value.resource)) return undefined
  const { action, resource } = value
  const { type, ...named } = resource
  if ((action !== 'read' && action !== 'write') || typeof type !== 'string' || !RESOURCES.includes(type)) {
    return undefined
  }
  const isKnown = Object.entries(named).every(
    ([name, what]) => NAMING.includes(name) && typeof what === 'string' && what !== '',
  )
  return isKnown ? { action, resource: { type, ...named } } : undefined
}

/** The members that say which resource of a type is meant. */
const NAMING = ['id', 'name', 'orgID', 'org']

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isStatus(value: unknown): value is 'active' | 'inactive' {
  return value === 'active' || value === 'inactive'
}

function isAbsentOr(value: unknown, own: string): boolean {
  return value === undefined || value === own
}
