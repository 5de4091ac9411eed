// What is no permission is none: what is misspelt, or not set, would be for everything.

import { expect, test } from 'vitest'
import { isPermission } from './permission-rule.ts'

const resource = { type: 'buckets' }

test('a permission is to read or to write, and its resource names what InfluxDB knows', () => {
  for (const action of ['read', 'write']) {
    expect(isPermission({ action, resource })).toBe(true)
    for (const name of ['id', 'name', 'org', 'orgID'])
      expect(isPermission({ action, resource: { ...resource, [name]: 'x' } })).toBe(true)
  }
})

test.each([
  undefined,
  null,
  'read',
  {},
  { action: 'read' },
  { resource },
  { action: 'delete', resource },
  { action: '', resource },
  { action: 'read', resource: 'buckets' },
  { action: 'read', resource: {} },
  { action: 'read', resource: { id: 'x' } },
  { action: 'read', resource: Object.create(resource) },
  { action: 'read', resource, orgID: 'x' },
  ...['ids', 'xid', 'names', 'orgid', 'orgIDs', 'bucket'].map((name) => ({
    action: 'read',
    resource: { ...resource, [name]: 'x' },
  })),
  ...[undefined, null, '', 5, {}].map((id) => ({ action: 'write', resource: { ...resource, id } })),
])('%j is none', (value) => {
  expect(isPermission(value)).toBe(false)
})
