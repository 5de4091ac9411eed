// What goes for every command: the options that all of them have.

/** The options of `fluxauth` itself. */
export interface Settings {
  /** `--json`: everything that is printed is JSON. */
  readonly json: boolean
  /** `--no-input` is `false`: nobody is asked anything. */
  readonly input: boolean
  /** `--profile`: the profile of this command alone. */
  readonly profile: string | undefined
}

let current: Settings = { json: false, input: true, profile: undefined }

/** Before a command runs. */
export function setSettings(settings: Settings): void {
  current = settings
}

export function settings(): Settings {
  return current
}
