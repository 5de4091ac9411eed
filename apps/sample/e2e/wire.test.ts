// What the Wire keeps of requests must not hold them up.

import { expect, test, vi } from 'vitest'
import { recordingFetch } from '../web/wire/exchanges.ts'

vi.stubGlobal('location', { origin: 'http://localhost:8086' })

test('a refusal is handed on at once, however long it goes on', async () => {
  const endless = new ReadableStream({ start: (stream) => stream.enqueue(new TextEncoder().encode('{')) })
  const fetch = recordingFetch(async () => new Response(endless, { status: 503 }))
  const response = await fetch('/api/v2/buckets')
  expect(response.status).toBe(503)
  const { value } = (await response.body?.getReader().read()) ?? {}
  expect(new TextDecoder().decode(value)).toBe('{')
})
