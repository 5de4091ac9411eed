// Which methods there are at a path: a wrong one is answered with 405, and told which would be right.

import type { Hono } from 'hono'

/**
 * Makes what tells the methods at a path, of those routes that an app has by now.
 *
 * @returns what gives them in the form of `Allow`; an empty text where the app has nothing there
 * @see RFC 9110, section 15.5.6
 */
export function allowedMethods(app: Hono): (path: string) => string {
  const routes = app.routes
    .filter(({ method }) => method !== 'ALL')
    .map(({ path, method }) => ({
      method,
      form: new RegExp(`^${path.replaceAll('.', '\\.').replace(/:[^/]+/g, '[^/]+')}$`),
    }))
  return (path) => {
    const methods = routes.filter(({ form }) => form.test(path)).map(({ method }) => method)
    if (methods.includes('GET')) methods.push('HEAD')
    return [...new Set(methods)].join(', ')
  }
}
