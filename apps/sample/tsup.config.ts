import { defineConfig } from 'tsup'

export default defineConfig({
  entry: { server: 'src/main.ts', demo: 'src/demo.ts' },
  format: 'esm',
  target: 'node20',
  sourcemap: true,
  clean: ['dist/*.js', 'dist/*.map'],
})
