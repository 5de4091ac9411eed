// Which problem a certificate has, told by real servers and Node's own fetch.

import { startNetwork } from '@fluxauth/auth-testkit'
import { expect, test } from 'vitest'
import { explainCertificateError } from './index.ts'

test('a certificate of the server’s own is named, with the way to trust it', async () => {
  const network = await startNetwork()
  const { port } = new URL(network.home)
  const error = await fetch(`https://127.0.0.1:${port}/`).catch((reason: unknown) => reason)
  const message = explainCertificateError(error)
  expect(message).toContain('has signed its certificate itself')
  expect(message).toContain('NODE_EXTRA_CA_CERTS')
  await network.stop()
})

test.each([
  ['CERT_HAS_EXPIRED', 'out of date'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'another name'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'NODE_EXTRA_CA_CERTS'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'whole chain'],
])('%s is found among the causes, whatever is around it', (code, expected) => {
  const cause = Object.assign(new Error('x'), { code })
  const message = explainCertificateError(
    new TypeError('fetch failed', { cause: new AggregateError([cause]) }),
  )
  expect(message).toContain(expected)
  expect(message).not.toMatch(/REJECT_UNAUTHORIZED|insecure|rejectUnauthorized/i)
})

test('what is about something else is left alone', () => {
  const circle = new Error('x')
  circle.cause = circle
  for (const error of [
    circle,
    undefined,
    'x',
    Object.assign(new Error(), { code: 'ECONNREFUSED' }),
    { code: 'constructor' },
  ])
    expect(explainCertificateError(error)).toBeUndefined()
})
