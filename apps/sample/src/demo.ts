// `pnpm demo`: starts the sample server and walks through both schemes, each request and answer shown without its secrets.

import { parseArgs } from 'node:util'
import { redactHeaders } from '@fluxauth/auth-core'
import { detectProduct } from '@fluxauth/auth-core/influxdb'
import color from 'picocolors'
import { startServer } from './server/app.ts'
import { startOtherServer } from './server/elsewhere.ts'
import { findUpstream } from './server/gateway.ts'
import { type Step, type TourTarget, tour } from './tour.ts'

const HELP = `Usage: pnpm demo [--serve | --against URL]

Walks through both schemes of the InfluxDB API against a server of its own, on a free loopback port. With INFLUX_URL set,
--serve puts its page before that InfluxDB: people sign in here, and the credential of the environment goes there.

  --serve         keep the server up afterwards, with its web page, until Ctrl-C
  --against URL   walk against the InfluxDB 1 or 2, or Cloud Serverless, at this URL instead, with INFLUX_TOKEN, or INFLUX_USERNAME and
                  INFLUX_PASSWORD, or all of them
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

/** Walks through the steps; says whether all was as expected. */
async function walk(target: TourTarget): Promise<boolean> {
  const other = await startOtherServer()
  const redirector = await startOtherServer(`${other.origin}/`)
  console.log(`${color.bold('fluxauth')}: both schemes of the InfluxDB API, against ${target.origin}`)
  let failures = 0
  for (const [index, step] of tour(target, redirector).entries()) {
    if (!(await show(step, index + 1))) failures++
  }
  const leaked = other.visits.some(({ carried }) => carried.length > 0)
  console.log(
    `   ${color.cyan('=')} ${leaked ? color.red('the other origin saw the credential') : 'the other origin saw no Authorization header'}`,
  )
  if (leaked || other.visits.length === 0) failures++
  await Promise.all([other.stop(), redirector.stop()])
  console.log(
    failures === 0 ? color.green('\nAll as expected.') : color.red(`\n${failures} not as expected.`),
  )
  return failures === 0
}

/** A real InfluxDB, with what the environment has of its credentials. */
async function findTarget(url: string): Promise<TourTarget> {
  const { INFLUX_TOKEN: token, INFLUX_USERNAME: username, INFLUX_PASSWORD: password } = process.env
  if (!token && !username)
    throw new Error('Set INFLUX_TOKEN, or INFLUX_USERNAME and INFLUX_PASSWORD, or all of them')
  const { product } = await detectProduct(url)
  if (product !== 'v1' && product !== 'v2' && product !== 'cloud-serverless') {
    throw new Error(`${url} does not say that it is InfluxDB 1 or 2, or Cloud Serverless`)
  }
  return { origin: new URL(url).origin, product, token, username, password }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      serve: { type: 'boolean' },
      against: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) {
    console.log(HELP)
    return
  }
  if (values.against !== undefined) {
    process.exitCode = (await walk(await findTarget(values.against))) ? 0 : 1
    return
  }
  const own = await startServer({ example: values.serve })
  process.exitCode = (await walk({ ...own.credentials, origin: own.origin, product: 'cloud-serverless' }))
    ? 0
    : 1
  if (!values.serve) {
    console.log(color.dim('See it in a browser: npx -y pnpm@10 demo --serve'))
    await own.stop()
    return
  }
  const upstream = await findUpstream()
  if (upstream) await own.stop()
  const server = upstream ? await startServer({ upstream }) : own
  // First: who is told where it listens may end it in that moment.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.stop())
  if (upstream)
    console.log(`\nNow before the InfluxDB at ${upstream.url}, which gets its own credential from here.`)
  console.log(
    `\nOpen ${color.underline(server.origin)} and sign in. These were made up for this run, and are shown only here:`,
  )
  for (const [name, value] of Object.entries(server.credentials)) console.log(`  ${name.padEnd(8)}  ${value}`)
  console.log(color.dim('Ctrl-C ends it.'))
}

await main().catch((error: unknown) => {
  console.error(color.red(error instanceof Error ? error.message : 'That did not work'))
  process.exitCode = 1
})
