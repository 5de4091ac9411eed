// What goes on being good on the server when it is forgotten here.

import { note } from '../output/print.ts'
import { quote } from '../output/shell.ts'
import { byAnotherThan } from './by-another.ts'
import type { Profile } from './profiles.ts'

/** Says so of a token. The profile has no credential any more: what ends the token now is another one, which the person has to choose. */
export async function noteWhatStays(profile: Profile): Promise<void> {
  const { known, place } = profile
  if (!place) return
  // What the influx CLI wrote is not known, and was read with the profile.
  const scheme = known?.scheme ?? (place === 'file' ? await schemeOf(profile) : undefined)
  if (scheme === 'basic') return
  const id = known?.authorization
  if (known?.product === 'v3' && id === '_admin') {
    note('On the server the operator token goes on being good: InfluxDB 3 has one, and deletes none.')
    return
  }
  note(
    id === undefined
      ? 'On the server the token goes on being good: whoever looks after tokens there finds it in their list.'
      : `On the server the token goes on being good. With one that may end it: ${await byAnotherThan(profile, `tokens delete ${quote(id)}`)}`,
  )
}

async function schemeOf(profile: Profile): Promise<string | undefined> {
  return (await profile.credentials().catch(() => undefined))?.scheme
}
