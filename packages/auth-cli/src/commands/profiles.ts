// `fluxauth profiles`: the profiles, which are the influx CLI's.

import { type InfluxProfileChange, writeInfluxProfiles } from '@fluxauth/auth-node'
import { Command } from '../arguments/command.ts'
import { agree } from '../input/ask.ts'
import { UsageError, usage } from '../output/errors.ts'
import { done, note, print, printJson, table } from '../output/print.ts'
import { quote } from '../output/shell.ts'
import { noteWhatStays } from '../profile/left-behind.ts'
import {
  checkName,
  chooseProfile,
  forgetSecret,
  isSameUrl,
  moveKnowledge,
  noSuchProfile,
  readProfiles,
  removeProfile,
  shownServer,
} from '../profile/profiles.ts'
import { agreeToServer, type ReplaceOptions } from '../profile/replace.ts'
import { settings } from '../settings.ts'
import { readServer } from './login/server.ts'

interface Changes {
  readonly url?: string
  readonly org?: string
}

export function profilesCommand(): Command {
  const list = new Command('list').description('List the profiles').action(listProfiles)
  const add = new Command('add')
    .description('Add a profile without a credential; fluxauth login adds one with it')
    .argument('<name>')
    .requiredOption('--url <url>', 'the server')
    .option('--org <name>', 'the organization')
    .action(addProfile)
  const edit = new Command('edit')
    .description(
      'Change the server or the organization of a profile; with another server its credential goes, which is asked first',
    )
    .argument('<name>')
    .option('--url <url>', 'the server')
    .option('--org <name>', 'the organization')
    .option('--replace', 'do not ask, though its credential goes')
    .action(editProfile)
  const remove = new Command('remove')
    .description('Remove a profile, its credential included')
    .argument('<name>')
    .option('--yes', 'do not ask')
    .action(removeNamed)
  return new Command('profiles')
    .description("List, add, edit and remove profiles: those of the influx CLI's file, which both share.")
    .addCommand(list, { isDefault: true })
    .addCommand(add)
    .addCommand(edit)
    .addCommand(remove)
    .addHelpText(`
Examples:
  $ fluxauth profiles
  $ fluxauth profiles add cloud --url https://eu-central-1-1.aws.cloud2.influxdata.com --org docs
  $ fluxauth profiles remove cloud`)
}

async function listProfiles(): Promise<void> {
  const profiles = await readProfiles()
  const { profile: chosen } =
    profiles.size > 0 ? chooseProfile(profiles, settings().profile) : { profile: undefined }
  const all = [...profiles.values()].map((profile) => ({
    name: profile.name,
    url: shownServer(profile),
    org: profile.org,
    chosen: profile === chosen,
    place: profile.place,
    product: profile.known?.product,
    scheme: profile.known?.scheme,
    username: profile.known?.username,
  }))
  if (all.length === 0) note('There are no profiles: fluxauth login makes one.')
  print({ profiles: all }, () =>
    all.length === 0
      ? []
      : table([
          ['', 'NAME', 'SERVER', 'ORGANIZATION', 'CREDENTIAL'],
          ...all.map(({ name, url, org, chosen, place }) => [
            chosen ? '*' : '',
            name,
            url ?? '-',
            org || '-',
            place === 'file' ? 'in plain text' : (place ?? 'none'),
          ]),
        ]),
  )
}

async function addProfile(name: string, { url, org }: Changes): Promise<void> {
  checkName(name)
  if ((await readProfiles()).has(name)) {
    throw new UsageError(
      'ERR_PROFILE_EXISTS',
      'There is a profile of that name: change it with fluxauth profiles edit',
    )
  }
  await writeInfluxProfiles({ [name]: { url: await readServer(url), token: '', ...(org && { org }) } })
  // Of one of that name that influx has removed.
  const added = (await readProfiles()).get(name)
  if (added?.place) await forgetSecret(added)
  report('added', name)
  note(`It has no credential yet: fluxauth login --profile ${quote(name)}`)
}

async function editProfile(name: string, { url, org, ...options }: Changes & ReplaceOptions): Promise<void> {
  if (url === undefined && org === undefined) throw usage('Say what to change: --url or --org')
  const profiles = await readProfiles()
  const profile = profiles.get(name)
  if (!profile) throw noSuchProfile(profiles)
  const server = url === undefined ? undefined : await readServer(url)
  const moves = server !== undefined && !isSameUrl(server, profile.url)
  // A credential is for its server: with another address it would be sent to whoever is there.
  const loses = moves && profile.url !== undefined && new URL(server).origin !== originOf(profile.url)
  const change: InfluxProfileChange = {
    ...(server && { url: server }),
    ...(org !== undefined && { org }),
    ...(loses && { token: '' }),
  }
  if (loses && profile.place) await agreeToServer(profile, server, options)
  await writeInfluxProfiles({ [name]: change })
  // Nothing leads to it any more: where this fails it is left over, and where that failed nothing is lost.
  if (loses) await forgetSecret(profile)
  if (moves && !loses) await moveKnowledge(profile, server)
  report('changed', name)
  if (!loses || !profile.place) return
  note(
    `Its credential was for another server, and is not used any more: fluxauth login --profile ${quote(name)}`,
  )
  await noteWhatStays(profile)
}

async function removeNamed(name: string, { yes }: { readonly yes?: true }): Promise<void> {
  const profiles = await readProfiles()
  const profile = profiles.get(name)
  if (!profile) throw noSuchProfile(profiles)
  await agree(`Remove profile ${name}, and its credential with it?`, yes)
  await removeProfile(profile)
  report('removed', name)
  await noteWhatStays(profile)
}

function report(what: string, name: string): void {
  if (settings().json) printJson({ profile: name, [what]: true })
  done(`Profile ${name} is ${what}`)
}

function originOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).origin : undefined
}
