import type { Options } from 'tsup'

const options: Options = {
  entry: { main: 'src/main.ts' },
  format: 'esm',
  target: 'node20',
  sourcemap: true,
  clean: true,
}
export default options
