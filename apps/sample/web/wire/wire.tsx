// The Wire: each request as it was sent, explained part by part, with the same call for other tools.

import { useState } from 'react'
import { CopyButton } from '../copy-button.tsx'
import { Tabs } from '../tabs.tsx'
import { clearExchanges, type Exchange, useExchanges } from './exchanges.ts'
import { partsOf, snippetsOf } from './explain.ts'

export function Wire() {
  const exchanges = useExchanges()
  const [open, setOpen] = useState(false)
  return (
    <aside className={open ? 'wire open' : 'wire'} aria-label="Wire" tabIndex={-1}>
      <header>
        <h2>
          <button
            type="button"
            className="sheet-handle"
            aria-expanded={open}
            aria-controls="exchanges"
            onClick={() => setOpen(!open)}
          >
            Wire <span className="count">{exchanges.length}</span>
          </button>
        </h2>
        <button type="button" className="quiet" onClick={clearExchanges} disabled={exchanges.length === 0}>
          Clear
        </button>
      </header>
      <div id="exchanges" className="exchanges">
        {exchanges.length === 0 && (
          <p className="hint">What this page sends appears here, its secrets redacted.</p>
        )}
        <ol>
          {exchanges.map((exchange) => (
            <li key={exchange.id}>
              <ExchangeDetails exchange={exchange} />
            </li>
          ))}
        </ol>
      </div>
    </aside>
  )
}

function ExchangeDetails({ exchange }: { readonly exchange: Exchange }) {
  const { method, path, status, took, said, authorization } = exchange
  return (
    <details>
      <summary>
        <span className="call">
          <b>{method}</b> {path}
        </span>
        <Status status={status} said={said} />
        {authorization ? (
          <code className="line">Authorization: {authorization}</code>
        ) : (
          <span className="line hint">no Authorization header</span>
        )}
      </summary>
      <dl className="parts">
        {partsOf(exchange).map(({ text, means }) => (
          <div key={text + means}>
            <dt>
              <code>{text}</code>
            </dt>
            <dd>{means}</dd>
          </div>
        ))}
      </dl>
      {said && status !== undefined && <p className="said">The server said: {said}</p>}
      {took !== undefined && <p className="hint">{took} ms</p>}
      <Snippets exchange={exchange} />
    </details>
  )
}

function Status({ status, said }: Pick<Exchange, 'status' | 'said'>) {
  if (status === undefined) return <span className="status">{said ?? '…'}</span>
  return <span className={status < 400 ? 'status good' : 'status bad'}>{status}</span>
}

function Snippets({ exchange }: { readonly exchange: Exchange }) {
  const snippets = snippetsOf(exchange)
  return (
    <Tabs
      label="The same call"
      tabs={Object.entries(snippets).map(([name, text]) => ({
        name,
        content: (
          <div className="snippet">
            <pre>
              <code>{text}</code>
            </pre>
            <CopyButton text={text} />
          </div>
        ),
      }))}
    />
  )
}
