// The web page, under a Content-Security-Policy that lets in nothing but its own scripts and styles, and lets it call nothing but its own
// origin and the one other that it tries.

import { readdir, readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { Hono, type NotFoundHandler } from 'hono'
import type { OtherServer } from '../elsewhere.ts'

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  // By its exact path a worker that another script plants would be refused as well; the build names the file by what is in it.
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types vault-worker',
]

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
}

/** The page's own addresses: its script finds out what each of them shows. */
const PAGES = ['/', '/data', '/tokens', '/sessions', '/refusals', '/lab']

const FOLDER = new URL('./web/', import.meta.url)

/** Answers with files of the build. */
function sender(other: OtherServer | undefined): (file: string, status?: number) => Promise<Response> {
  const policy = [...POLICY, `connect-src 'self'${other ? ` ${other.origin}` : ''}`].join('; ')
  return async (file, status = 200) =>
    new Response(await readFile(new URL(file, FOLDER)), {
      status,
      headers: {
        'Content-Security-Policy': policy,
        'X-Content-Type-Options': 'nosniff',
        'Referrer-Policy': 'no-referrer',
        'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream',
        // The build names its files by what is in them.
        'Cache-Control': file.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
      },
    })
}

/** Who opens an address that there is not is told so by the page, which leads back; programs are told in a word. */
export function pageNotFound(other?: OtherServer): NotFoundHandler {
  const send = sender(other)
  return async (context) => {
    const inAWord = () => context.text('404 Not Found', 404)
    if (!context.req.header('accept')?.includes('text/html')) return inAWord()
    // Where the page was not built there is nothing to lead back to.
    return send('index.html', 404).catch(inAWord)
  }
}

/** @param other the one other origin that the page may call */
export function pageRoutes(other?: OtherServer): Hono {
  const routes = new Hono()
  const send = sender(other)
  for (const path of PAGES) routes.get(path, () => send('index.html'))
  routes.get('/minimal', () => send('minimal.html'))
  routes.get('/assets/:file', async (context) => {
    const file = context.req.param('file')
    // Only what is there: a name is never a way to elsewhere.
    const names = await readdir(new URL('assets/', FOLDER))
    return names.includes(file) ? send(`assets/${file}`) : context.notFound()
  })
  // Browsers ask for it; an answer keeps their console clean.
  routes.get('/favicon.ico', (context) => context.body(null, 204))
  return routes
}
