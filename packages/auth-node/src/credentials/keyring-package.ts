// Finds the optional package that knows the keyring, out of sight of what bundles programs.

/**
 * Node's own `require`, from here. Not an import: webpack and Turbopack refuse to bundle a program that lacks a package they see imported,
 * and none of them can put this one, which has a binary of its own, into a bundle.
 */
function requireFromHere(): NodeJS.Require {
  const { createRequire } = process.getBuiltinModule('node:module')
  // What makes CommonJS of a module leaves no URL: the program's file is the bundle then.
  return createRequire((import.meta.url as string | undefined) ?? (process.argv[1] as string))
}

/** @throws where it is not installed, has no binary for this machine, or cannot be read */
export function loadKeyring(): typeof import('@napi-rs/keyring') {
  return requireFromHere()('@napi-rs/keyring')
}

/** The path of what `loadKeyring` loads. */
export function keyringPath(): string {
  return requireFromHere().resolve('@napi-rs/keyring')
}
