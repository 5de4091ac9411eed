import type { Options } from 'tsup'
import { publishedPackage } from '../../tsup.base.ts'

const options: Options = publishedPackage({
  index: 'src/index.ts',
  http: 'src/clients/http.ts',
  undici: 'src/clients/undici.ts',
  axios: 'src/clients/axios.ts',
  'influxdb-client': 'src/clients/influxdb-client.ts',
  'influxdb3-client': 'src/clients/influxdb3-client.ts',
  'servers/http': 'src/servers/http.ts',
  'servers/express': 'src/servers/express.ts',
  'servers/fastify': 'src/servers/fastify.ts',
  'servers/koa': 'src/servers/koa.ts',
  server: 'src/verifier/index.ts',
  'stores/memory': 'src/stores/memory.ts',
  'stores/sqlite': 'src/stores/sqlite.ts',
  'stores/redis': 'src/stores/redis.ts',
  'stores/postgres': 'src/stores/postgres.ts',
})
// For where a file is, which both kinds of modules ask in their own way.
options.shims = true
export default options
