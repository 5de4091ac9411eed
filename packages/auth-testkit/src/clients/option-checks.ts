// Options that would not do what was meant are refused as the client is made: with a misspelt name a credential would go where it must not.

import { inspect } from 'node:util'
import { AuthError } from '@fluxauth/auth-core'
import { describe, expect, test } from 'vitest'
import type { ClientContext } from './context.ts'
import type { ClientOptions } from './contract.ts'
import { TOKEN } from './secrets.ts'

/** The tests of options, which go with the others that a client is made with. */
export function testOptionChecks({ withClient }: ClientContext): void {
  const refusal = async (options: object): Promise<unknown> => {
    const error = await withClient(options as Partial<ClientOptions>, async () => undefined).then(
      () =>
        expect.fail(
          'the client was made: hand all options to checkOptions, with authorizerRules among its rules',
        ),
      (reason) => reason,
    )
    expect(inspect(error, { depth: 9 }), 'what options are refused with shows no credential').not.toContain(
      TOKEN,
    )
    return error
  }

  describe('refuses, as it is made, an option', () => {
    test.each<[object, string]>([
      [{ allowInsecur: true }, 'allowInsecur'],
      [{ onexisting: 'error' }, 'onexisting'],
      [{ Origin: 'https://influx.test' }, 'Origin'],
    ])('that there is not, and names it: %j', async (options, name) => {
      const error = await refusal(options)
      expect(error).toBeInstanceOf(AuthError)
      expect(error).toMatchObject({ code: 'ERR_OPTION_NAME', message: expect.stringContaining(name) })
    })

    test('whose name is a credential, and does not show it', async () => {
      expect(await refusal({ [TOKEN]: true })).toMatchObject({ code: 'ERR_OPTION_NAME' })
    })

    test.each<[object, string]>([
      [{ allowInsecure: 'false' }, 'allowInsecure'],
      [{ onExisting: 'keeps' }, 'onExisting'],
      [{ retry: { attempts: -1 } }, 'retry.attempts'],
      [{ holdOff: Number.NaN }, 'holdOff'],
      [{ onEvent: 'log' }, 'onEvent'],
    ])('that cannot be this, and says what it may be: %o', async (options, name) => {
      const error = await refusal(options)
      expect(error).toBeInstanceOf(AuthError)
      expect(error).toMatchObject({
        code: 'ERR_OPTION_VALUE',
        message: expect.stringContaining(`${name} has to be`),
      })
    })
  })
}
