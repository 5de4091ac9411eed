import type { Options } from 'tsup'
import { publishedPackage } from '../../tsup.base.ts'

const options: Options = {
  // The element's style sheet, as it is.
  publicDir: 'public',
  ...publishedPackage({
    index: 'src/index.ts',
    memory: 'src/vaults/memory.ts',
    worker: 'src/vaults/worker.ts',
    'worker-script': 'src/vaults/worker-script.ts',
    element: 'src/element/index.ts',
    react: 'src/react.ts',
  }),
}
export default options
