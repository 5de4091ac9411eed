import { copyFile, mkdir } from 'node:fs/promises'
import { defineConfig } from 'tsup'

export default defineConfig([
  {
    entry: { server: 'src/main.ts', demo: 'src/demo.ts' },
    format: 'esm',
    target: 'node20',
    sourcemap: true,
    clean: true,
  },
  {
    // The page's script, with auth-browser in it: the page loads nothing from elsewhere.
    entry: { page: 'web/page.ts' },
    outDir: 'dist/web',
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    noExternal: [/./],
    minify: true,
    async onSuccess() {
      await mkdir('dist/web', { recursive: true })
      for (const name of ['index.html', 'page.css']) await copyFile(`web/${name}`, `dist/web/${name}`)
    },
  },
])
