// The lists of differences and the pages that say why have the same rows, so that neither says what the other does not.

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import generated from './differences.json' with { type: 'json' }
import recorded from './recorded-differences.json' with { type: 'json' }

/** The row that no answer shows, since it is about time; it has a test of its own. */
const UNSEEN = 'an unknown user takes as long as a wrong password'

/** The first cells of the table below a heading. */
function rowsOf(path: string, heading: string): string[] {
  const [, below = ''] = readFileSync(new URL(path, import.meta.url), 'utf8').split(`### ${heading}\n`)
  const table = below.slice(below.indexOf('| ---')).split('\n\n', 1)[0] ?? ''
  const [, ...rows] = table.trimEnd().split('\n')
  return rows.map((row) => row.split(' | ')[0]?.replace(/^\| /, '').trim() ?? '')
}

const guide = rowsOf('../../../../../docs/protect-your-own-api.md', 'Otherwise than InfluxDB 2, on purpose')
const sample = rowsOf('../../../README.md', 'Otherwise than InfluxDB 2')

test('every row of the guide and of the sample’s page has a difference, and every difference a row', () => {
  const [inGenerated, inRecorded] = [generated, recorded].map((list) => Object.keys(list))
  expect([...new Set([...(inGenerated ?? []), ...(inRecorded ?? []), UNSEEN])].sort()).toEqual(
    [...guide, ...sample].sort(),
  )
  expect(
    (inGenerated ?? []).filter((row) => !guide.includes(row)),
    'the guard has its rows in the guide',
  ).toEqual([])
  for (const list of [generated, recorded] as const) {
    for (const [row, names] of Object.entries(list)) expect(Object.keys(names), row).not.toEqual([])
  }
})
