// Words of commands that people copy.

import { settings } from '../settings.ts'

/** A word as a shell reads it: in quotes where it needs them. */
export function quote(word: string): string {
  return /^[\w.@:/-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}

/** The command to type next: for the profile that `--profile` named, or else it would be done with another. */
export function toType(command: string, rest = ''): string {
  const { profile } = settings()
  const forProfile = profile === undefined ? '' : ` --profile ${quote(profile)}`
  return `fluxauth ${command}${forProfile}${rest && ` ${rest}`}`
}

/** The command for whom another credential may do it: that of a profile which the person has to name, since typed as it stood it went by this one. */
export function byAnother(command: string): string {
  return `fluxauth ${command} --profile NAME`
}
