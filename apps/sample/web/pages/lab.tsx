// The Lab: the same attacks on both vaults, and on one that is careless; and what comes of each.

import type { Vault } from '@fluxauth/auth-browser'
import { memoryVault } from '@fluxauth/auth-browser/memory'
import { workerVault } from '@fluxauth/auth-browser/worker'
import { useState } from 'react'
import { type Attack, type Attacked, attacks, type Outcome } from '../../attacks/attacks.ts'
import { carelessVault } from '../../attacks/careless.ts'
import { Problem } from '../problem.tsx'
import { startWorker } from '../start-worker.ts'
import { messageOf } from '../use-asked.ts'

/** It is made up, so that no attack gets at a real one. */
const TOKEN = 'made-up-lab-token=='

const VAULTS: Readonly<Record<Attacked, { readonly title: string; create(): Vault }>> = {
  memory: { title: 'Memory', create: () => memoryVault()(location.origin, fetch) },
  worker: {
    title: 'Worker',
    create: () => workerVault(startWorker, { allow: ['GET /api/v2/buckets'] })(location.origin, fetch),
  },
  careless: { title: 'None: localStorage', create: () => carelessVault(startWorker) },
}

/** The attacks under way, also those of this page when it was open before: two at a time would put back what the other replaced. */
let underWay: Promise<void> = Promise.resolve()

export function Lab() {
  const [chosen, setChosen] = useState<Attacked>('memory')
  const [outcomes, setOutcomes] = useState<Readonly<Record<string, Outcome>>>({})
  const [isRunning, setRunning] = useState(false)
  const [error, setError] = useState<string>()
  const runAll = (): void => {
    setRunning(true)
    setError(undefined)
    setOutcomes({})
    underWay = underWay.then(attackAll).finally(() => setRunning(false))
  }
  const attackAll = async (): Promise<void> => {
    let vault: Vault | undefined
    try {
      vault = VAULTS[chosen].create()
      await vault.hold(TOKEN)
      for (const attack of attacks) {
        const outcome = await attack.run(vault, TOKEN)
        setOutcomes((before) => ({ ...before, [attack.name]: outcome }))
      }
    } catch (reason) {
      setError(messageOf(reason))
    } finally {
      vault?.dispose()
    }
  }
  return (
    <>
      <h1>Lab</h1>
      <p className="lead">
        A script that came later attacks the vault that you choose. Its token is made up. What no vault stops
        is shown as plainly. Its requests are not in the Wire.
      </p>
      <p className="field">
        <label htmlFor="vault">Vault</label>
        <select
          id="vault"
          value={chosen}
          disabled={isRunning}
          onChange={(event) => {
            setChosen(event.target.value as Attacked)
            setOutcomes({})
            setError(undefined)
          }}
        >
          {Object.entries(VAULTS).map(([name, { title }]) => (
            <option key={name} value={name}>
              {title}
            </option>
          ))}
        </select>
      </p>
      <button type="button" disabled={isRunning} onClick={runAll}>
        Run the attacks
      </button>
      <Problem text={error} />
      <ul className="cards" aria-label="Attacks">
        {attacks.map((attack) => (
          <li key={attack.name} className="card">
            <AttackResult attack={attack} must={attack.must[chosen]} outcome={outcomes[attack.name]} />
          </li>
        ))}
      </ul>
    </>
  )
}

function AttackResult({
  attack,
  must,
  outcome,
}: {
  readonly attack: Attack
  readonly must: Outcome
  readonly outcome: Outcome | undefined
}) {
  return (
    <>
      <h2>{attack.name}</h2>
      <p>{attack.shows}</p>
      <p aria-live="polite">
        {outcome ? (
          <>
            <span className={outcome === 'stopped' ? 'badge active' : 'badge broken'}>{outcome}</span>{' '}
            <span className="hint">{outcome === must ? 'as expected' : `expected: ${must}`}</span>
          </>
        ) : (
          <span className="hint">not run yet</span>
        )}
      </p>
    </>
  )
}
