// What a command takes and does, declared in commander's words. It is data: usual arguments are read from it at once (`read-usual.ts`), and
// commander, which takes longer to load than most commands to run, reads the others and writes help and errors (`by-commander.ts`).

/** Makes of an option's text what the command gets; `before` is what an earlier one of the same name came to. */
export type Read = (value: string, before: never) => unknown

/** What a command does, with its arguments and, behind them, its options. */
export type Action = (...given: never[]) => unknown

/** An option: `--name`, `-n, --name <value>` or `--no-name`, which is true until it is given. */
export class Option {
  readonly flags: string
  readonly description: string
  readonly long: string
  readonly short: string | undefined
  readonly takesValue: boolean
  isRequired = false
  choiceList: readonly string[] | undefined
  defaultValue: unknown
  read: Read | undefined

  constructor(flags: string, description: string) {
    const names = flags.replace(',', '').split(' ')
    this.flags = flags
    this.description = description
    this.short = names.length > 1 && !names[0]?.startsWith('--') ? names[0] : undefined
    this.long = names[this.short ? 1 : 0] ?? ''
    this.takesValue = flags.endsWith('>')
    if (this.isNegated) this.defaultValue = true
  }

  choices(list: readonly string[]): this {
    this.choiceList = list
    return this
  }

  default(value: unknown): this {
    this.defaultValue = value
    return this
  }

  get isNegated(): boolean {
    return this.long.startsWith('--no-')
  }

  /** By which the command finds it: `allowInsecure` of `--allow-insecure`, `input` of `--no-input`. */
  get key(): string {
    const [first = '', ...others] = this.long.slice(this.isNegated ? 5 : 2).split('-')
    return first + others.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
  }
}

/** An argument: `<name>`, `[name]` where it may be left out, `<name...>` where there may be several. */
export class Argument {
  readonly flags: string
  readonly description: string
  choiceList: readonly string[] | undefined

  constructor(flags: string, description = '') {
    this.flags = flags
    this.description = description
  }

  choices(list: readonly string[]): this {
    this.choiceList = list
    return this
  }

  get name(): string {
    return this.flags.replace(/^[<[]|(\.{3})?[>\]]$/g, '')
  }

  get isRequired(): boolean {
    return this.flags.startsWith('<')
  }

  get isVariadic(): boolean {
    return this.flags.includes('...')
  }
}

/** A command, or a family of them. */
export class Command {
  readonly name: string
  readonly options: Option[] = []
  readonly arguments: Argument[] = []
  readonly commands: Command[] = []
  descriptionText = ''
  summaryText = ''
  helpAfter = ''
  /** That `--version` prints. */
  versionText: string | undefined
  /** Whether no help names it. */
  isHidden = false
  takesUnknownOptions = false
  /** Which one of its commands runs where none is named. */
  defaultCommand: Command | undefined
  run: Action | undefined

  constructor(name: string) {
    this.name = name
  }

  description(text: string): this {
    this.descriptionText = text
    return this
  }

  version(text: string): this {
    this.versionText = text
    return this
  }

  /** What a list of commands says of it, in place of its description. */
  summary(text: string): this {
    this.summaryText = text
    return this
  }

  addHelpText(text: string): this {
    this.helpAfter = text
    return this
  }

  /** @param more what reads its text, or what it is where it is not given */
  option(flags: string, description: string, more?: Read | string): this {
    const option = new Option(flags, description)
    if (typeof more === 'function') option.read = more
    else if (more !== undefined) option.default(more)
    return this.addOption(option)
  }

  requiredOption(flags: string, description: string): this {
    const option = new Option(flags, description)
    option.isRequired = true
    return this.addOption(option)
  }

  addOption(option: Option): this {
    this.options.push(option)
    return this
  }

  argument(flags: string, description?: string): this {
    return this.addArgument(new Argument(flags, description))
  }

  addArgument(argument: Argument): this {
    this.arguments.push(argument)
    return this
  }

  addCommand(command: Command, { isDefault = false }: { readonly isDefault?: boolean } = {}): this {
    this.commands.push(command)
    if (isDefault) this.defaultCommand = command
    return this
  }

  allowUnknownOption(): this {
    this.takesUnknownOptions = true
    return this
  }

  action(run: Action): this {
    this.run = run
    return this
  }
}
