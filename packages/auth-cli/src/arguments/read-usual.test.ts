// What is read without commander is what commander reads: on every command there is, over arguments as people and their mistakes write them.

import { beforeAll, expect, test, vi } from 'vitest'
import { loadWholeProgram } from '../program.ts'
import { readByCommander } from './by-commander.ts'
import { Command } from './command.ts'
import { readUsual } from './read-usual.ts'

let program: Command
beforeAll(async () => {
  vi.stubGlobal('VERSION', '0.0.0')
  program = await loadWholeProgram()
  return () => vi.unstubAllGlobals()
})

/** What a command is given: the same number for the same seed. */
function dice(seed: number): <T>(from: readonly T[]) => T {
  let state = seed
  return (from) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return from[(state >>> 8) % from.length] as never
  }
}

interface Leaf {
  readonly path: readonly string[]
  readonly command: Command
}

function leaves(command: Command, path: readonly string[] = []): Leaf[] {
  if (command.commands.length === 0) return [{ path, command }]
  return command.commands.flatMap((each) => leaves(each, [...path, each.name]))
}

const VALUES = ['zoe', 'x', '', '-', 'my token', 'list', 'GET', '--', '-5', '--json', '-p', '--nope', 'a=b']

/** Words for a command: mostly what it takes, in any order, with something else among them now and then. */
function writeArguments({ path, command }: Leaf, pick: ReturnType<typeof dice>): string[] {
  const value = (choices?: readonly string[]) =>
    pick([0, 0, 0, 0, 1]) && choices ? pick(choices) : pick(pick([0, 0, 1]) ? VALUES : VALUES.slice(0, 7))
  const parts: string[][] = command.arguments.map(({ choiceList }) => [
    choiceList && pick([0, 1, 1, 1]) ? pick(choiceList) : value(),
  ])
  for (const option of [...command.options, ...program.options]) {
    const { short, long, takesValue, choiceList, isRequired } = option
    for (let times = isRequired ? pick([0, 1, 1, 1, 2]) : pick([0, 0, 0, 1, 2]); times > 0; times--) {
      const name = pick(short ? [short, long] : [long])
      const given = choiceList && pick([0, 1, 1, 1]) ? pick(choiceList) : value()
      const joined = name === long ? `${name}=${given}` : `${name}${given}`
      parts.push(!takesValue ? [name] : pick([0, 1, 1, 1]) ? [name, given] : [joined])
    }
  }
  for (let more = pick([0, 0, 0, 0, 1]); more > 0; more--) parts.push([pick(VALUES)])
  const shuffled: string[][] = []
  for (const part of parts) shuffled.splice(pick([0, 1, 2, 3, 4]) % (shuffled.length + 1), 0, part)
  // Options of the program may stand before the command's own name.
  const before = pick([0, 0, 0, 1]) ? [pick(['--json', '--no-input', '--profile=x', '--verbose'])] : []
  return [...before, ...path, ...shuffled.flat()]
}

test.each([
  'encode token',
  'encode basic -u zoe --charset latin1 --header',
  '--json decode --reveal',
  'header http://localhost:8086 --profile cloud --no-input',
  'request POST /api/v2/write --data @- -H Accept:text/csv -H X:y --timeout 5',
  'exec -- influx bucket list --json',
  'use -',
])('%s needs no commander', (line) => {
  expect(readUsual(program, line.split(' '))).toBeDefined()
})

test.each([
  '',
  'tokens',
  'profiles',
  'encode',
  'encode -- token',
  'encode token --help',
  'help',
  'nope',
  '-V',
])("'%s' is commander's to read", (line) => {
  expect(readUsual(program, line.split(' ').filter(Boolean))).toBeUndefined()
})

test('an option of the program is the program’s, also where a command has one of that name', () => {
  const command = new Command('serve').option('-p, --port <number>', 'where').action(() => undefined)
  const family = new Command('family').option('-p, --profile <name>', 'which').addCommand(command)
  const given = readUsual(family, ['serve', '-p', '1'])
  expect(given).toMatchObject({ global: { profile: '1' }, options: {} })
  expect(given).toStrictEqual(readByCommander(family, ['serve', '-p', '1']))
})

test('what is read at once is what commander reads', () => {
  const pick = dice(20_261_130)
  const all = leaves(program)
  const isRead = new Map(all.map(({ path }) => [path.join(' '), 0]))
  for (let round = 0; round < 4000; round++) {
    const leaf = pick(all)
    const args = writeArguments(leaf, pick)
    const given = readUsual(program, args)
    if (!given) continue
    const name = leaf.path.join(' ')
    isRead.set(name, (isRead.get(name) ?? 0) + 1)
    expect({ args, given }).toStrictEqual({ args, given: readByCommander(program, args) })
  }
  // Each command was, and not once alone.
  expect(Math.min(...isRead.values()), JSON.stringify([...isRead])).toBeGreaterThan(5)
})
