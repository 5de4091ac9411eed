// `fluxauth snippet`: the same authenticated call for another language or tool, without the secret.

import { type ProductName, products } from '@fluxauth/auth-core/influxdb'
import { Argument, Command, Option } from '../arguments/command.ts'
import { readServerAddress } from '../input/address.ts'
import { UsageError, usage } from '../output/errors.ts'
import { note, print } from '../output/print.ts'
import { toType } from '../output/shell.ts'
import { findHost } from '../profile/find-credential.ts'
import { findProduct } from '../profile/find-product.ts'
import { chooseProfile, isSameUrl, readProfiles } from '../profile/profiles.ts'
import { credentialInEnvironment } from '../profile/shadow.ts'
import { settings } from '../settings.ts'
import { type Family, LANGUAGES } from './snippet/templates.ts'

interface Options {
  readonly product?: ProductName
}

export function snippetCommand(): Command {
  const names = Object.keys(LANGUAGES)
  return new Command('snippet')
    .description(
      'Print the same authenticated call for another language or tool. The secret comes from the environment there, and is not in it.',
    )
    .addArgument(new Argument('<language>', 'what it is for').choices(names))
    .argument('[url]', 'the server; or else that of the environment or of the profile')
    .addOption(
      new Option('--product <name>', 'which InfluxDB it is, where the server is not to be asked').choices(
        Object.keys(products),
      ),
    )
    .addHelpText(`
Languages:
${names.map((name) => `  ${name.padEnd(16)} ${LANGUAGES[name]?.words}`).join('\n')}

Examples:
  $ fluxauth snippet curl
  $ fluxauth snippet python https://localhost:8086 --product v2 > buckets.py
  $ fluxauth snippet curl > call.sh && fluxauth exec -- sh call.sh`)
    .action(snippet)
}

async function snippet(
  language: string,
  given: string | undefined,
  { product: named }: Options,
): Promise<void> {
  const base = readBase(given ?? (await findHost()))
  const product = named ?? (await productOf(base))
  const family: Family = product === 'v1' || product === 'v3' ? product : 'v2'
  const chosen = LANGUAGES[language]
  if (!chosen) throw usage(`There is no such language: there are ${Object.keys(LANGUAGES).join(', ')}`)
  if (chosen.families && !chosen.families.includes(family)) {
    throw usage(`${chosen.words} is not for ${products[product].title}: use ${toType('snippet fetch')}`)
  }
  const text = chosen.write({ family, base })
  const needs = chosen.needs(family)
  print({ language, product, needs, text }, () => text.split('\n'))
  note(
    language === 'flux'
      ? `It reads ${needs.join(' and ')} from InfluxDB’s secret store: influx secret update --key ${needs[0]}`
      : `It reads ${needs.join(', ')}: ${await whoSets(needs, base)}`,
  )
}

/** Who sets what a snippet reads: `exec` the credential and the organization, where there are such, and nobody else the rest. */
async function whoSets(needs: readonly string[], base: string): Promise<string> {
  const { profile } = chooseProfile(await readProfiles(), settings().profile)
  const variable = settings().profile === undefined ? credentialInEnvironment() : undefined
  const isOwn = profile?.known && isSameUrl(base, profile.url)
  const own: Own = variable
    ? {
        isUser: variable.startsWith('INFLUX_USERNAME'),
        org: process.env.INFLUX_ORG ?? (isOwn && profile.org),
      }
    : isOwn && { isUser: profile.known.scheme === 'basic', org: profile.org }
  const left = needs.filter((name) => !isSetByExec(name, own))
  if (left.length === 0)
    return `run it with ${toType('exec')}, or set ${needs.length > 1 ? 'them' : 'it'} there`
  if (left.length === needs.length) return `set ${needs.length > 1 ? 'them' : 'it'} there`
  return `run it with ${toType('exec')}, and set ${left.join(' and ')} there`
}

/** What is known of the credential that `exec` would set. */
type Own = { readonly isUser: boolean; readonly org: string | false | undefined } | false | undefined

/** Whether `exec` sets it: where no credential is known yet, one that is right is hoped for. */
function isSetByExec(name: string, own: Own): boolean {
  if (/_(BUCKET|DATABASE)$/.test(name)) return false
  if (!own) return true
  return name === 'INFLUX_ORG' ? Boolean(own.org) : own.isUser !== (name === 'INFLUX_TOKEN')
}

function readBase(given: string | undefined): string {
  if (given === undefined) throw usage('Name the server: fluxauth snippet curl http://localhost:8086')
  // A shell, Telegraf and Grafana would fill something in.
  return readServerAddress(given).replaceAll('$', '%24')
}

/** As the profile knows it, or as the server says. */
async function productOf(base: string): Promise<ProductName> {
  const { profile } = chooseProfile(await readProfiles(), settings().profile)
  if (profile?.known?.product && isSameUrl(base, profile.url)) return profile.known.product
  const { product } = await findProduct(base, true)
  if (product) return product
  throw new UsageError('ERR_PRODUCT', 'The server does not say which InfluxDB it is: say --product')
}
