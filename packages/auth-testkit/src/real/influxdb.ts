// A real InfluxDB 1.6 with authentication on.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { requirePart } from './parts.ts'
import { freePort, type RunningServer, startProgram, temporaryFolder } from './process.ts'

/** A user to create. */
export interface InfluxUser {
  readonly username: string
  readonly password: string
}

/**
 * Starts Debian's InfluxDB 1.6 with authentication on, and one administrator.
 *
 * @param admin the administrator to create
 * @returns the running server
 * @see `describeReal`, whose example starts nginx in this way
 */
export async function startInfluxdb(admin: InfluxUser): Promise<RunningServer> {
  const program = requirePart('influxdb')
  const folder = await temporaryFolder('influxdb')
  const [port, rpcPort] = [await freePort(), await freePort()]
  const config = join(folder, 'influxdb.conf')
  const inFolder = (name: string) => JSON.stringify(join(folder, name))
  await writeFile(
    config,
    `reporting-disabled = true
bind-address = "127.0.0.1:${rpcPort}"
[meta]
dir = ${inFolder('meta')}
[data]
dir = ${inFolder('data')}
wal-dir = ${inFolder('wal')}
query-log-enabled = false
[http]
bind-address = "127.0.0.1:${port}"
auth-enabled = true
log-enabled = false
[monitor]
store-enabled = false
`,
    { mode: 0o600 },
  )
  const url = `http://127.0.0.1:${port}`
  const server = await startProgram(program, ['-config', config], folder, url, async () => {
    return (await fetch(`${url}/ping`)).status === 204
  })
  const quote = (text: string, mark: string) => mark + text.replace(/[\\"']/g, '\\$&') + mark
  const q = `CREATE USER ${quote(admin.username, '"')} WITH PASSWORD ${quote(admin.password, "'")} WITH ALL PRIVILEGES`
  const response = await fetch(`${url}/query`, { method: 'POST', body: new URLSearchParams({ q }) })
  if (response.ok) return server
  await server.stop()
  throw new Error(`InfluxDB did not create the administrator: ${response.status}`)
}
