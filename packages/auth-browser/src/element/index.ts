// <fluxauth-sign-in>: forms for both schemes in the page itself, where password managers see them.

import type { BrowserAuth, BrowserAuthState, Scheme } from '../index.ts'
import { MESSAGES, type SignInMessages } from './messages.ts'

/** The element. */
export interface SignInElement extends HTMLElement {
  /** Where to sign in. */
  auth: BrowserAuth | undefined
  /** Texts in the place of the element's own: labels by name, errors by code. */
  messages: SignInMessages
}

/** The element's events bubble, and hold no credential. */
export interface SignInElementEvents {
  /** Signed in, by one of its forms. */
  'fluxauth-signed-in': CustomEvent<BrowserAuthState>
  /** Not signed in: why, for programs. */
  'fluxauth-error': CustomEvent<{ readonly code: string | undefined }>
}

/**
 * Defines `<fluxauth-sign-in>`. It is hidden unless somebody has to sign in, and asks for the session of an earlier visit as it comes into
 * the page. Its attribute `schemes` says which forms there are: `basic token` (the default), or one of both.
 *
 * @param auth where its elements sign in, unless their `auth` says otherwise
 * @param messages texts in the place of its own, unless their `messages` says otherwise
 * @example
 * import { createBrowserAuth } from '@fluxauth/auth-browser'
 * import { defineSignIn } from '@fluxauth/auth-browser/element'
 *
 * defineSignIn(createBrowserAuth(), { basic: 'Anmelden' })
 * document.body.append(document.createElement('fluxauth-sign-in'))
 * console.log(document.querySelector('fluxauth-sign-in button')?.textContent) // Anmelden
 */
export function defineSignIn(auth?: BrowserAuth, messages: SignInMessages = {}): void {
  const { customElements } = globalThis
  // Rendering on a server there are none.
  if (!customElements || customElements.get('fluxauth-sign-in')) return
  customElements.define('fluxauth-sign-in', createElement(auth, messages))
}

let count = 0

