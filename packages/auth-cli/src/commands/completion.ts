// `fluxauth completion`: what a shell needs to complete commands, options, their choices, and the names of profiles.

import tab from '@bomb.sh/tab'
import { Argument, Command, type Option } from '../arguments/command.ts'
import { writeOut } from '../output/streams.ts'
import { readProfiles } from '../profile/profiles.ts'

/** Ours: that of the library evaluates what is typed, at each press of the key, and needs the package bash-completion. */
const BASH = `# bash completion for fluxauth
_fluxauth() {
  local word value
  local -a words=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD}"; do
    # --profile=name are three words here.
    [[ $word == = ]] || words+=("$word")
  done
  [[ \${COMP_WORDS[COMP_CWORD]} != = ]] || words+=('')
  COMPREPLY=()
  while IFS=$'\\t' read -r value _; do
    [[ $value == :* ]] || COMPREPLY+=("$(printf %q "$value")")
  done < <(fluxauth complete -- "\${words[@]}" 2>/dev/null)
}
complete -o default -F _fluxauth fluxauth`

/** Ours as well: that of the library evaluates what is typed up to a `=`, says errors where it is sourced, and puts names in unquoted. */
const ZSH = `#compdef fluxauth
# zsh completion for fluxauth
_fluxauth() {
  local line value
  local -a lines values
  # Of what is typed nothing is evaluated: quotes are taken off, and the words are handed over as they are.
  lines=("\${(@f)$(fluxauth complete -- "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null)}")
  for line in "\${lines[@]}"; do
    [[ -z $line || $line == :* ]] && continue
    value=\${\${line%%$'\\t'*}//:/\\\\:}
    [[ $line == *$'\\t'?* ]] && value+=:\${line#*$'\\t'}
    values+=("$value")
  done
  # --profile=name is one word here, and what is offered is the name.
  [[ $PREFIX == -*=* ]] && compset -P '*='
  (( $#values )) && _describe -t fluxauth fluxauth values || _files
}
if [[ \${funcstack[1]} == _fluxauth ]]; then
  _fluxauth "$@"
else
  compdef _fluxauth fluxauth
fi`

const SHELLS = ['bash', 'zsh', 'fish', 'powershell']

export function completionCommand(): Command {
  return new Command('completion')
    .description(
      'Print a script by which a shell completes fluxauth; names of profiles are completed, and no secret is read.',
    )
    .addArgument(new Argument('<shell>').choices(SHELLS))
    .addHelpText(`
Examples:
  $ fluxauth completion bash > ~/.local/share/bash-completion/completions/fluxauth
  $ fluxauth completion zsh > "\${fpath[1]}/_fluxauth"
  $ fluxauth completion fish > ~/.config/fish/completions/fluxauth.fish
  PS> fluxauth completion powershell | Out-String | Invoke-Expression`)
    .action((shell: string) => {
      if (shell === 'bash') writeOut(BASH)
      else if (shell === 'zsh') writeOut(ZSH)
      else tab.setup('fluxauth', 'fluxauth', shell)
    })
}

/**
 * What the script calls, at each press of the key.
 *
 * @param loadWholeProgram loads all commands, with their options
 */
export function completeCommand(loadWholeProgram: () => Promise<Command>): Command {
  return new Command('complete')
    .argument('[words...]')
    .allowUnknownOption()
    .action(async (words: string[]) => {
      // What cannot be read completes nothing, and says nothing in the midst of a line that is typed.
      const profiles = await readProfiles().then(
        (all) => [...all.keys()],
        () => [],
      )
      const program = await loadWholeProgram()
      const global = program.options
      describe(program, [], profiles, global)
      tab.parse(words)
    })
}

function offer(choices: readonly string[], complete: (value: string, description: string) => void): void {
  for (const choice of choices) complete(choice, '')
}

/** Tells the completion of a command, and of those below it. */
function describe(
  command: Command,
  path: readonly string[],
  profiles: readonly string[],
  global: readonly Option[],
): void {
  const told =
    path.length === 0 ? tab : tab.command(path.join(' '), command.summaryText || command.descriptionText)
  for (const option of new Set([...command.options, ...global])) {
    const { long, short, description, takesValue, choiceList } = option
    const name = long.slice(2)
    const choices = name === 'profile' || name === 'into' ? profiles : (choiceList ?? [])
    if (takesValue) {
      told.option(name, description, (complete) => offer(choices, complete), short?.slice(1))
    } else told.option(name, description, short?.slice(1))
  }
  for (const { name, choiceList, isVariadic } of command.arguments) {
    const isProfile = path[0] === 'use' || (path[0] === 'profiles' && name === 'name')
    const choices = isProfile ? profiles : (choiceList ?? [])
    told.argument(name, (complete) => offer(choices, complete), isVariadic)
  }
  for (const each of command.commands) {
    if (each.name !== 'complete') describe(each, [...path, each.name], profiles, global)
  }
}
