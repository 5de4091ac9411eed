import type { Options } from 'tsup'
import { publishedPackage } from '../../tsup.base.ts'

const options: Options = publishedPackage({
  index: 'src/index.ts',
  memory: 'src/vaults/memory.ts',
  worker: 'src/vaults/worker.ts',
  'worker-script': 'src/vaults/worker-script.ts',
})
export default options
