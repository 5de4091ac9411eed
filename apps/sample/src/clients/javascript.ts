// Signs in and looks after tokens with InfluxData's JavaScript client, and tells what it sees.

import { HttpError, InfluxDB } from '@influxdata/influxdb-client'
import {
  AuthorizationsAPI,
  type Bucket,
  BucketsAPI,
  HealthAPI,
  MeAPI,
  type Organization,
  OrgsAPI,
  PingAPI,
  ReadyAPI,
  SetupAPI,
  SigninAPI,
  SignoutAPI,
  UsersAPI,
} from '@influxdata/influxdb-client-apis'

/** What each client is told: where the server is, and who signs in there. */
export interface Given {
  readonly url: string
  readonly username: string
  readonly password: string
  readonly org: string
  readonly bucket: string
  readonly token: string
}

/** What each step came to, by its title. */
export type Seen = Record<string, unknown>

/** Goes through the steps. */
export async function useJavaScript({ url, username, password, org, bucket, token }: Given): Promise<Seen> {
  const seen: Seen = {}
  /** Notes what a step came to, and gives it back. */
  const step = async <T>(title: string, run: () => Promise<T>): Promise<T | undefined> => {
    try {
      const result = await run()
      seen[title] = result === undefined ? 'done' : result
      return result
    } catch (error) {
      if (!(error instanceof HttpError)) throw error
      const { code, message } = (error.json ?? {}) as { code?: string; message?: string }
      seen[title] = { status: error.statusCode, code, message }
      return undefined
    }
  }
  const withToken = (value: string) => new InfluxDB({ url, token: value })
  const nobody = new InfluxDB({ url })
  /** The client keeps no cookie: who signs in with it takes the session's from the answer. */
  const signIn = async (user: string, secret: string): Promise<InfluxDB> => {
    let cookie = ''
    await new SigninAPI(nobody).postSignin(
      { auth: { user, password: secret } },
      { responseStarted: (headers) => (cookie = String(headers['set-cookie']).split(';', 1)[0] ?? '') },
    )
    return new InfluxDB({ url, headers: { cookie } })
  }

  await step('ping', () => new PingAPI(nobody).getPing())
  await step('ready', async () => (await new ReadyAPI(nobody).getReady()).status)
  await step('health', async () => (await new HealthAPI(nobody).getHealth()).status)
  await step('setup', () => new SetupAPI(nobody).getSetup())

  const session = await signIn(username, password)
  const [buckets, orgs, users] = [new BucketsAPI(session), new OrgsAPI(session), new UsersAPI(session)]
  const tokens = new AuthorizationsAPI(session)
  const me = await step('me', () => new MeAPI(session).getMe())
  const { orgs: [home] = [] as Organization[] } =
    (await step('organization by name', () => orgs.getOrgs({ org }))) ?? {}
  const { buckets: [found] = [] as Bucket[] } =
    (await step('bucket by name', () => buckets.getBuckets({ name: bucket, org }))) ?? {}
  const [orgID, bucketID] = [home?.id ?? '', found?.id ?? '']
  await step('organization of an unknown name', () => orgs.getOrgs({ org: 'nosuch' }))
  await step('organization by id', () => orgs.getOrgsID({ orgID }))
  await step('bucket of an unknown name', () => buckets.getBuckets({ name: 'nosuch' }))
  await step('bucket by id', () => buckets.getBucketsID({ bucketID }))
  await step('second bucket of the organization', () => buckets.getBuckets({ orgID, limit: 1, offset: 1 }))
  await step('users', () => users.getUsers())

  const permissions = [
    { action: 'read' as const, resource: { type: 'buckets' as const, id: bucketID, orgID } },
    { action: 'write' as const, resource: { type: 'tasks' as const, orgID } },
  ]
  const made = await step('create a token', () =>
    tokens.postAuthorizations({ body: { orgID, permissions, description: 'from JavaScript' } }),
  )
  const authID = made?.id ?? ''
  await step('tokens of the user', () => tokens.getAuthorizations({ userID: me?.id ?? '' }))
  await step('tokens of an unknown user', () => tokens.getAuthorizations({ user: 'nosuch' }))
  await step('token by id', () => tokens.getAuthorizationsID({ authID }))
  const narrow = withToken(made?.token ?? '')
  await step('with the token: buckets', () => new BucketsAPI(narrow).getBuckets())
  await step('with the token: me', () => new MeAPI(narrow).getMe())
  await step('with the token: organizations', () => new OrgsAPI(narrow).getOrgs())
  await step('deactivate the token', () =>
    tokens.patchAuthorizationsID({ authID, body: { status: 'inactive', description: 'paused' } }),
  )
  await step('with the inactive token: bucket by id', () => new BucketsAPI(narrow).getBucketsID({ bucketID }))
  await step('activate the token', () => tokens.patchAuthorizationsID({ authID, body: { status: 'active' } }))
  await step('with the active token: bucket by id', () => new BucketsAPI(narrow).getBucketsID({ bucketID }))
  await step('delete the token', () => tokens.deleteAuthorizationsID({ authID }))
  await step('delete the token again', () => tokens.deleteAuthorizationsID({ authID }))
  await step('with the deleted token: bucket by id', () => new BucketsAPI(narrow).getBucketsID({ bucketID }))

  const user = await step('create a user', () => users.postUsers({ body: { name: 'pia' } }))
  const userID = user?.id ?? ''
  await step('set a password', () => users.postUsersIDPassword({ userID, body: { password: 'old enough' } }))
  const own = await signIn('pia', 'old enough')
  await step('change the own password', () =>
    new MeAPI(own).putMePassword({
      body: { password: 'new enough' },
      auth: { user: 'pia', password: 'old enough' },
    }),
  )
  await step('sign in with the old password', () => signIn('pia', 'old enough'))
  await step('me in the session from before', () => new MeAPI(own).getMe())
  await step('delete the user', () => users.deleteUsersID({ userID }))
  await step('sign out', () => new SignoutAPI(session).postSignout())
  await step('me after signing out', () => new MeAPI(session).getMe())

  await step('sign in with a wrong password', () => signIn(username, 'wrong'))
  await step('me with a token', () => new MeAPI(withToken(token)).getMe())
  await step('me with a wrong token', () => new MeAPI(withToken('wrong')).getMe())
  return seen
}
