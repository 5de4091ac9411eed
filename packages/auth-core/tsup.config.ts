import type { Options } from 'tsup'
import { publishedPackage } from '../../tsup.base.ts'

const options: Options = publishedPackage({
  index: 'src/index.ts',
  client: 'src/client/index.ts',
  influxdb: 'src/influxdb/index.ts',
  server: 'src/server/index.ts',
})
export default options