function createElement(
  defaultAuth: BrowserAuth | undefined,
  defaults: SignInMessages,
): new () => SignInElement {
  return class extends HTMLElement implements SignInElement {
    #auth = defaultAuth
    #messages = defaults
    #end: (() => void) | undefined
    #forms: HTMLFormElement[] = []
    /** What says something, and the name of its text. */
    readonly #texts = new Map<HTMLElement, string>()
    #note = make('p', { className: 'fluxauth-note', hidden: true })

    get auth() {
      return this.#auth
    }
    set auth(auth) {
      this.#auth = auth
      if (this.isConnected) this.connectedCallback()
    }
    get messages() {
      return this.#messages
    }
    set messages(messages) {
      this.#messages = messages
      this.#write()
    }

    connectedCallback() {
      this.disconnectedCallback()
      if (this.#forms.length === 0) this.#build()
      this.#end = this.#auth?.subscribe((state) => this.#show(state))
      // Where nobody knows who is signed in it is said why, and may be tried.
      if (this.#auth?.state.status === 'unknown')
        this.#auth.resume().catch((error) => this.#showError(undefined, error))
    }
    disconnectedCallback() {
      this.#end?.()
    }

    #text(name: string): string {
      return this.#messages[name] ?? MESSAGES[name] ?? this.#messages.error ?? (MESSAGES.error as string)
    }

    #build(): void {
      const schemes = (this.getAttribute('schemes') ?? 'basic token').split(/\s+/)
      if (schemes.includes('basic'))
        this.#addForm('basic', { username: 'username', password: 'current-password' })
      if (schemes.includes('token')) this.#addForm('token', { token: 'off' })
      this.#texts.set(this.#note, 'expired')
      this.#write()
      this.replaceChildren(this.#note, ...this.#forms)
    }

    /** Where other texts come, what was typed stays. */
    #write(): void {
      for (const [element, name] of this.#texts) element.textContent = this.#text(name)
    }

    #addForm(scheme: Scheme, fields: Record<string, string>): void {
      const form = make('form', { className: `fluxauth-form fluxauth-${scheme}`, noValidate: true })
      for (const [name, autocomplete] of Object.entries(fields)) {
        const id = `fluxauth-${name}-${++count}`
        const input = make('input', {
          id,
          name,
          type: name === 'username' ? 'text' : 'password',
          required: true,
          spellcheck: false,
          autocapitalize: 'none',
          className: 'fluxauth-input',
        })
        input.setAttribute('autocomplete', autocomplete)
        const label = make('label', { htmlFor: id, className: 'fluxauth-label' })
        this.#texts.set(label, name)
        form.append(label, input)
      }
      const error = make('p', { id: `fluxauth-error-${++count}`, className: 'fluxauth-error' })
      error.setAttribute('role', 'alert')
      const button = make('button', { type: 'submit', className: 'fluxauth-button' })
      this.#texts.set(button, scheme === 'basic' ? 'basic' : 'useToken')
      form.append(error, button)
      form.addEventListener('submit', (event) => {
        event.preventDefault()
        void this.#submit(scheme, form)
      })
      // What was said is about what was typed before.
      form.addEventListener('input', () => this.#showError(form))
      this.#forms.push(form)
    }

    async #submit(scheme: Scheme, form: HTMLFormElement): Promise<void> {
      const auth = this.#auth
      // One at a time: a second press of the button asks for nothing new.
      if (!auth || form.ariaBusy === 'true') return
      const inputs = [...form.querySelectorAll('input')]
      const empty = inputs.find(({ value }) => value === '')
      if (empty) return this.#showError(form, { code: 'required' }, empty)
      const [first = '', second = ''] = inputs.map(({ value }) => value)
      form.ariaBusy = 'true'
      try {
        await auth.signIn(
          scheme === 'basic'
            ? { username: first.normalize('NFC'), password: second }
            : { token: first.trim() },
        )
        this.#tell('fluxauth-signed-in', auth.state)
      } catch (error) {
        const { code } = error as { readonly code?: string }
        // Another form, or the page, asked for something else.
        if (code !== 'ERR_SIGN_IN_SUPERSEDED') {
          this.#showError(form, error, code?.startsWith('ERR_USERNAME') ? inputs[0] : inputs.at(-1))
          if (code === 'ERR_SIGN_IN_REFUSED') inputs.at(-1)?.select()
        }
        this.#tell('fluxauth-error', { code })
      } finally {
        form.ariaBusy = 'false'
      }
    }

    /** Says what is wrong, at the field that it is about, which is focused; or that nothing is any more. */
    #showError(form: HTMLFormElement | undefined, error?: unknown, field?: HTMLInputElement): void {
      const place = form?.querySelector('[role=alert]') ?? this.querySelector('[role=alert]')
      if (!place) return
      for (const input of form?.querySelectorAll('input') ?? []) {
        input.removeAttribute('aria-invalid')
        input.removeAttribute('aria-describedby')
      }
      const code = (error as { readonly code?: string } | undefined)?.code
      // Also where it is as unknown as before who is signed in.
      if (error) this.hidden = this.#auth?.state.status === 'signed-in'
      place.textContent = error ? this.#text(code ?? 'error') : ''
      field?.setAttribute('aria-invalid', 'true')
      field?.setAttribute('aria-describedby', place.id)
      field?.focus()
    }

    #show(state: BrowserAuthState): void {
      const { status } = state
      this.hidden = status === 'unknown' || status === 'signed-in'
      for (const form of this.#forms) {
        // What was said was so before: such as that nobody answers.
        this.#showError(form)
        // Here or elsewhere: what was typed is for nobody any more. Not before, since password managers look at it once there is an answer.
        if (status === 'signed-in') form.reset()
      }
      // While it is signed in again in place, what was said stays.
      if (status !== 'signing-in') this.#note.hidden = status !== 'expired'
    }

    #tell<Name extends keyof SignInElementEvents>(
      name: Name,
      detail: SignInElementEvents[Name]['detail'],
    ): void {
      this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true }))
    }
  }
}

function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  properties: Partial<HTMLElementTagNameMap[Name]>,
): HTMLElementTagNameMap[Name] {
  return Object.assign(document.createElement(name), properties)
}

declare global {
  interface HTMLElementTagNameMap {
    'fluxauth-sign-in': SignInElement
  }
}

export { MESSAGES as signInMessages, type SignInMessages } from './messages.ts'
