// `fluxauth tokens`: looks after API tokens, the users of v1-compatible endpoints, and the tokens of InfluxDB 3.

import { Command, Option } from '../arguments/command.ts'
import { repeated } from '../input/repeated.ts'
import { createToken } from './tokens/create.ts'
import { deleteToken, setStatus } from './tokens/end.ts'
import { listTokens, showToken } from './tokens/list.ts'
import { rotateToken } from './tokens/rotate.ts'

const V1 = 'users of the v1-compatible endpoints instead (InfluxDB 2 and Cloud)'

export function tokensCommand(): Command {
  return new Command('tokens')
    .description(
      'Look after API tokens, with the credential of the environment or of the profile. A value is shown once, when it is new, and never otherwise.',
    )
    .addCommand(list())
    .addCommand(create())
    .addCommand(show())
    .addCommand(status('activate', 'active', 'make a token good again'))
    .addCommand(status('deactivate', 'inactive', 'make a token good for nothing, until it is activated'))
    .addCommand(remove())
    .addCommand(rotate())
    .addHelpText(`
The last operator token that is active is neither deleted nor deactivated.

Examples:
  $ fluxauth tokens list --user zoe
  $ fluxauth tokens create --permissions read --bucket weather --into reader
  $ fluxauth tokens rotate
  $ fluxauth tokens create --v1 --name telegraf --permissions write --bucket weather < password.txt`)
}

function list(): Command {
  return new Command('list')
    .summary('list tokens')
    .description('List the tokens that the credential may see; without their values.')
    .option('--user <name>', 'of this user alone')
    .option('--org <name>', 'of this organization alone')
    .option('--id <id>', 'this one alone')
    .option('--v1', V1)
    .addHelpText('\nExamples:\n  $ fluxauth tokens list\n  $ fluxauth tokens list --user zoe --json')
    .action(listTokens)
}

function show(): Command {
  return new Command('show')
    .summary('show what a token may do')
    .description('Show what a token is, and what it may do; without its value.')
    .argument('<id>', 'its id, as tokens list has it; of InfluxDB 3 its name')
    .option('--v1', V1)
    .addHelpText('\nExamples:\n  $ fluxauth tokens show 0b2c6a5e2f3d4000')
    .action(showToken)
}

function create(): Command {
  const command = new Command('create')
    .summary('make a token')
    .description(
      'Make a token. Its value goes to a pipe, to a terminal with --reveal, or into a profile with --into.',
    )
    .option('--org <name>', 'the organization that it is for')
    .addOption(
      new Option('--permissions <what>', 'everything in the organization, buckets alone, or everything')
        .choices(['all', 'read', 'write', 'read-write', 'operator'])
        .default('all'),
    )
    .option('--bucket <name>', 'this bucket alone; repeat for more', repeated)
    .option('--description <text>', 'what it is for')
    .option('--expires <days>', 'in how many days it is to be replaced; of InfluxDB 3 it ends then')
    .option('--name <name>', 'of the user, with --v1; of the token, at InfluxDB 3')
    .option('--v1', V1)
    .option('--replace', 'do not ask where the profile of --into has a credential already')
  return withDestination(command)
    .addHelpText(`
Examples:
  $ fluxauth tokens create --permissions write --bucket weather > token.txt
  $ fluxauth tokens create --permissions read --into reader --store memory
  $ fluxauth tokens create --v1 --name telegraf --permissions write --bucket weather < password.txt`)
    .action(createToken)
}

function status(name: string, wanted: 'active' | 'inactive', summary: string): Command {
  return new Command(name)
    .summary(summary)
    .description(`${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`)
    .argument('<id>', 'its id, as tokens list has it')
    .option('--v1', V1)
    .addHelpText(`\nExamples:\n  $ fluxauth tokens ${name} 0b2c6a5e2f3d4000`)
    .action((id: string, options: { readonly v1?: true }) => setStatus(id, wanted, options))
}

function remove(): Command {
  return new Command('delete')
    .summary('delete a token')
    .description('Delete a token: whoever uses it is refused from then on.')
    .argument('<id>', 'its id, as tokens list has it; of InfluxDB 3 its name')
    .option('--yes', 'do not ask')
    .option('--v1', V1)
    .addHelpText('\nExamples:\n  $ fluxauth tokens delete 0b2c6a5e2f3d4000')
    .action(deleteToken)
}

function rotate(): Command {
  const command = new Command('rotate')
    .summary('replace a token by a new one')
    .description(
      'Replace the token of the profile, or another, by one that may do the same: make the successor, try it, keep it, then deactivate and delete the old one. Where that stops it says what is left, and running it again ends it.',
    )
    .argument('[id]', 'of another token than the one in use; of InfluxDB 3 its name')
    .option('--yes', 'do not ask')
    .option('--replace', 'with --yes: also where the profile of --into has another credential, which goes')
    .option('--v1', V1)
  return withDestination(command)
    .addHelpText(`
Without --into, the token of a profile is kept in that profile, and the value
of any other goes to a pipe, or to a terminal with --reveal. Where it is killed
while it prints that, the next run deletes neither token, and says how to end
it. InfluxDB 3 replaces its operator token at once: the old one is refused from
then on. So it is with --v1, where the new password comes from standard input,
or is asked for: keep it first.

Examples:
  $ fluxauth tokens rotate --profile prod
  $ fluxauth tokens rotate 0b2c6a5e2f3d4000 --yes > token.txt
  $ fluxauth tokens rotate 0b2c6a5e2f3d4000 --v1 --yes < password.txt`)
    .action(rotateToken)
}

function withDestination(command: Command): Command {
  return command
    .option('--into <profile>', 'keep it in this profile, which becomes active only by fluxauth use')
    .addOption(
      new Option('--store <place>', 'where a profile keeps it').choices(['keyring', 'memory', 'file']),
    )
    .option(
      '--insecure-storage',
      'do not ask before it is kept in plain text: with --store file, or where there is no keyring',
    )
    .option('--reveal', 'print it on a terminal, too')
}
