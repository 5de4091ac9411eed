// The sample page: signs in with either scheme, lists the buckets, and shows each request without its secret.

import { createBrowserAuth } from '@fluxauth/auth-browser'
import { memoryVault } from '@fluxauth/auth-browser/memory'
import { redactAuthorization } from '@fluxauth/auth-core'

const byId = <E extends HTMLElement>(id: string): E => document.getElementById(id) as E

/** What stands where in the page. */
const page = {
  status: byId('status'),
  forms: byId('forms'),
  session: byId('session'),
  buckets: byId('buckets'),
  requests: byId('requests'),
}

// Every request of the page passes here, so that it can be shown.
const auth = createBrowserAuth({
  vault: memoryVault(),
  fetch: async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : String(input), location.origin)
    const authorization = new Headers(init?.headers).get('authorization')
    const response = await fetch(input, init)
    showRequest(`${init?.method ?? 'GET'} ${url.pathname}`, authorization, response.status)
    return response
  },
})

function showRequest(line: string, authorization: string | null, status: number): void {
  const item = document.createElement('li')
  const header = authorization
    ? `Authorization: ${redactAuthorization(authorization)}`
    : 'no Authorization header; a session cookie goes along by itself, unseen by this script'
  for (const [text, className] of [
    [line, ''],
    [header, ''],
    [`→ ${status}`, 'status'],
  ] as const) {
    const code = document.createElement('code')
    code.textContent = text
    code.className = className
    item.append(code, document.createElement('br'))
  }
  page.requests.append(item)
}

function say(text: string, bad = false): void {
  page.status.textContent = text
  page.status.classList.toggle('bad', bad)
}

async function listBuckets(): Promise<void> {
  const response = await auth.fetch('/api/v2/buckets')
  if (!response.ok)
    throw new Error(
      response.status === 401 ? 'The server refused it: 401.' : `The server answered ${response.status}.`,
    )
  const { buckets } = (await response.json()) as { buckets: { name: string }[] }
  page.buckets.replaceChildren(
    ...buckets.map(({ name }) => {
      const item = document.createElement('li')
      item.textContent = name
      return item
    }),
  )
}

/** Shows the forms or the buckets, as it is. */
function show(): void {
  const signedIn = auth.state.status === 'signed-in'
  page.forms.hidden = signedIn
  page.session.hidden = !signedIn
}

/**
 * Runs what a form asks for. It keeps what was typed until there is an answer: password managers look at it then. Its secret goes then in any
 * case; the rest once it is done, so that nobody types a name twice.
 */
function onSubmit(id: string, signIn: (data: FormData) => Promise<string>): void {
  const form = byId<HTMLFormElement>(id)
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    try {
      const done = await signIn(new FormData(form))
      await listBuckets()
      form.reset()
      say(done)
    } catch (error) {
      for (const field of form.querySelectorAll<HTMLInputElement>('input[type=password]')) field.value = ''
      say(error instanceof Error ? error.message : 'That did not work.', true)
    }
    show()
  })
}

onSubmit('basic', async (data) => {
  const [username, password] = [String(data.get('username')), String(data.get('password'))]
  await auth.signIn({ username, password })
  return 'Signed in with Basic: the session is in a cookie that this page cannot read.'
})

onSubmit('token', async (data) => {
  await auth.signIn({ token: String(data.get('token')).trim() })
  return 'Using a token: it is in this page’s memory, and goes with every request.'
})

byId('sign-out').addEventListener('click', async () => {
  try {
    await auth.signOut()
    page.buckets.replaceChildren()
    say('Signed out.')
  } catch (error) {
    say(error instanceof Error ? error.message : 'That did not work.', true)
  }
  show()
})
