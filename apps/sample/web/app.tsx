// The frame: navigation, the page in the middle with its own source, and the Wire.

import { lazy, type ReactNode, useState } from 'react'
import { Link, Route, Switch, useLocation } from 'wouter'
import { useAuthState } from './auth.ts'
import { Loadable } from './loadable.tsx'
import { SignInForm } from './sign-in-form.tsx'
import { Tabs } from './tabs.tsx'
import { Wire } from './wire/wire.tsx'

/** A page: it is loaded when it is opened, and its source when that is looked at. */
interface PageEntry {
  readonly path: string
  readonly title: string
  readonly Page: ReturnType<typeof lazy>
  readonly Source: ReturnType<typeof lazy>
  /** Whether one has to be signed in. */
  readonly isPrivate: boolean
}

const sources = import.meta.glob<string>('./pages/*.tsx', { query: '?raw', import: 'default' })

function page(
  path: string,
  title: string,
  file: string,
  load: () => Promise<() => ReactNode>,
  isPrivate = true,
): PageEntry {
  return {
    path,
    title,
    isPrivate,
    Page: lazy(async () => ({ default: await load() })),
    Source: lazy(async () => {
      const text = (await sources[`./pages/${file}.tsx`]?.()) ?? ''
      return { default: () => <SourceText text={text} /> }
    }),
  }
}

const PAGES: readonly PageEntry[] = [
  page('/', 'Sign in', 'sign-in', async () => (await import('./pages/sign-in.tsx')).SignIn, false),
  page('/data', 'Data', 'data', async () => (await import('./pages/data.tsx')).Data),
  page('/tokens', 'Tokens', 'tokens', async () => (await import('./pages/tokens.tsx')).Tokens),
  page('/sessions', 'Sessions', 'sessions', async () => (await import('./pages/sessions.tsx')).Sessions),
  page(
    '/refusals',
    'Refusals',
    'refusals',
    async () => (await import('./pages/refusals.tsx')).Refusals,
    false,
  ),
  page('/lab', 'Lab', 'lab', async () => (await import('./pages/lab.tsx')).Lab, false),
]

export function App() {
  return (
    <div className="frame">
      <a className="skip" href="#page">
        Skip to the page
      </a>
      <Navigation />
      <main id="page" tabIndex={-1}>
        <Switch>
          {PAGES.map((entry) => (
            <Route key={entry.path} path={entry.path}>
              <PageFrame {...entry} />
            </Route>
          ))}
          <Route>
            <h1>There is no such page</h1>
            <p>
              <Link href="/">Back to the beginning</Link>
            </p>
          </Route>
        </Switch>
      </main>
      <Wire />
    </div>
  )
}

function Navigation() {
  const [location] = useLocation()
  const state = useAuthState()
  return (
    <nav aria-label="Pages">
      <p className="brand">
        fluxauth <small>sample</small>
      </p>
      <ul>
        {PAGES.map(({ path, title }) => (
          <li key={path}>
            <Link href={path} aria-current={location === path ? 'page' : undefined}>
              {title}
            </Link>
          </li>
        ))}
      </ul>
      <p className="who" role="status">
        {whoIs(state)}
      </p>
    </nav>
  )
}

/** Why somebody has to sign in again. */
const ENDED = {
  basic: 'Your session has ended. Sign in again to go on where you were.',
  token: 'The server no longer takes your token. Sign in again to go on where you were.',
}

function whoIs(state: ReturnType<typeof useAuthState>): string {
  switch (state.status) {
    case 'signed-in':
      return `${state.who?.name ?? 'Signed in'} · ${state.scheme === 'token' ? 'token' : 'session'}`
    case 'signing-in':
      return 'Signing in …'
    case 'expired':
      return state.scheme === 'token' ? 'Token refused' : 'Session ended'
    case 'signed-out':
      return state.sessionLives ? 'Signed out here. The server is told when it answers.' : 'Not signed in'
    default:
      return ''
  }
}

function PageFrame({ title, Page, Source, isPrivate }: PageEntry) {
  return (
    <>
      <title>{`${title} · fluxauth`}</title>
      <Tabs
        label={title}
        tabs={[
          {
            name: title,
            content: <Loadable>{isPrivate ? <Private title={title} Page={Page} /> : <Page />}</Loadable>,
          },
          {
            name: 'Source',
            content: (
              <Loadable>
                <Source />
              </Loadable>
            ),
          },
        ]}
      />
    </>
  )
}

/** A page for whoever is signed in. Where that ends it is kept as it is for them to go on, and for nobody else. */
function Private({ title, Page }: Pick<PageEntry, 'title' | 'Page'>) {
  const state = useAuthState()
  const isIn = state.status === 'signed-in'
  const whose = 'who' in state ? state.who?.id : undefined
  /** Whose page there is. Nobody's is asked for while its user has to sign in. */
  const [kept, keep] = useState<string>()
  const next = isIn || whose === kept ? whose : undefined
  if (next !== kept) keep(next)
  return (
    <>
      {!isIn && <SignedOut title={title} />}
      {(isIn || next !== undefined) && (
        <div key={whose} hidden={!isIn}>
          <Page />
        </div>
      )}
    </>
  )
}

/** What one sees who has to sign in first: that is done in place, and the page is there. */
function SignedOut({ title }: { readonly title: string }) {
  const state = useAuthState()
  // Who it was is not always known: a token may not have leave to say so.
  const isEnded = state.status === 'expired' || ('who' in state && state.who)
  const scheme = isEnded && 'scheme' in state ? state.scheme : undefined
  return (
    <>
      <h1>{title}</h1>
      <p className={state.status === 'unknown' ? 'hint moment' : scheme && 'ended'}>
        {state.status === 'unknown'
          ? 'One moment …'
          : scheme
            ? ENDED[scheme]
            : 'This page needs somebody who is signed in.'}
      </p>
      <SignInForm />
    </>
  )
}

function SourceText({ text }: { readonly text: string }) {
  return (
    <pre className="source">
      <code>{text}</code>
    </pre>
  )
}
