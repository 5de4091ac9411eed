// Permissions: what they cover, and that they never cover more.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { includesAll, type Permission, permits, type Resource } from './index.ts'

const reads = (resource: Resource): Permission[] => [{ action: 'read', resource }]

describe('a permission', () => {
  test.each<[string, Resource, Resource, boolean]>([
    ['of a type covers all of it', { type: 'buckets' }, { type: 'buckets' }, true],
    ['of a type covers each of it', { type: 'buckets' }, { type: 'buckets', id: '1' }, true],
    ['of another type covers nothing', { type: 'users' }, { type: 'buckets' }, false],
    ['of one resource covers that one', { type: 'buckets', id: '1' }, { type: 'buckets', id: '1' }, true],
    ['of one resource covers no other', { type: 'buckets', id: '1' }, { type: 'buckets', id: '2' }, false],
    ['of one resource does not cover all', { type: 'buckets', id: '1' }, { type: 'buckets' }, false],
    [
      'of an organization covers what is in it',
      { type: 'buckets', orgID: 'a' },
      { type: 'buckets', id: '1', orgID: 'a' },
      true,
    ],
    [
      'of an organization covers nothing of another',
      { type: 'buckets', orgID: 'a' },
      { type: 'buckets', id: '1', orgID: 'b' },
      false,
    ],
    [
      'of an organization does not cover where none is named',
      { type: 'buckets', orgID: 'a' },
      { type: 'buckets' },
      false,
    ],
    [
      'that names what it identifies goes by the identifier',
      { type: 'buckets', id: '1', name: 'air', orgID: 'a', org: 'home' },
      { type: 'buckets', id: '1', orgID: 'a' },
      true,
    ],
    [
      'by name covers the resource of that name',
      { type: 'buckets', name: 'air' },
      { type: 'buckets', name: 'air' },
      true,
    ],
    [
      'by name covers no other',
      { type: 'buckets', name: 'air' },
      { type: 'buckets', id: '1', name: 'sea' },
      false,
    ],
  ])('%s', (_, held, wanted, expected) => {
    expect(permits(reads(held), 'read', wanted)).toBe(expected)
  })

  test('to read is none to write', () => {
    expect(permits(reads({ type: 'buckets' }), 'write', { type: 'buckets' })).toBe(false)
  })

  test('all covers everything, and none nothing', () => {
    expect(permits('all', 'write', { type: 'orgs', id: '1' })).toBe(true)
    expect(permits([], 'read', { type: 'orgs' })).toBe(false)
  })
})

const identifiers = fc.option(fc.constantFrom('1', '2'), { nil: undefined })
const permission: fc.Arbitrary<Permission> = fc.record({
  action: fc.constantFrom('read', 'write'),
  resource: fc.record({
    type: fc.constantFrom('buckets', 'users'),
    id: identifiers,
    orgID: identifiers,
  }),
})

test('a token can be given what its maker has, and whatever that covers is covered by the maker', () => {
  fc.assert(
    fc.property(fc.array(permission), fc.array(permission), permission, (held, given, wanted) => {
      fc.pre(includesAll(held, given))
      if (permits(given, wanted.action, wanted.resource)) {
        expect(permits(held, wanted.action, wanted.resource)).toBe(true)
      }
      expect(includesAll(held, held)).toBe(true)
    }),
    { numRuns: 2000 },
  )
})
