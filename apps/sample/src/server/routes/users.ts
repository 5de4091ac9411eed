// `/api/v2/users`: who can sign in, and whose tokens are good.

import type { User } from '@fluxauth/auth-node/server'
import { Hono } from 'hono'
import type { Auth, Env } from '../auth.ts'
import {
  checkCarried,
  cut,
  pathID,
  queryID,
  queryText,
  readObject,
  readPage,
  readStatus,
  readText,
} from '../reading.ts'
import { notFound, refusal } from '../refusals.ts'

export function userRoutes(auth: Auth): Hono<Env> {
  const routes = new Hono<Env>()
  const { directory, verifier, authenticate, permitSome, demand, may } = auth

  /** A name that nobody has yet, and that Basic can carry. */
  const readName = (value: unknown, own?: string): string | undefined => {
    const name = readText('name', value)?.normalize('NFC')
    if (name === '') throw refusal(400, 'empty value', 'key required')
    if (name !== undefined) checkCarried(name, '')
    const holder = name === undefined ? undefined : directory.userByName(name)
    if (holder && holder.id !== own) throw refusal(422, 'conflict', `user with name ${name} already exists`)
    return name
  }

  routes.get('/', permitSome('read', 'users'), (context) => {
    const page = readPage(context)
    const [name, id] = [queryText(context, 'name'), queryID(context, 'id')]
    const found = directory.users.filter(
      (user) => (id === undefined || user.id === id) && (name === undefined || user.name === name),
    )
    if (found.length === 0 && (id !== undefined || name !== undefined)) throw notFound('user')
    const seen = found.filter(({ id }) => may(context, 'read', { type: 'users', id }))
    return context.json({ links: { self: '/api/v2/users' }, users: cut(seen, page).map(showUser) })
  })

  routes.post('/', authenticate, async (context) => {
    await demand(context, 'write', { type: 'users' })
    const body = await readObject(context)
    const name = readName(body.name)
    if (name === undefined) throw refusal(400, 'empty value', 'key required')
    const status = readStatus(body.status) ?? 'active'
    return context.json(showUser(directory.addUser({ name, status })), 201)
  })

  routes.get('/:id', authenticate, async (context) => {
    const id = pathID(context)
    const user = directory.userByID(id)
    if (!user) throw notFound('user')
    await demand(context, 'read', { type: 'users', id })
    return context.json(showUser(user))
  })

  routes.patch('/:id', authenticate, async (context) => {
    const id = pathID(context)
    if (!directory.userByID(id)) throw notFound('user')
    await demand(context, 'write', { type: 'users', id })
    const body = await readObject(context)
    const [name, status] = [readName(body.name, id), readStatus(body.status)]
    const changed = directory.changeUser(id, { ...(name && { name }), ...(status && { status }) })
    if (!changed) throw notFound('user')
    verifier.forget(id)
    return context.json(showUser(changed))
  })

  routes.delete('/:id', authenticate, async (context) => {
    const id = pathID(context)
    if (!directory.userByID(id)) throw notFound('user')
    await demand(context, 'write', { type: 'users', id })
    directory.removeUser(id)
    // Their tokens and sessions are good no longer: the verifier finds nobody by their id.
    verifier.forget(id)
    return context.body(null, 204)
  })
  return routes
}

/** What a client sees of a user. */
export function showUser({ id, name, status = 'active' }: User) {
  return { links: { self: `/api/v2/users/${id}` }, id, name, status }
}
