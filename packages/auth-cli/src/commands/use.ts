// `fluxauth use`: switches to another profile, for fluxauth and for the influx CLI.

import { writeInfluxProfiles } from '@fluxauth/auth-node'
import { Command } from '../arguments/command.ts'
import { UsageError, usage } from '../output/errors.ts'
import { done, printJson } from '../output/print.ts'
import { noSuchProfile, readProfiles, shownServer } from '../profile/profiles.ts'
import { warnOfShadow } from '../profile/shadow.ts'
import { settings } from '../settings.ts'

export function useCommand(): Command {
  return new Command('use')
    .description('Switch to another profile for good; --profile switches for one command alone.')
    .argument('<name>', 'the profile, or - for the one before')
    .addHelpText(`
Examples:
  $ fluxauth use cloud
  $ fluxauth use -`)
    .action(use)
}

async function use(given: string): Promise<void> {
  if (settings().profile !== undefined) throw usage('Leave out --profile: fluxauth use takes the name alone')
  const profiles = await readProfiles()
  const name = given === '-' ? [...profiles.values()].find(({ previous }) => previous)?.name : given
  if (name === undefined) throw new UsageError('ERR_NO_PROFILE', 'No profile was used before this one')
  const profile = profiles.get(name)
  if (!profile) throw noSuchProfile(profiles)
  await writeInfluxProfiles({ [name]: { active: true } })
  if (settings().json) printJson({ profile: name, url: shownServer(profile) })
  done(`Now profile ${name}, for ${shownServer(profile) ?? 'no server'}`)
  await warnOfShadow('the profile', name, profile.url)
}
