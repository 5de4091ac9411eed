// Permissions, made and said in words.

import { expect, test } from 'vitest'
import {
  allAccess,
  describePermissions,
  type InfluxPermission,
  operator,
  readBucket,
  writeBucket,
} from './index.ts'

test('a bucket’s is for that bucket alone', () => {
  expect(readBucket('1f')).toEqual({ action: 'read', resource: { type: 'buckets', id: '1f' } })
  expect(writeBucket('1f', '2e')).toEqual({
    action: 'write',
    resource: { type: 'buckets', id: '1f', orgID: '2e' },
  })
})

test.each([undefined, '', null, 5, '1f/2e'])('%j would be all of them, and is refused', (id) => {
  for (const run of [readBucket, writeBucket, allAccess])
    expect(() => run(id as string)).toThrow(expect.objectContaining({ code: 'ERR_OPTION_VALUE' }))
  for (const run of [readBucket, writeBucket]) {
    const refused = expect.objectContaining({ code: 'ERR_OPTION_VALUE' })
    expect(() => run(id as string, '2e')).toThrow(refused)
    // Left out, it is the server's to say.
    if (id !== undefined && id !== null) expect(() => run('1f', id as string)).toThrow(refused)
  }
})

test('an operator’s are the 44 that a new server gives, and those of an organization are as many', () => {
  expect(operator()).toHaveLength(44)
  expect(operator().every(({ resource }) => Object.keys(resource).join() === 'type')).toBe(true)
  expect(allAccess('2e')).toHaveLength(44)
  expect(allAccess('2e').every(({ resource }) => (resource.orgID ?? resource.id) === '2e')).toBe(true)
  for (const all of [operator(), allAccess('2e')]) {
    const types = all.filter(({ action }) => action === 'read').map(({ resource }) => resource)
    expect(new Set(types.map(({ type }) => type)).size).toBe(22)
    expect(all.filter(({ action }) => action === 'write').map(({ resource }) => resource)).toEqual(types)
  }
  // An organization is not within one.
  expect(allAccess('2e').filter(({ resource }) => 'id' in resource)).toEqual([
    { action: 'read', resource: { type: 'orgs', id: '2e' } },
    { action: 'write', resource: { type: 'orgs', id: '2e' } },
  ])
})

test.each<[InfluxPermission[], string[]]>([
  [[], []],
  [operator(), ['everything in every organization']],
  [allAccess('2e'), ['everything in the organization 2e']],
  [[...operator()].slice(1), describePermissions(operator().slice(1))],
  [
    [...allAccess('2e'), readBucket('1f', '3d')],
    ['everything in the organization 2e', 'read the bucket 1f of the organization 3d'],
  ],
  [
    [
      { action: 'read', resource: { type: 'buckets', id: '1f', name: 'weather', orgID: '2e', org: 'home' } },
      { action: 'write', resource: { type: 'buckets', id: '1f', name: 'weather', orgID: '2e', org: 'home' } },
      { action: 'write', resource: { type: 'tasks', orgID: '2e', org: 'home' } },
      { action: 'read', resource: { type: 'users' } },
      { action: 'read', resource: { type: 'users' } },
      { action: 'read', resource: { type: 'tasks', id: '5f' } },
    ],
    [
      'read and write the bucket weather of the organization home',
      'write all tasks of the organization home',
      'read all users',
      'read the task 5f',
    ],
  ],
])('%# in words', (permissions, words) => {
  expect(describePermissions(permissions)).toEqual(words)
})

test('one permission less, or for less, is not everything', () => {
  for (const all of [operator(), allAccess('2e')]) {
    for (let i = 0; i < all.length; i++) {
      const words = describePermissions(all.filter((_, index) => index !== i)).join()
      expect(words).not.toContain('everything')
      for (const narrower of [{ id: '1f' }, { orgID: '3d' }]) {
        const changed = all.map(({ action, resource }, index) =>
          index === i ? { action, resource: { ...resource, ...narrower } } : { action, resource },
        )
        expect(describePermissions(changed).join()).not.toContain('everything')
      }
    }
  }
})
