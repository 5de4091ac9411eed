// Requests whose caller no longer wants them: they stop, wherever they have come to.

import { getEventListeners } from 'node:events'
import { describe, expect, test, vi } from 'vitest'
import { testWhen } from '../applicable.ts'
import { inTime, likelyBecause, until } from '../deadline.ts'
import { accepts, type ClientContext, rotating } from './context.ts'
import type { ClientOptions } from './contract.ts'
import { refusal, WITH_ITS_HEAD } from './expectations.ts'
import type { Responder, Stage } from './network.ts'
import { NEXT_TOKEN, showsNoSecret, TOKEN } from './secrets.ts'

/** The tests of signals. */
export function testAborts({ traits, followed, network, withClient, begin, send }: ClientContext): void {
  const untilClosed = (stage: Stage) =>
    until(
      () => !stage.visits.some(({ isOpen }) => isOpen()),
      'The server still had the request that was aborted',
      'Likely the adapter gives up waiting, and leaves the request to itself: hand the signal to the client, with each request that is sent.',
    )

  describe('stops', () => {
    const stopped = async (
      options: Partial<ClientOptions>,
      respond: Responder,
      when: (stage: Stage) => boolean,
    ): Promise<Stage> => {
      const stage = network().stage(respond)
      const aborter = new AbortController()
      await withClient(options, async (client) => {
        const answer = refusal(send(client, stage, { signal: aborter.signal }))
        await until(
          () => when(stage),
          'The client did not come as far as this test aborts it',
          'Likely it asked no provider, or sent no request.',
        )
        const reason = new Error('the reason of the caller')
        aborter.abort(reason)
        const error = await likelyBecause(
          answer,
          'It was aborted: hand its signal on to the provider and with each request, also behind a redirect and after a refusal.',
        )
        expect(
          tellsAbort(error, reason),
          `${error} tells that the caller has aborted: it is the signal’s reason, has it as its cause, or says "abort" or "cancel"`,
        ).toBe(true)
        await untilClosed(stage)
      })
      return stage
    }

    test('before anything is sent, when the signal has aborted already', async () => {
      const stage = network().stage(() => ({}))
      await withClient({}, async (client) => {
        await refusal(send(client, stage, { signal: AbortSignal.abort() }))
      })
      expect(stage.visits).toEqual([])
    })

    testWhen(!traits.leavesListeners)('and leaves no listener on a signal that goes on', async () => {
      const { signal } = new AbortController()
      const stage = network().stage((visit, index) =>
        index === 1 ? { status: 503, headers: { 'retry-after': '0' } } : accepts(NEXT_TOKEN)(visit, index),
      )
      await withClient({ credentials: rotating(TOKEN, NEXT_TOKEN), retry: true }, async (client) => {
        for (let i = 0; i < 3; i++) await send(client, stage, { signal })
      })
      expect(stage.visits).toHaveLength(5)
      await expect
        .poll(() => getEventListeners(signal, 'abort').length, {
          message:
            'how many listeners are left on the signal: take them off when there is an answer or an error',
        })
        .toBe(0)
    })

    test('waiting for the provider', async () => {
      let asked = false
      const never = () => {
        asked = true
        return new Promise<string>(() => undefined)
      }
      expect(
        (
          await stopped(
            { credentials: never },
            () => ({}),
            () => asked,
          )
        ).visits,
      ).toEqual([])
    })

    test('waiting for the answer', async () => {
      await stopped(
        {},
        () => new Promise(() => undefined),
        ({ visits }) => visits.length === 1,
      )
    })

    testWhen(followed)('waiting for the answer behind a redirect', async () => {
      await stopped(
        {},
        (_, index) =>
          index === 0 ? { status: 307, headers: { location: '?next' } } : new Promise(() => undefined),
        ({ visits }) => visits.length === 2,
      )
    })

    test('waiting for the answer to what is sent again', async () => {
      const credentials = rotating(TOKEN, NEXT_TOKEN)
      await stopped(
        { credentials },
        (_, index) => (index === 0 ? { status: 401 } : new Promise(() => undefined)),
        ({ visits }) => visits.length === 2,
      )
    })

    testWhen(traits.streamsAnswers)('reading the answer', async () => {
      async function* endless() {
        yield 'first'
        await new Promise(() => undefined)
      }
      const stage = network().stage(() => ({ body: endless() }))
      const aborter = new AbortController()
      await withClient({}, async (client) => {
        const { body, given } = await likelyBecause(
          begin(client, stage, { signal: aborter.signal }),
          WITH_ITS_HEAD,
        )
        const read = async () => {
          for await (const _ of body) aborter.abort()
        }
        await refusal(
          inTime(
            read(),
            'The body of an answer whose request was aborted did not end',
            'Likely the signal is not handed to the client, or heeded only until there is an answer.',
          ),
          'since its body is not read to the end',
        )
        showsNoSecret(given, 'answer', 'An answer that was aborted')
        await untilClosed(stage)
      })
    })

    test('waiting for the provider after a 401', async () => {
      let asked = 0
      const credentials = () => (asked++ === 0 ? TOKEN : new Promise<string>(() => undefined))
      await stopped(
        { credentials },
        () => ({ status: 401 }),
        () => asked === 2,
      )
    })

    test('waiting for a busy server', async () => {
      const busy = () => ({ status: 503, headers: { 'retry-after': '31' } })
      const [started, cleared] = [vi.spyOn(globalThis, 'setTimeout'), vi.spyOn(globalThis, 'clearTimeout')]
      const waits = () => started.mock.results.filter((_, i) => started.mock.calls[i]?.[1] === 31_000)
      try {
        await stopped({ retry: true }, busy, () => waits().length === 1)
        const timers = cleared.mock.calls.map(([timer]) => timer)
        for (const { value } of waits()) expect(timers).toContain(value)
      } finally {
        started.mockRestore()
        cleared.mockRestore()
      }
    })
  })
}

/** Whether an error says that its request was aborted, in whatever way a client has for it. */
function tellsAbort(error: unknown, reason: Error): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause === reason) return true
    const { name, code, message } = cause as Error & { code?: unknown }
    if (/abort|cancel/i.test(`${name} ${code} ${message}`)) return true
  }
  return false
}
