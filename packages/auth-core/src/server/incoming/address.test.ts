// An address is one, however it is written; what is none is told; and whoever has a network has no more addresses than it.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalAddress, networksOf } from './address.ts'

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['0.0.0.0', '0.0.0.0'],
  ['255.255.255.255', '255.255.255.255'],
  ['203.0.113.7:40001', '203.0.113.7'],
  ['203.0.113.7:1', '203.0.113.7'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::FFFF:192.0.2.1', '192.0.2.1'],
  ['::ffff:c000:201', '192.0.2.1'],
  ['0:0:0:0:0:ffff:c000:0201', '192.0.2.1'],
  ['[::ffff:192.0.2.1]:443', '192.0.2.1'],
  ['0000:0000:0000:0000:0000:ffff:192.168.100.228', '192.168.100.228'],
  ['64:ff9b::192.0.2.1', '192.0.2.1'],
  ['0064:FF9B:0:0::c000:201', '192.0.2.1'],
  ['::ffff:0:192.0.2.1', '::ffff:0:c000:201'],
  ['64:ff9b:1::c000:201', '64:ff9b:1::c000:201'],
  ['2001:db8::1', '2001:db8::1'],
  ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
  ['2001:0db8::0001', '2001:db8::1'],
  ['[2001:db8::1]', '2001:db8::1'],
  ['[2001:db8::1]:65535', '2001:db8::1'],
  ['fe80::1%eth0', 'fe80::1'],
  ['[fe80::1%25eth0]:80', 'fe80::1'],
  ['::', '::'],
  ['::1', '::1'],
  ['1::', '1::'],
])('%j is the address %j', (text, address) => {
  expect(canonicalAddress(text)).toBe(address)
  expect(canonicalAddress(address)).toBe(address)
})

test.each([
  '',
  ' ',
  'unknown',
  '_hidden',
  '/run/server.sock',
  '1',
  '1.2.3',
  '1.2.3.',
  '.1.2.3',
  '1..2.3',
  '...',
  '1.2.3.4.5',
  '1.2.3.256',
  '1.2.3.04',
  '1.2.3.4000',
  '0x7f.0.0.1',
  '1.2.3.4:',
  '1.2.3.4:123456',
  '1.2.3.4:x',
  '1.2.3.4x:80',
  '1.2.3.4, 5.6.7.8',
  '1.2.3.4%eth0',
  '192.0.2.1\n',
  '[192.0.2.1]:80',
  ':',
  ':::',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  '12345::',
  '[::1',
  '::1]',
  '[::1]x',
  '[::1]:',
  '[::1]:x',
  '[::1]x:80',
  '::1]/@evil',
  'a]@[::1',
  '::ffff:1.2.3.',
  '::ffff:1.2.3.256',
  '::ffff:1.2.3.4:80',
  'localhost:80',
  'g::1',
])('%j is no address', (text) => {
  expect(canonicalAddress(text)).toBeUndefined()
})

test.each([
  ['192.0.2.1', ['192.0.2.1']],
  ['2001:db8:1:2:3:4:5:6', ['2001:db8:1:2', '2001:db8:1']],
  ['2001:db8::1', ['2001:db8:0:0', '2001:db8:0']],
  ['::', ['0:0:0:0', '0:0:0']],
  ['::1', ['0:0:0:0', '0:0:0']],
  ['1::', ['1:0:0:0', '1:0:0']],
])('the networks of %j are %j', (address, networks) => {
  expect(networksOf(address)).toEqual(networks)
})

test('every way to write an address is that address, and its own', () => {
  fc.assert(
    fc.property(fc.ipV6(), fc.integer({ min: 0, max: 65535 }), (text, port) => {
      const address = canonicalAddress(text)
      expect(address).toBeDefined()
      expect(canonicalAddress(text.toUpperCase())).toBe(address)
      expect(canonicalAddress(`[${text}]:${port}`)).toBe(address)
      expect(canonicalAddress(`${text}%eth${port}`)).toBe(address)
      expect(canonicalAddress(address ?? '')).toBe(address)
      expect(networksOf(address ?? '').join()).toMatch(/^[\da-f:.,]+$/)
    }),
  )
  fc.assert(
    fc.property(fc.ipV4(), fc.integer({ min: 0, max: 65535 }), (text, port) => {
      for (const written of [text, `${text}:${port}`, `::ffff:${text}`, `[::ffff:${text}]:${port}`]) {
        expect(canonicalAddress(written)).toBe(text)
      }
    }),
  )
})

test('whatever a header holds, it is an address or none, and soon told', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'0123456789abf:.[]%') }), (text) => {
      const address = canonicalAddress(text)
      if (address !== undefined) expect(address).toMatch(/^[\da-f:]+$|^\d+(\.\d+){3}$/)
    }),
    { numRuns: 2000 },
  )
  const start = performance.now()
  for (const part of ['1', ':', '1.', '%', '[', 'f:', '\n']) canonicalAddress(part.repeat(1_000_000))
  expect(performance.now() - start).toBeLessThan(500)
})
