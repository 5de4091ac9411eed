// `fluxauth tokens activate`, `deactivate` and `delete`.

import { type ApiToken, v3Tokens } from '@fluxauth/auth-core/influxdb'
import { agree } from '../../input/ask.ts'
import { usage } from '../../output/errors.ts'
import { done, printJson } from '../../output/print.ts'
import { refuseLastOperator } from '../../profile/last-operator.ts'
import { settings } from '../../settings.ts'
import { warnOfOwn, warnWhereEnded } from './in-use.ts'
import { tell } from './list.ts'
import { getToken, type KindOptions, kindOf, titleOf, withServer } from './server.ts'
import { refuseOperator } from './v3.ts'

export async function setStatus(
  id: string,
  status: 'active' | 'inactive',
  options: KindOptions,
): Promise<void> {
  await withServer(async (server) => {
    const { influx, product } = server
    if (product === 'v3') throw usage('Tokens of InfluxDB 3 cannot be switched off: delete it')
    const kind = kindOf(options, server)
    const token = await getToken(server, kind, id)
    if (status === 'inactive') {
      if (!options.v1) await refuseLastOperator(influx, token as ApiToken)
      warnOfOwn(server, id)
    }
    const after = token.status === status ? token : await kind.update(influx, id, { status })
    if (settings().json) printJson({ token: tell(after) })
    done(`${titleOf(token)} is ${status}`)
    if (status === 'inactive' && !options.v1) await warnWhereEnded(server)
  })
}

export async function deleteToken(id: string, options: KindOptions & { readonly yes?: true }): Promise<void> {
  await withServer(async (server) => {
    const { influx, product } = server
    if (product === 'v3') {
      kindOf(options, server)
      refuseOperator(id)
      await agree('Delete this token? Whoever uses it is refused from then on.', options.yes)
      await v3Tokens.delete(influx, id)
    } else {
      const kind = kindOf(options, server)
      const token = await getToken(server, kind, id)
      if (!options.v1) await refuseLastOperator(influx, token as ApiToken)
      warnOfOwn(server, id)
      await agree(`Delete ${titleOf(token)}? Whoever uses it is refused from then on.`, options.yes)
      await kind.delete(influx, id)
    }
    if (settings().json) printJson({ deleted: id })
    done(`${id} is deleted`)
    if (product !== 'v3' && !options.v1) await warnWhereEnded(server)
  })
}
