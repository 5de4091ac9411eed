// `pnpm demo`: starts the sample server and walks through both schemes, each request and answer shown without its secrets.

import { parseArgs } from 'node:util'
import { redactHeaders } from '@fluxauth/auth-core'
import color from 'picocolors'
import { startServer } from './server/app.ts'
import { type Step, startOtherServer, tour } from './tour.ts'

const HELP = `Usage: pnpm demo [--serve]

Walks through both schemes of the InfluxDB API against a server of its own, on a free loopback port.

  --serve   keep the server up afterwards, with its web page, until Ctrl-C
`

/** Sends one step and shows it. Returns whether the answer was the expected one. */
async function show(step: Step, number: number): Promise<boolean> {
  const { method, url, headers } = step.request
  console.log(`\n${color.bold(`${number}. ${step.title}`)} ${color.dim(`- ${step.why}`)}`)
  console.log(`   ${color.cyan('>')} ${method} ${url}`)
  print('>', redactHeaders({ ...headers }))
  const response = await step.send()
  const right = response.status === step.expected
  const status = `${response.status} ${response.statusText}`.trim()
  console.log(
    `   ${color.cyan('<')} ${right ? color.green(status) : color.red(`${status}, expected ${step.expected}`)}`,
  )
  const shown = ['x-platform-error-code', 'set-cookie'].flatMap((name) => {
    const value = response.headers.get(name)
    return value === null ? [] : [[name, value] as const]
  })
  print('<', redactHeaders(Object.fromEntries(shown)))
  const body = await response.text()
  if (body) console.log(`   ${color.cyan('<')} ${color.dim(summary(body))}`)
  return right
}

function print(direction: string, headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) {
    console.log(`   ${color.cyan(direction)} ${color.dim(`${name}:`)} ${value}`)
  }
}

/** Buckets by name; any other body as it is. */
function summary(body: string): string {
  const { buckets } = JSON.parse(body) as { buckets?: { name: string }[] }
  return buckets ? `buckets: ${buckets.map(({ name }) => name).join(', ')}` : body
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { serve: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  })
  if (values.help) {
    console.log(HELP)
    return
  }
  const server = await startServer()
  const other = await startOtherServer()
  const redirector = await startOtherServer(`${other.origin}/`)
  console.log(`${color.bold('fluxauth')}: both schemes of the InfluxDB API, against ${server.origin}`)
  let failures = 0
  for (const [index, step] of tour(server, redirector).entries()) {
    if (!(await show(step, index + 1))) failures++
  }
  const leaked = other.seen.some((header) => header !== undefined)
  console.log(
    `   ${color.cyan('=')} ${leaked ? color.red('the other origin saw the token') : 'the other origin saw no Authorization header'}`,
  )
  if (leaked || other.seen.length === 0) failures++
  await Promise.all([other.stop(), redirector.stop()])
  console.log(
    failures === 0 ? color.green('\nAll as expected.') : color.red(`\n${failures} not as expected.`),
  )
  process.exitCode = failures === 0 ? 0 : 1

  if (!values.serve) {
    console.log(color.dim('See it in a browser: npx -y pnpm@10 demo --serve'))
    await server.stop()
    return
  }
  console.log(
    `\nOpen ${color.underline(server.origin)} and sign in. These were made up for this run, and are shown only here:`,
  )
  for (const [name, value] of Object.entries(server.credentials)) console.log(`  ${name.padEnd(8)}  ${value}`)
  console.log(color.dim('Ctrl-C ends it.'))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.stop())
}

await main()
