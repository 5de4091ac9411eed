// Deleting what was made and could not be handed over: it is good, and nobody has it.

import { InfluxError } from '@fluxauth/auth-core/influxdb'
import { reportOf } from '../output/report.ts'
import { warn } from '../output/warn.ts'

/**
 * Deletes it. Where that does not work either it says what is left: whoever calls this throws what had kept it from being handed over.
 *
 * @param id of it; of InfluxDB 3 its name
 * @param remove asks the server to delete it
 * @param command to type, which deletes it
 */
export async function takeBack(id: string, remove: () => Promise<unknown>, command: string): Promise<void> {
  try {
    await remove()
  } catch (error) {
    if (error instanceof InfluxError && error.reason === 'not-found') return
    const why = reportOf(error).message
    warn(`${id} was made, nobody has it, and it could not be deleted (${why}). Delete it: ${command}`)
  }
}
