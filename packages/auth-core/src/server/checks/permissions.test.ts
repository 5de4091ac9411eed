// Permissions: what they cover, and that they never cover more.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createVerifier, includesAll, type Permission, permits, type Resource } from '../index.ts'

const reads = (resource: Resource): Permission[] => [{ action: 'read', resource }]

describe('a permission', () => {
  test.each<[string, Resource, Resource, boolean]>([
    ['of a type covers all of it', { type: 'buckets' }, { type: 'buckets' }, true],
    ['of a type covers each of it', { type: 'buckets' }, { type: 'buckets', id: '1' }, true],
    ['of a type covers each of it by its name', { type: 'buckets' }, { type: 'buckets', name: 'air' }, true],
    [
      'of a type covers each of it by its identifier and its name',
      { type: 'buckets' },
      { type: 'buckets', id: '1', name: 'air' },
      true,
    ],
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
      'for users of an organization covers none of them, since they are in none',
      { type: 'users', orgID: 'a' },
      { type: 'users', id: '1' },
      false,
    ],
    [
      'for a user covers that user, whatever organization stands beside the identifier',
      { type: 'users', id: '1', orgID: 'a' },
      { type: 'users', id: '1' },
      true,
    ],
    [
      'for a user of an organization covers nothing of another that is named',
      { type: 'users', id: '1', orgID: 'a' },
      { type: 'users', id: '1', orgID: 'b' },
      false,
    ],
    [
      'for a user of an organization covers nothing of one that is named by its name',
      { type: 'users', id: '1', orgID: 'a' },
      { type: 'users', id: '1', org: 'b' },
      false,
    ],
    [
      'for an organization covers no other that stands beside its identifier',
      { type: 'orgs', id: 'a', orgID: 'b' },
      { type: 'orgs', id: 'b' },
      false,
    ],
    [
      'for a bucket in an organization does not cover it where none is named',
      { type: 'buckets', id: '1', orgID: 'a' },
      { type: 'buckets', id: '1' },
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
    [
      'by name covers nothing of that name for its having an identifier',
      { type: 'buckets', name: 'air' },
      { type: 'buckets', id: '2', name: 'air' },
      false,
    ],
    [
      'of an organization covers nothing of another that is named beside it',
      { type: 'buckets', orgID: 'a' },
      { type: 'buckets', orgID: 'a', org: 'victim' },
      false,
    ],
    [
      'that names and identifies covers what is named and identified so',
      { type: 'buckets', orgID: 'a', org: 'home' },
      { type: 'buckets', orgID: 'a', org: 'home' },
      true,
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
const MEMBERS = ['id', 'name', 'orgID', 'org'] as const
const resource: fc.Arbitrary<Resource> = fc.record({
  type: fc.constantFrom('buckets', 'users'),
  id: identifiers,
  name: identifiers,
  orgID: identifiers,
  org: identifiers,
})
/** A resource that names less is another one, and a wider; but of what is named once already a second name tells nothing new. */
const OTHER = { id: 'name', name: 'id', orgID: 'org', org: 'orgID' } as const
const permit = (permissions: Permission[], wanted: Resource, orgID?: string): boolean => {
  const principal = { by: 'token', userID: '1', user: 'joe', orgID, permissions } as const
  const asked = { method: 'GET', url: '/', authorization: '', secure: true, header: () => undefined }
  return createVerifier({}).permit(principal, asked, 'read', wanted) === undefined
}

describe('naming more of a resource never turns a refusal into a permission', () => {
  test.each([
    ['by permissions alone', (held: Permission[], wanted: Resource) => permits(held, 'read', wanted)],
    ['by a verifier', (held: Permission[], wanted: Resource) => permit(held, wanted)],
    [
      "by a verifier, which knows the principal's organization",
      (held: Permission[], wanted: Resource) => permit(held, wanted, '1'),
    ],
  ])('%s', (_, isPermitted) => {
    fc.assert(
      fc.property(
        fc.array(resource, { maxLength: 3 }),
        resource,
        fc.constantFrom(...MEMBERS),
        fc.constantFrom('1', '2'),
        (held, wanted, member, value) => {
          fc.pre(wanted[member] === undefined && wanted[OTHER[member]] !== undefined)
          const more = { ...wanted, [member]: value }
          if (!isPermitted(held.flatMap(reads), more)) return
          // Where both are wanted the permission is for both, or narrows neither.
          const agrees = (one: Resource) =>
            [member, OTHER[member]].every((name) => one[name] === undefined) ||
            [member, OTHER[member]].every((name) => one[name] === more[name])
          expect(held.some((one) => agrees(one) && isPermitted(reads(one), more))).toBe(true)
          if (!held.some(({ [member]: named }) => named !== undefined)) {
            expect(isPermitted(held.flatMap(reads), wanted)).toBe(true)
          }
        },
      ),
      { numRuns: 3000 },
    )
  })

  test("an organization's name is not taken for the principal's own", () => {
    const own = reads({ type: 'buckets', orgID: '1' })
    expect(permit(own, { type: 'buckets' }, '1')).toBe(true)
    expect(permit(own, { type: 'buckets', org: 'victim' }, '1')).toBe(false)
    expect(permit(own, { type: 'buckets', orgID: '1', org: 'victim' }, '1')).toBe(false)
    expect(permit(own, { type: 'buckets', orgID: '2' }, '1')).toBe(false)
  })

  test("an organization that is named is wanted by its name alone, not by the principal's own identifier as well", () => {
    const home = reads({ type: 'buckets', org: 'home' })
    expect(permit(home, { type: 'buckets', org: 'home' }, '1')).toBe(true)
    expect(permit(home, { type: 'buckets', org: 'victim' }, '1')).toBe(false)
  })
})

describe('what its holder may give to a new token', () => {
  /** Every resource of a type, of which each member is one of two or not named. */
  const every = ['buckets', 'users'].map((type) => {
    const named = [undefined, '1', '2']
    return named.flatMap((id) =>
      named.flatMap((name) =>
        named.flatMap((orgID) => named.map((org): Resource => ({ type, id, name, orgID, org }))),
      ),
    )
  })

  test.each(every.map((resources) => [resources[0]?.type, resources] as const))(
    'covers nothing that the holder does not have, for any three of %s',
    (_, resources) => {
      const wider = resources.flatMap((held) => {
        const covered = new Set(resources.filter((wanted) => permits(reads(held), 'read', wanted)))
        return resources
          .filter((given) => includesAll(reads(held), reads(given)))
          .flatMap((given) =>
            resources
              .filter((wanted) => permits(reads(given), 'read', wanted) && !covered.has(wanted))
              .map((wanted) => ({ held, given, wanted })),
          )
      })
      expect(wider).toEqual([])
    },
  )

  test.each(every.map((resources) => [resources[0]?.type, resources] as const))(
    'is each of his own permissions, for any of %s',
    (_, resources) => {
      for (const held of resources) expect(includesAll(reads(held), reads(held))).toBe(true)
    },
  )

  test('is no other action, and everything of one who has everything', () => {
    expect(
      includesAll(reads({ type: 'buckets' }), [{ action: 'write', resource: { type: 'buckets' } }]),
    ).toBe(false)
    expect(includesAll('all', [{ action: 'write', resource: { type: 'orgs' } }])).toBe(true)
  })

  test('is each of what is wanted, by any of what the holder has', () => {
    const [buckets, users, orgs] = ['buckets', 'users', 'orgs'].flatMap((type) => reads({ type }))
    const held = [buckets, users] as Permission[]
    expect(includesAll(held, [users, buckets] as Permission[])).toBe(true)
    expect(includesAll(held, [users, orgs] as Permission[])).toBe(false)
    expect(includesAll(held, [orgs, users] as Permission[])).toBe(false)
    expect(includesAll([], [users] as Permission[])).toBe(false)
    expect(includesAll([], [])).toBe(true)
  })

  test('is not a user anywhere, by a permission for that user beside an organization', () => {
    const held = reads({ type: 'users', id: '1', orgID: 'a' })
    expect(permits(held, 'read', { type: 'users', id: '1' })).toBe(true)
    expect(includesAll(held, reads({ type: 'users', id: '1' }))).toBe(false)
    expect(includesAll(held, reads({ type: 'users', id: '1', orgID: 'a' }))).toBe(true)
  })

  test('is no user, by a permission for the users of an organization, which covers none', () => {
    const held = reads({ type: 'users', orgID: 'a' })
    expect(permits(held, 'read', { type: 'users', id: '1' })).toBe(false)
    expect(includesAll(held, reads({ type: 'users', id: '1', orgID: 'a' }))).toBe(false)
  })
})

test('a verifier is asked for one of a type by its identifier beside the type, or beside what else narrows it', () => {
  const asked = { method: 'GET', url: '/', authorization: undefined, secure: true, header: () => undefined }
  const permissions = reads({ type: 'buckets', id: '1', orgID: 'a' })
  const principal = { by: 'token', userID: '1', user: 'joe', orgID: 'a', permissions } as const
  const status = (resource: string | Resource, id?: string) =>
    createVerifier({}).permit(principal, asked, 'read', resource, id)?.status
  expect(status('buckets', '1')).toBeUndefined()
  expect(status({ type: 'buckets', orgID: 'a' }, '1')).toBeUndefined()
  expect(status('buckets', '2')).toBe(403)
  expect(status('buckets')).toBe(403)
  expect(status({ type: 'buckets', orgID: 'b' }, '1')).toBe(403)
})

test('a guard places what a route names in the principal’s own organization, but for users and organizations', async () => {
  const verifier = createVerifier({ findToken: () => undefined })
  const asked = { method: 'GET', url: '/', authorization: undefined, secure: true, header: () => undefined }
  const permissions = ['buckets', 'users', 'orgs'].flatMap((type) => reads({ type, orgID: 'a' }))
  const principal = { by: 'token', userID: '1', user: 'joe', orgID: 'a', permissions } as const
  const status = (resource: Resource) => verifier.permit(principal, asked, 'read', resource)?.status
  expect(status({ type: 'buckets', id: '1' })).toBeUndefined()
  for (const type of ['users', 'orgs']) {
    expect(status({ type })).toBe(403)
    expect(status({ type, id: 'a' })).toBe(403)
    expect(status({ type, id: '1', orgID: 'a' })).toBeUndefined()
  }
})

test('what can be waited for is no resource, and is refused as that', () => {
  // biome-ignore lint/suspicious/noThenProperty: what is tried here
  const later = { then: () => undefined } as never
  const errors: unknown[] = []
  const verifier = createVerifier({ onError: (error) => errors.push(error) })
  const asked = { method: 'GET', url: '/', authorization: undefined, secure: true, header: () => undefined }
  const principal = { by: 'token', userID: '1', user: 'joe', permissions: 'all' } as const
  expect(verifier.permit(principal, asked, 'read', later)).toMatchObject({ status: 500 })
  expect(errors).toEqual([expect.objectContaining({ code: 'ERR_OPTION_VALUE' })])
})
