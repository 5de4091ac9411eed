import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

// The page, whose scripts and styles are files of its own origin: its CSP lets in nothing else.
export default defineConfig({
  root: 'web',
  plugins: [react()],
  worker: { format: 'es' },
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: { input: ['web/index.html', 'web/minimal.html'] },
  },
})
