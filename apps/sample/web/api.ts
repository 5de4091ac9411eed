// The calls that the pages make. What is InfluxDB's own API goes by the functions of `@fluxauth/auth-core/influxdb`, which know what each
// product makes of it; what is this server's alone, and what those have no function for, goes by Hono's client, which has its types from the
// server's routes.

import {
  type ApiToken,
  authorizations,
  buckets,
  endRotation,
  influxApi,
  type NewAuthorization,
  type RotateOptions,
  type RotationLeft,
  rotate,
  toInfluxError,
} from '@fluxauth/auth-core/influxdb'
import { hc, type InferResponseType } from 'hono/client'
import type { orgRoutes } from '../src/server/routes/orgs.ts'
import type { pointRoutes } from '../src/server/routes/points.ts'
import type { sessionRoutes } from '../src/server/routes/sessions.ts'
import type { shownRoutes } from '../src/server/routes/shown.ts'
import { auth } from './auth.ts'
import { recordingFetch } from './wire/exchanges.ts'

const { origin } = location
const openFetch = recordingFetch(fetch)

/** With the sign-in of this page, but for what brings a token of its own: rotating a token, the new one is tried. */
const influx = influxApi({
  url: origin,
  fetch: (input: string, init?: RequestInit) =>
    new Headers(init?.headers).has('authorization')
      ? openFetch(input, { ...init, credentials: 'omit' })
      : auth.fetch(input, init),
})
const { sessions } = hc<ReturnType<typeof sessionRoutes>>(`${origin}/api/v2`, { fetch: auth.fetch })
const points = hc<ReturnType<typeof pointRoutes>>(`${origin}/api/v2/points`, { fetch: auth.fetch })
const orgs = hc<ReturnType<typeof orgRoutes>>(`${origin}/api/v2/orgs`, { fetch: auth.fetch })
const shown = hc<ReturnType<typeof shownRoutes>>(`${origin}/shown`, { init: { credentials: 'omit' } })

export type Point = InferResponseType<typeof points.index.$get>['points'][number]

export const api = {
  buckets: () => buckets.list(influx),
  async orgID(): Promise<string> {
    const [org] = (await (await good(orgs.index.$get())).json()).orgs
    if (!org) throw new Error('You may see no organization')
    return org.id
  },
  async write(bucket: string, celsius: number): Promise<void> {
    await good(points.index.$post({ query: { bucket }, json: { celsius } }))
  },
  async points(bucket: string): Promise<readonly Point[]> {
    return (await (await good(points.index.$get({ query: { bucket } }))).json()).points
  },
  authorizations: (): Promise<readonly ApiToken[]> => authorizations.list(influx),
  createAuthorization: (made: NewAuthorization) => authorizations.create(influx, made),
  setStatus: (id: string, status: ApiToken['status']) => authorizations.update(influx, id, { status }),
  deleteAuthorization: (id: string) => authorizations.delete(influx, id),
  /** The successor is handed to `store`; once that is done the old one is deleted, and where it throws the successor is. */
  rotate: (options: RotateOptions) => rotate(influx, options),
  /** Does what a rotation left, and makes no other successor. */
  endRotation: (left: RotationLeft) => endRotation(influx, left),
  async sessions() {
    return (await (await good(sessions.$get())).json()).sessions
  },
  async revokeSession(id: string): Promise<void> {
    await good(sessions[':id'].$delete({ param: { id } }))
  },
  example: async () => (await (await shown.example.$get()).json()).example,
  elsewhere: async () => (await (await shown.elsewhere.$get()).json()).elsewhere,
}

/** The answer, unless the server refused: then an error with what it said. */
async function good<Answer extends Pick<Response, 'ok' | 'status' | 'text'>>(
  asked: Promise<Answer>,
): Promise<Answer> {
  const answer = await asked
  if (answer.ok) return answer
  throw toInfluxError(answer.status, await answer.text().catch(() => ''))
}
