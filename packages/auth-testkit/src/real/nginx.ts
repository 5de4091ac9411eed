// A real nginx: one that asks for Basic credentials, and one that stands before another server.

import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { requirePart } from './parts.ts'
import { freePort, type RunningServer, startProgram, temporaryFolder } from './process.ts'

/**
 * Starts nginx with `auth_basic` and one user, whose password `htpasswd` hashes.
 *
 * @param user who is let in
 * @returns the running server; `/` answers 200 with `{"nginx":true}` to that user
 * @see `describeReal`, whose example starts it
 */
export async function startNginx(user: {
  readonly username: string
  readonly password: string
}): Promise<RunningServer> {
  const htpasswd = requirePart('htpasswd')
  const folder = await temporaryFolder('nginx')
  const users = join(folder, 'htpasswd')
  await writeFile(users, await hashPassword(htpasswd, user), { mode: 0o600 })
  await mkdir(join(folder, 'www'))
  await writeFile(join(folder, 'www', 'index.json'), '{"nginx":true}\n')
  return run(
    folder,
    `root ${folder}/www;
    index index.json;
    auth_basic "fluxauth";
    auth_basic_user_file ${users};`,
    async (url) => (await fetch(url)).status === 401,
  )
}

/**
 * Starts nginx as a proxy before a server, as its own documentation has it: it adds the client's address to `X-Forwarded-For`.
 *
 * @param origin of the server
 */
export async function startNginxProxy(origin: string): Promise<RunningServer> {
  return run(
    await temporaryFolder('nginx'),
    `location = /is-it-up { return 204; }
    location / {
      proxy_pass ${origin};
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme;
    }`,
    async (url) => (await fetch(`${url}/is-it-up`)).status === 204,
  )
}

/** Starts nginx with one server of these directives. */
async function run(
  folder: string,
  directives: string,
  isUp: (url: string) => Promise<boolean>,
): Promise<RunningServer> {
  const program = requirePart('nginx')
  const port = await freePort()
  const config = join(folder, 'nginx.conf')
  await writeFile(
    config,
    `${process.getuid?.() === 0 ? 'user root;' : ''}
daemon off;
master_process off;
pid ${folder}/nginx.pid;
error_log stderr;
events {}
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  server {
    listen 127.0.0.1:${port};
    ${directives}
  }
}
`,
  )
  const url = `http://127.0.0.1:${port}`
  return startProgram(program, ['-p', folder, '-c', config], folder, url, () => isUp(url))
}

/** A line of an htpasswd file; the password goes to `htpasswd` on its standard input. */
function hashPassword(
  htpasswd: string,
  user: { readonly username: string; readonly password: string },
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(htpasswd, ['-niB', user.username], (error, output) =>
      error ? reject(error) : resolve(output),
    )
    child.stdin?.end(user.password)
  })
}
