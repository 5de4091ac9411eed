// `/api/v2/buckets`: what the documented example of the Token scheme lists. Who may read one bucket sees that one.

import { Hono } from 'hono'
import type { Auth, Env } from '../auth.ts'
import type { Bucket, Directory } from '../directory.ts'
import { cut, pageLinks, pathID, queryID, queryText, readPage } from '../reading.ts'
import { notFound } from '../refusals.ts'

export function bucketRoutes({ directory, authenticate, permitSome, demand, may }: Auth): Hono<Env> {
  const routes = new Hono<Env>()
  const { org: own, buckets } = directory
  const byName = [...buckets].sort((a, b) => (a.name < b.name ? -1 : 1))

  routes.get('/', permitSome('read', 'buckets'), (context) => {
    const page = readPage(context)
    const [name, org] = [queryText(context, 'name'), queryText(context, 'org')]
    const [id, orgID] = [queryID(context, 'id'), queryID(context, 'orgID')]
    if (org !== undefined && org !== own.name) throw notFound(`organization name "${org}"`)
    if (id !== undefined && !buckets.some((bucket) => bucket.id === id)) throw notFound('bucket')
    // Those of an organization come in the order of their names, all others as they were made.
    const order = org === undefined && orgID === undefined ? 'id' : 'name'
    const found = (order === 'id' ? buckets : byName).filter(
      (bucket) =>
        (id === undefined || bucket.id === id) &&
        (name === undefined || bucket.name === name) &&
        (orgID === undefined || orgID === own.id) &&
        may(context, 'read', { type: 'buckets', id: bucket.id }),
    )
    const shown = cut(found, page, order)
    return context.json({
      links: pageLinks('/api/v2/buckets', { bucket: name, id, org, orgID }, page, shown.length),
      buckets: shown.map((bucket) => show(bucket, directory)),
    })
  })

  routes.get('/:id', authenticate, async (context) => {
    const id = pathID(context)
    const bucket = buckets.find((bucket) => bucket.id === id)
    if (!bucket) throw notFound('bucket')
    await demand(context, 'read', { type: 'buckets', id })
    return context.json(show(bucket, directory))
  })
  return routes
}

function show({ id, name, type, description, seconds }: Bucket, { org, made }: Directory) {
  const self = `/api/v2/buckets/${id}`
  return {
    id,
    orgID: org.id,
    type,
    ...(description && { description }),
    name,
    retentionRules: [
      {
        type: 'expire',
        everySeconds: seconds,
        shardGroupDurationSeconds: seconds === 0 ? 7 * 86_400 : 86_400,
      },
    ],
    createdAt: made,
    updatedAt: made,
    links: {
      self,
      labels: `${self}/labels`,
      members: `${self}/members`,
      org: `/api/v2/orgs/${org.id}`,
      owners: `${self}/owners`,
      write: `/api/v2/write?org=${org.id}&bucket=${id}`,
    },
    labels: [],
  }
}
