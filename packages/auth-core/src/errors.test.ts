// Every class of errors says in logs which it is, in whatever way its code was made smaller.

import { expect, test } from 'vitest'
import * as client from './client/index.ts'
import * as codecs from './index.ts'
import * as influxdb from './influxdb/index.ts'
import * as server from './server/index.ts'

const classes = Object.entries({ ...codecs, ...client, ...influxdb, ...server }).filter(
  ([, value]) => typeof value === 'function' && value.prototype instanceof codecs.AuthError,
) as [string, { readonly prototype: Error }][]

test.each(classes)('%s has its name', (name, { prototype }) => {
  expect(Object.getOwnPropertyDescriptor(prototype, 'name')?.get?.call(prototype)).toBe(name)
})

test('there are such classes', () => {
  expect(classes.length).toBeGreaterThan(6)
})
