// Lines for a narrow terminal.

import { expect, test } from 'vitest'
import { fold, foldHelp, hang } from './fold.ts'

test('breaks between words, and no line is longer than the terminal is wide', () => {
  const text = 'everything in every organization (an operator token)'
  expect(fold(text, 20)).toEqual(['everything in every', 'organization (an', 'operator token)'])
  expect(fold(text, undefined)).toEqual([text])
  expect(fold(text, 5)).toEqual([text])
  expect(fold('a-word-that-is-longer-than-the-line and more', 20)).toEqual([
    'a-word-that-is-longer-than-the-line',
    'and more',
  ])
  expect(hang('one two three four five', 4, 20)).toBe('one two three\n    four five')
  expect(hang('Looked at:\n- one two three four five', 0, 20)).toBe(
    'Looked at:\n- one two three\n  four five',
  )
})

test.each([
  'fluxauth login http://localhost:8086 --profile app < token.txt',
  'fluxauth tokens create --permissions operator',
  'fluxauth tokens delete 0b2c6a5e2f3d4000',
  'fluxauth tokens delete report-2',
  'fluxauth profiles edit NAME --url http://localhost:8086',
  'fluxauth request POST /query --data "q=SHOW USERS"',
  "influxd recovery auth create-operator --org 'my home' --username zoe",
  'influxdb3 create token --admin --regenerate --host http://127.0.0.1:8182',
  'npm install --global @napi-rs/keyring',
  'fluxauth check URL --header < header.txt',
  'fluxauth header --profile app | curl -H @- URL',
  'fluxauth tokens delete report-2 --profile app',
])('%s stays whole', (command) => {
  expect(fold(`It is not so, and it is to be: ${command}, and then some more`, 20)).toContain(`${command},`)
  expect(fold(`Do this first (${command}), and then some more`, 20)).toContain(`(${command}),`)
  expect(fold(`Type ${command}`, 20)).toEqual(['Type', command])
  expect(fold(`\u001b[2m${command}\u001b[22m`, 20)).toHaveLength(1)
})

test('what is no command is broken', () => {
  expect(fold('fluxauth drops it, and other programs send it', 24)).toEqual([
    'fluxauth drops it, and',
    'other programs send it',
  ])
  expect(fold('fluxauth logout --revoke ends an API token there too.', 24).slice(1)).toEqual([
    'an API token there too.',
  ])
  const command = 'export INFLUX_TOKEN="$(printf %s "$INFLUX_TOKEN" | tr -d x)"'
  expect(fold(command, 20)).toEqual([command])
})

test('style takes no room', () => {
  expect(fold('\u001b[31mfluxauth:\u001b[39m one two three', 20)).toEqual([
    '\u001b[31mfluxauth:\u001b[39m one two',
    'three',
  ])
})

test('puts what an item of the help is below it, and leaves examples whole', () => {
  const help =
    'Usage: it\n\n  -a, --all   every one of them\n  -b          short\n\nExamples:\n  $ it --all --of them --and more'
  expect(foldHelp(help, 24)).toBe(
    'Usage: it\n\n  -a, --all\n      every one of them\n  -b\n      short\n\nExamples:\n  $ it --all --of them --and more',
  )
  expect(foldHelp(help, 80)).toBe(help)
  expect(foldHelp(help, undefined)).toBe(help)
  expect(foldHelp('A sentence that is long.', 20)).toBe('A sentence that is\nlong.')
  expect(foldHelp('It is written in lines,\nand broken\nonce.\n\nUse:\n  $ it', 16)).toBe(
    'It is written in\nlines, and\nbroken once.\n\nUse:\n  $ it',
  )
})
