// The parity suite: a client that is wrapped does all that the client alone does, and nothing else but for the credential.

import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ANSWERS, redirectTo, WELCOME } from './parity-answers.ts'
import { listDifferences } from './parity-message.ts'
import { type RawAnswer, type RecordedRequest, startRecorder } from './recorder.ts'

/** A request of the parity suite; its body and options are the client's own. */
export interface ParityRequest<Body = unknown, Options = unknown> {
  readonly url: string
  readonly method: string
  readonly body?: Body
  readonly options?: Options
}

/**
 * Sends a request, reads the answer to its end, and tells what the client's user gets, as data: status, headers, body, and whatever else
 * the client gives. Rejects with what the client throws.
 */
export type ParitySend<Body = unknown, Options = unknown> = (
  request: ParityRequest<Body, Options>,
) => Promise<unknown>

/** The same client twice. */
export interface ParityPair<Body = unknown, Options = unknown> {
  readonly alone: ParitySend<Body, Options>
  readonly wrapped: ParitySend<Body, Options>
  close?(): unknown
}

/** A difference that is meant to be. */
export interface ParityDifference {
  /** Which requests, by their titles. Each must differ: what does not is to be taken off the list. */
  readonly requests: RegExp
  /** Why. */
  readonly reason: string
}

/** What the parity suite needs to know of a client. */
export interface ParityClient<Body = unknown, Options = unknown> {
  /** Makes the client alone and wrapped: where the client has a way to set `authorization` by itself, both may send it. */
  create(given: {
    origin: string
    credentials: string
  }): ParityPair<Body, Options> | Promise<ParityPair<Body, Options>>
  /** The methods that it can send. Default: those of HTTP, and one of nobody's. */
  readonly methods?: readonly string[]
  /** A body of each kind that it takes, made anew for each request. Each is sent with each method. */
  readonly bodies?: Readonly<Record<string, () => Body>>
  /** Its options for a request, each made anew and sent with and without a body. */
  readonly options?: Readonly<Record<string, () => Options>>
  /** Whether it follows redirects when it is alone. Default `false`: then they are answers like any other. */
  readonly followsRedirects?: boolean
  /** Answers of the suite that this client cannot be asked about, by their titles. */
  readonly leavesOut?: RegExp
  /** The differences that are meant to be. */
  readonly differences?: readonly ParityDifference[]
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PURGE']
const STATUSES = [301, 302, 303, 307, 308]
const CREDENTIALS = 'token-of-the-parity-suite'
/** In milliseconds: a client that has said nothing by then hangs. */
const DEADLINE = 1500

interface Case<Body, Options> {
  readonly title: string
  readonly request: { method: string; path?: string; body?: () => Body; options?: () => Options }
  readonly answers: readonly RawAnswer[]
  readonly reason?: string | undefined
}

/** A request that had another outcome for the client wrapped than alone. */
export interface FoundDifference {
  /** Which request. */
  readonly request: string
  /** Why it is meant to be, when it is on the client's list. */
  readonly reason: string | undefined
  /** What reached the server, without the credential, and what came back to the caller. */
  readonly alone: unknown
  readonly wrapped: unknown
}

/**
 * Runs the parity suite on a client, as vitest tests: each request is sent by the client alone and by the client wrapped, to a server
 * that notes bytes. What reached the server must be the same but for the credential, and so must be what came back to the caller.
 *
 * @param name of the client
 * @param client makes it, alone and wrapped, and says what it takes
 * @see {@link findDifferences}, which takes the same: the README of this package has an example
 */
export function testParity<Body, Options>(name: string, client: ParityClient<Body, Options>): void {
  describe(`the client ${name}, wrapped, is as it is alone:`, () => {
    let comparison: Comparison<Body, Options>
    beforeAll(async () => {
      comparison = await startComparison(client)
    })
    afterAll(() => comparison.stop())

    for (const one of listCases(client)) {
      test(one.title, async ({ task }) => {
        const { alone, wrapped, credentials } = await comparison.compare(one)
        Object.assign(task.meta, { parity: name, reason: one.reason })
        expect(credentials, 'each request carries one credential').toEqual(credentials.map(() => 1))
        if (one.reason) expect(wrapped, NO_DIFFERENCE).not.toEqual(alone)
        else expect(wrapped, describeDifference(one.title, alone, wrapped)).toEqual(alone)
      })
    }

    test(TELLS_APART, async ({ task }) => {
      Object.assign(task.meta, { parity: name, compares: false })
      const told: unknown[] = []
      for (const one of listCases(client)) {
        const { outcome } = await comparison.runAlone(one)
        if (!isAnswer(outcome)) continue
        told.push(outcome.answer)
        if (!isDeepStrictEqual(outcome.answer, told[0])) return
      }
      expect(told.length, NOTHING_TOLD).toBeLessThanOrEqual(1)
    })

    test('what its lists name is sent', ({ task }) => {
      Object.assign(task.meta, { parity: name, compares: false })
      const { differences = [], leavesOut } = client
      const all = listCases({ ...client, leavesOut: /^$/ }).map(({ title }) => title)
      const used = new Set(all.map((title) => differences.find(({ requests }) => requests.test(title))))
      const stale = differences
        .filter((difference) => !used.has(difference))
        .map(({ requests }) => `differences: ${requests}`)
      const misses = leavesOut && `${leavesOut}` !== '/^$/' && !all.some((title) => leavesOut.test(title))
      const patterns = misses ? [...stale, `leavesOut: ${leavesOut}`] : stale
      expect(patterns, `${patterns.join(', ')}: ${NAMES_NOTHING}`).toEqual([])
    })
  })
}

const NO_DIFFERENCE =
  'is on the list of differences, and is none: take it off, or have its pattern match fewer titles'
const TELLS_APART = 'what it tells of an answer differs where answers do'
const NOTHING_TOLD =
  'of each answer the same is told, so that nothing is compared: return the status, the headers, the body and what else the client gives'
const NAMES_NOTHING =
  'it matches the title of no request, or none that another one before it does not: correct it, or take it off'

function describeDifference(title: string, alone: unknown, wrapped: unknown): string {
  const lines = listDifferences(alone, wrapped).map((line) => `  ${line}`)
  return `${title}: the client wrapped is not as it is alone\n${lines.join('\n')}\nMend the adapter, or put it on the client's list of differences with its reason.`
}

function isAnswer(outcome: unknown): outcome is { readonly answer: unknown } {
  return typeof outcome === 'object' && outcome !== null && 'answer' in outcome
}

/**
 * Runs the parity suite without vitest.
 *
 * @param client as for {@link testParity}
 * @returns all differences, those on the client's list with their reason. A request that carried no credential, or several, is one whatever
 *   the list says, with how many each had; and so it is where the same is told of every answer, so that nothing was compared.
 * @see the README of this package, whose example compares `fetch`
 */
export async function findDifferences<Body, Options>(
  client: ParityClient<Body, Options>,
): Promise<FoundDifference[]> {
  const comparison = await startComparison(client)
  const found: FoundDifference[] = []
  const told: unknown[] = []
  try {
    for (const one of listCases(client)) {
      const { alone, wrapped, credentials } = await comparison.compare(one)
      if (isAnswer(alone.outcome)) told.push(alone.outcome.answer)
      if (credentials.some((count) => count !== 1)) {
        const each = { credentials: credentials.map(() => 1) }
        const counted = { ...wrapped, credentials: credentials.map((count = 0) => count) }
        found.push({ request: one.title, reason: undefined, alone: { ...alone, ...each }, wrapped: counted })
      } else if (!isDeepStrictEqual(alone, wrapped)) {
        found.push({ request: one.title, reason: one.reason, alone, wrapped })
      }
    }
    if (told.length > 1 && told.every((each) => isDeepStrictEqual(each, told[0])))
      found.push({ request: TELLS_APART, reason: undefined, alone: told[0], wrapped: NOTHING_TOLD })
  } finally {
    await comparison.stop()
  }
  return found
}

interface Comparison<Body, Options> {
  runAlone(one: Case<Body, Options>): Promise<{ outcome: unknown }>
  compare(one: Case<Body, Options>): Promise<{
    alone: { outcome: unknown }
    wrapped: { outcome: unknown }
    credentials: (number | undefined)[]
  }>
  stop(): Promise<void>
}

async function startComparison<Body, Options>(
  client: ParityClient<Body, Options>,
): Promise<Comparison<Body, Options>> {
  const recorder = await startRecorder()
  const pair = await client.create({ origin: recorder.origin, credentials: CREDENTIALS })
  const run = async (send: ParitySend<Body, Options>, { request, answers }: Case<Body, Options>) => {
    recorder.play(answers)
    const { method, path = '/path?a=b%20c', body, options } = request
    const outcome = await outcomeOf(() =>
      send({
        url: recorder.origin + path,
        method,
        ...(body && { body: body() }),
        ...(options && { options: options() }),
      }),
    )
    // What nobody announced comes late, if it comes.
    await new Promise((resolve) => setTimeout(resolve, 2))
    return { ...recorder.recorded(), outcome }
  }
  return {
    runAlone: (one) => run(pair.alone, one),
    async compare(one) {
      const alone = await run(pair.alone, one)
      const wrapped = await run(pair.wrapped, one)
      return {
        alone: { ...alone, requests: alone.requests.map(withoutCredential) },
        wrapped: { ...wrapped, requests: wrapped.requests.map(withoutCredential) },
        credentials: wrapped.requests.map(({ head }) => head.match(/\r\nauthorization:/gi)?.length),
      }
    },
    async stop() {
      await pair.close?.()
      await recorder.stop()
    },
  }
}

/** Every request that the suite sends with a client. */
function listCases<Body, Options>(client: ParityClient<Body, Options>): readonly Case<Body, Options>[] {
  const { methods = METHODS, bodies = {}, options = {}, leavesOut = /^$/ } = client
  const [plain = 'GET'] = methods
  const kinds = Object.entries(bodies)
  const [kind] = kinds
  const cases: Case<Body, Options>[] = []
  for (const method of methods) {
    cases.push({ title: `${method} without a body`, request: { method }, answers: [WELCOME] })
    for (const [kind, body] of kinds) {
      cases.push({ title: `${method} with ${kind}`, request: { method, body }, answers: [WELCOME] })
    }
  }
  for (const [option, make] of Object.entries(options)) {
    cases.push({ title: `option ${option}`, request: { method: plain, options: make }, answers: [WELCOME] })
    if (!kind || !methods.includes('POST')) continue
    const request = { method: 'POST', body: kind[1], options: make }
    cases.push({ title: `option ${option}, with ${kind[0]}`, request, answers: [WELCOME] })
  }
  for (const [answer, answers] of Object.entries(ANSWERS)) {
    cases.push({ title: `answer ${answer}`, request: { method: plain }, answers })
  }
  const redirected = client.followsRedirects ? methods : [plain]
  for (const status of STATUSES) {
    const answers = [redirectTo(status, '/there?c=d'), WELCOME]
    for (const method of redirected) {
      cases.push({ title: `${status} for a ${method}`, request: { method }, answers })
      for (const [kind, body] of client.followsRedirects && method !== 'GET' ? kinds : []) {
        cases.push({ title: `${status} for a ${method} with ${kind}`, request: { method, body }, answers })
      }
    }
  }
  for (const [option, make] of client.followsRedirects ? Object.entries(options) : []) {
    const answers = [redirectTo(307, '/there?c=d'), WELCOME]
    cases.push({ title: `307 with option ${option}`, request: { method: plain, options: make }, answers })
  }
  return cases
    .filter(({ title }) => !leavesOut.test(title))
    .map((one) => ({
      ...one,
      reason: client.differences?.find(({ requests }) => requests.test(one.title))?.reason,
    }))
}

/** What a client's user gets, or what is thrown. */
async function outcomeOf(send: () => Promise<unknown>): Promise<unknown> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, DEADLINE, `nothing within ${DEADLINE} ms`)
  })
  try {
    return { answer: await Promise.race([send(), late]) }
  } catch (error) {
    return { thrown: describeError(error) }
  } finally {
    clearTimeout(timer)
  }
}

/** An error's class and code, and those of its causes. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const { name, code, status, statusCode, cause } = error as Error & Record<string, unknown>
  const told = { name, code, status: status ?? statusCode }
  return cause === undefined ? told : { ...told, cause: describeError(cause) }
}

/** A request without what must differ: the credential, and the boundary that is drawn by lot for each form. */
function withoutCredential({ head, body, trailers }: RecordedRequest): RecordedRequest {
  const boundary = /boundary="?([^\r\n";]+)/i.exec(head)?.[1]
  const same = (text: string) => (boundary ? text.replaceAll(boundary, 'BOUNDARY') : text)
  const credential = new RegExp(`\\r\\nauthorization: Token ${CREDENTIALS}(?=\\r\\n|$)`, 'i')
  return { head: same(head.replace(credential, '')), body: same(body), trailers }
}
