// The command for another credential, where that of a profile may not do what is to be done.

import { byAnother } from '../output/shell.ts'
import { chooseProfile, isSameUrl, type Profile, readProfiles } from './profiles.ts'

/** As it stands where the profile that is in use is another one at the same server; else with that of the other to be named. */
export async function byAnotherThan({ name, url }: Profile, command: string): Promise<string> {
  try {
    const { profile: inUse } = chooseProfile(await readProfiles(), undefined)
    if (inUse?.place && inUse.name !== name && isSameUrl(url ?? '', inUse.url)) return `fluxauth ${command}`
  } catch {
    // Which is in use is not known: what is said here is no reason to end.
  }
  return byAnother(command)
}
