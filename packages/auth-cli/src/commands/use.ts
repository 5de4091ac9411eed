// `fluxauth use`: switches to another profile, for fluxauth and for the influx CLI.

import { writeInfluxProfiles } from '@fluxauth/auth-node'
import { Command } from '../arguments/command.ts'
import { UsageError, usage } from '../output/errors.ts'
import { done, printJson } from '../output/print.ts'
import { warn } from '../output/warn.ts'
import { noSuchProfile, readProfiles, shownServer } from '../profile/profiles.ts'
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
  const { INFLUX_ACTIVE_CONFIG } = process.env
  if (INFLUX_ACTIVE_CONFIG && INFLUX_ACTIVE_CONFIG !== name)
    warn('INFLUX_ACTIVE_CONFIG names another profile, and comes before this one: unset it')
  if (process.env.INFLUX_TOKEN) warn('INFLUX_TOKEN is set, and comes before the profile: unset it')
}
