// Whether the token that was ended is the one in use: told before where it is known, and seen afterwards where no server says it.

import { checkToken } from '@fluxauth/auth-core/influxdb'
import { quote } from '../../output/shell.ts'
import { warn } from '../../output/warn.ts'
import type { Server } from './server.ts'

/** Says so before, where it is kept beside the token. */
export function warnOfOwn({ found: { profile } }: Server, id: string): void {
  if (!profile || profile.known?.authorization !== id) return
  warn(`This is the token of profile ${profile.name}, which has none that is good afterwards`)
}

/** Says so afterwards, where nothing said before which one is in use. */
export async function warnWhereEnded({ influx, found }: Server): Promise<void> {
  const { profile, source } = found
  if (influx.credential === 'session' || profile?.known?.authorization !== undefined) return
  const after = await checkToken(influx).catch(() => undefined)
  if (after?.state !== 'unknown' && after?.state !== 'inactive') return
  const login = profile ? `fluxauth login --profile ${quote(profile.name)}` : 'fluxauth login'
  warn(`That was the token in use itself (${source}), which is not good any more. Give another one: ${login}`)
}
