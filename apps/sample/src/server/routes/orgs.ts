// `/api/v2/orgs`: the one organization, so that it can be spoken of by its name.

import { Hono } from 'hono'
import type { Auth, Env } from '../auth.ts'
import type { Directory } from '../directory.ts'
import { cut, pathID, queryID, queryText, readPage } from '../reading.ts'
import { notFound } from '../refusals.ts'

export function orgRoutes({ directory, authenticate, permitSome, demand, may }: Auth) {
  const { org } = directory
  // In one chain: of that Hono makes the types of the page's calls.
  return new Hono<Env>()
    .get('/', permitSome('read', 'orgs'), (context) => {
      const page = readPage(context)
      const [name, id] = [queryText(context, 'org'), queryID(context, 'orgID')]
      if (name !== undefined && name !== org.name) throw notFound(`organization name "${name}"`)
      if (id !== undefined && id !== org.id) throw notFound('organization')
      const shown = [org].filter(({ id }) => may(context, 'read', { type: 'orgs', id }))
      const orgs = cut(shown, page).map(() => show(directory))
      return context.json({ links: { self: '/api/v2/orgs' }, orgs })
    })
    .get('/:id', authenticate, async (context) => {
      const id = pathID(context)
      if (id !== org.id) throw notFound('organization')
      await demand(context, 'read', { type: 'orgs', id })
      return context.json(show(directory))
    })
}

function show({ org: { id, name }, made }: Directory) {
  const self = `/api/v2/orgs/${id}`
  const inside = ['labels', 'logs', 'members', 'owners', 'secrets'].map((part) => [part, `${self}/${part}`])
  const byName = ['buckets', 'dashboards', 'tasks'].map((part) => [
    part,
    `/api/v2/${part}?org=${encodeURIComponent(name)}`,
  ])
  return {
    links: { self, ...Object.fromEntries([...inside, ...byName]) },
    id,
    name,
    description: '',
    createdAt: made,
    updatedAt: made,
  }
}
