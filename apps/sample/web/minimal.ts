// A page that signs in and lists the buckets, with the element alone.

import { createBrowserAuth } from '@fluxauth/auth-browser'
import { defineSignIn } from '@fluxauth/auth-browser/element'
import '@fluxauth/auth-browser/element.css'

const auth = createBrowserAuth()
defineSignIn(auth)

auth.subscribe(async (state) => {
  const { status } = state
  // Signed out, also in another tab: what was seen is for nobody else.
  if (status === 'signed-out') document.querySelector('#buckets')?.replaceChildren()
  if (status !== 'signed-in') return
  const response = await auth.fetch('/api/v2/buckets')
  const { buckets = [] } = await response.json()
  // What comes late is for nobody, either.
  if (auth.state !== state) return
  const items = buckets.map(({ name }: { name: string }) =>
    Object.assign(document.createElement('li'), { textContent: name }),
  )
  document.querySelector('#buckets')?.replaceChildren(...items)
})
