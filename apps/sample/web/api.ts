// The calls that the pages make, with what comes back, and one error for what does not.

import { auth } from './auth.ts'

export interface Bucket {
  readonly id: string
  readonly name: string
}

export interface Permission {
  readonly action: 'read' | 'write'
  readonly resource: { readonly type: string; readonly id?: string; readonly orgID?: string }
}

export interface Authorization {
  readonly id: string
  readonly description: string
  readonly status: 'active' | 'inactive'
  readonly orgID: string
  readonly permissions: readonly Permission[]
  readonly createdAt: string
  readonly token?: string
}

export interface Session {
  readonly id: string
  readonly createdAt: string
  readonly expiresAt: string
  readonly isThis: boolean
}

export interface Point {
  /** In milliseconds. */
  readonly time: number
  readonly celsius: number
}

/** An account that whoever opens the page may use. */
export interface Example {
  readonly username: string
  readonly token: string
}

/** The server's other origin, and what came to it. */
export interface Elsewhere {
  readonly origin: string
  readonly visits: readonly {
    readonly number: number
    readonly method: string
    readonly path: string
    readonly carried: readonly string[]
  }[]
}

/** The server refused. */
class ApiError extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

async function call(path: string, method = 'GET', body?: object): Promise<Response> {
  const headers = body ? { 'content-type': 'application/json' } : {}
  const content = body ? { body: JSON.stringify(body) } : {}
  const response = await auth.fetch(path, { method, headers, ...content })
  if (response.ok) return response
  const { message, error } = await response.json().catch(() => ({ message: undefined, error: undefined }))
  throw new ApiError(response.status, String(message ?? error ?? `the server answered ${response.status}`))
}

export const api = {
  async buckets(): Promise<readonly Bucket[]> {
    return (await (await call('/api/v2/buckets')).json()).buckets
  },
  async orgID(): Promise<string> {
    return (await (await call('/api/v2/orgs')).json()).orgs[0].id
  },
  async write(bucket: string, celsius: number): Promise<void> {
    await call(`/api/v2/points?${new URLSearchParams({ bucket })}`, 'POST', { celsius })
  },
  async points(bucket: string): Promise<readonly Point[]> {
    return (await (await call(`/api/v2/points?${new URLSearchParams({ bucket })}`)).json()).points
  },
  async authorizations(): Promise<readonly Authorization[]> {
    return (await (await call('/api/v2/authorizations')).json()).authorizations
  },
  async createAuthorization(
    made: Pick<Authorization, 'description' | 'orgID' | 'permissions'>,
  ): Promise<Authorization> {
    return (await call('/api/v2/authorizations', 'POST', made)).json()
  },
  async setStatus(id: string, status: Authorization['status']): Promise<void> {
    await call(`/api/v2/authorizations/${encodeURIComponent(id)}`, 'PATCH', { status })
  },
  async deleteAuthorization(id: string): Promise<void> {
    await call(`/api/v2/authorizations/${encodeURIComponent(id)}`, 'DELETE')
  },
  async sessions(): Promise<readonly Session[]> {
    return (await (await call('/api/v2/sessions')).json()).sessions
  },
  async revokeSession(id: string): Promise<void> {
    await call(`/api/v2/sessions/${encodeURIComponent(id)}`, 'DELETE')
  },
  async example(): Promise<Example | undefined> {
    return (await (await fetch('/example', { credentials: 'omit' })).json()).example
  },
  async elsewhere(): Promise<Elsewhere> {
    return (await fetch('/elsewhere', { credentials: 'omit' })).json()
  },
}
