// The forms of `<fluxauth-sign-in>`, wherever somebody has to sign in.

import { defineSignIn } from '@fluxauth/auth-browser/element'
import type { HTMLAttributes } from 'react'
import { auth } from './auth.ts'

defineSignIn(auth)

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'fluxauth-sign-in': HTMLAttributes<HTMLElement> & { readonly class?: string }
    }
  }
}

export function SignInForm() {
  return <fluxauth-sign-in class="columns" />
}
