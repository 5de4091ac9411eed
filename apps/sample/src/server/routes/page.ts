// The web page, under a Content-Security-Policy that lets in nothing but its own script and style.

import { readFile } from 'node:fs/promises'
import { Hono } from 'hono'

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ')

const FILES: Readonly<Record<string, readonly [file: string, type: string]>> = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/page.js': ['page.js', 'text/javascript; charset=utf-8'],
  '/page.css': ['page.css', 'text/css; charset=utf-8'],
}

export function pageRoutes(): Hono {
  const routes = new Hono()
  for (const [path, [file, type]] of Object.entries(FILES)) {
    routes.get(path, async (context) => {
      context.header('Content-Security-Policy', POLICY)
      context.header('X-Content-Type-Options', 'nosniff')
      context.header('Referrer-Policy', 'no-referrer')
      context.header('Content-Type', type)
      return context.body(await readFile(new URL(`./web/${file}`, import.meta.url)))
    })
  }
  // Browsers ask for it; an answer keeps their console clean.
  routes.get('/favicon.ico', (context) => context.body(null, 204))
  return routes
}
