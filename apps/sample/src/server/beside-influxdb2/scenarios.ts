// What cannot be seen at one request: both servers are asked several times, and the last answer is looked at.

import { encodeBasic } from '@fluxauth/auth-core'
import { ask, inWords } from './asking.ts'
import { USER } from './people.ts'

const RIGHT = ['Authorization', encodeBasic(USER.username, USER.password)]
const WRONG = ['Authorization', encodeBasic(USER.username, 'wrong')]
const FOREIGN = ['Origin', 'https://evil.example', 'Sec-Fetch-Site', 'cross-site']

const signIn = (origin: string, headers = RIGHT) =>
  ask(origin, { method: 'POST', path: '/api/v2/signin', headers })
const me = (origin: string, cookie: string, method = 'GET', headers: readonly string[] = []) =>
  ask(origin, { method, path: '/api/v2/me', headers: ['Cookie', cookie, ...headers] })
const signOut = (origin: string, cookie: string, headers: readonly string[] = []) =>
  ask(origin, { method: 'POST', path: '/api/v2/signout', headers: ['Cookie', cookie, ...headers] })

/** A way to ask a server several times, by what the last answer is an answer to; each begins with nobody signed in. */
export const SCENARIOS: Readonly<Record<string, (origin: string) => Promise<string>>> = {
  async 'a session after another sign-in that its cookie came along with'(origin) {
    const { cookie } = await signIn(origin)
    await signIn(origin, [...RIGHT, 'Cookie', cookie])
    return inWords(await me(origin, cookie))
  },
  async 'a session after another sign-in without its cookie'(origin) {
    const { cookie } = await signIn(origin)
    await signIn(origin)
    return inWords(await me(origin, cookie))
  },
  async 'a session after it was signed out'(origin) {
    const { cookie } = await signIn(origin)
    await signOut(origin, cookie)
    return inWords(await me(origin, cookie))
  },
  async 'signing out twice'(origin) {
    const { cookie } = await signIn(origin)
    await signOut(origin, cookie)
    return inWords(await signOut(origin, cookie))
  },
  async 'signing in from another site’s page'(origin) {
    return inWords(await signIn(origin, [...RIGHT, ...FOREIGN]))
  },
  async 'signing out from another site’s page'(origin) {
    const { cookie } = await signIn(origin)
    return inWords(await signOut(origin, cookie, FOREIGN))
  },
  async 'a PUT with a session from another site’s page'(origin) {
    const { cookie } = await signIn(origin)
    return inWords(await me(origin, cookie, 'PUT', FOREIGN))
  },
  async 'a PUT with a session and Basic from another site’s page'(origin) {
    const { cookie } = await signIn(origin)
    return inWords(await me(origin, cookie, 'PUT', [...RIGHT, ...FOREIGN]))
  },
  async 'reading with a session from another site’s page'(origin) {
    const { cookie } = await signIn(origin)
    return inWords(await me(origin, cookie, 'GET', FOREIGN))
  },
  async 'the eleventh wrong password'(origin) {
    for (let attempt = 1; attempt <= 10; attempt++) await signIn(origin, WRONG)
    return inWords(await signIn(origin, WRONG))
  },
  async 'the right password after ten wrong ones'(origin) {
    for (let attempt = 1; attempt <= 10; attempt++) await signIn(origin, WRONG)
    return inWords(await signIn(origin))
  },
}
