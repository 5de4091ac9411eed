// Every place at which a secret shows is found, by its path; what hides it is taken at its word.

import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { findLeaks } from './leaks.ts'

const SECRET = 's3cret-token=='
const secrets = { 'the token': SECRET }
const leaks = (value: unknown) => findLeaks(value, 'error', secrets)
const value = `Token ${SECRET}`

describe('a secret is found', () => {
  class Getter {
    get own() {
      return 1
    }
  }
  const hidden = (name: PropertyKey, held: unknown) =>
    Object.defineProperty(new Error('failed'), name, { value: held, enumerable: false })

  test.each<[what: string, value: unknown, places: string[]]>([
    ['in text', value, ['error']],
    [
      'deep in an object',
      { response: { request: { headers: { authorization: value } } } },
      ['error.response.request.headers.authorization'],
    ],
    ['under a name that is no word', { 'x-token': [1, value] }, ['error["x-token"][1]']],
    ['as a name', { [value]: 1 }, ['error, the name of a property']],
    ['under a symbol', { [Symbol('headers')]: value }, ['error[Symbol(headers)]']],
    ['in a field of an error that is not enumerable', hidden('config', { value }), ['error.config.value']],
    ['in a cause', new Error('failed', { cause: { value } }), ['error.cause.value']],
    ['in one of several errors', new AggregateError([{ value }]), ['error.errors[0].value']],
    ['in a map', new Map([['authorization', value]]), ['error.get("authorization")']],
    ['as a map’s key', new Map([[value, 1]]), ['error, a key of the map']],
    ['in a set', new Set([value]), ['[...error][0]']],
    ['in headers', new Headers({ authorization: value }), ['error.get("authorization")']],
    ['behind a getter', Object.defineProperty({}, 'x', { get: () => value, enumerable: true }), ['error.x']],
    ['in bytes', { body: Buffer.from(value) }, ['error.body']],
    ['in a buffer', { body: new TextEncoder().encode(value).buffer }, ['error.body']],
    ['in what toJSON says', { toJSON: () => ({ value }) }, ['error.toJSON().value']],
    ['in how it prints itself', { [inspect.custom]: () => value }, ['inspect(error)']],
    ['in how it becomes text', Object.assign(new Getter(), { toString: () => value }), ['String(error)']],
    ['at two places', { a: value, b: [value] }, ['error.a', 'error.b[0]']],
  ])('%s', (_, shown, places) => {
    expect(leaks(shown)).toEqual(places.map((place) => `the token at ${place}`))
  })

  test('in an error’s message, beside its stack', () => {
    expect(leaks(new Error(`cannot send ${value}`))).toContain('the token at error.message')
  })

  test('in what leads back to itself, once', () => {
    const circle: Record<string, unknown> = { value }
    circle.self = circle
    expect(leaks(circle)).toEqual(['the token at error.value'])
  })

  test('behind a getter that throws', () => {
    const thrower = Object.defineProperty({}, 'a', {
      enumerable: true,
      get() {
        throw new Error('not now')
      },
    })
    expect(leaks([thrower, value])).toEqual(['the token at error[1]'])
  })

  test('at a hundred places, of which it names twenty', () => {
    expect(leaks(Array.from({ length: 100 }, () => value))).toHaveLength(21)
  })
})

test('no place shows the secret itself', () => {
  expect(leaks({ [value]: { deep: value } }).join()).not.toContain(SECRET)
})

test('what hides it from whoever prints it is no leak', () => {
  const quiet = { value, [inspect.custom]: () => 'a request', toJSON: () => 'a request' }
  expect(leaks({ quiet, other: 'Token [redacted]' })).toEqual([])
})

test('what leads to very much ends soon', () => {
  const many = Array.from({ length: 200_000 }, (_, index) => ({ index }))
  const started = performance.now()
  expect(leaks(many)).toEqual([])
  expect(performance.now() - started).toBeLessThan(5000)
})
