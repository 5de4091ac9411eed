// Says once that the client's address is not told, or is none: limits for each address would then be none, and nobody notice.

import { OptionsError } from '../../options.ts'
import { canonicalAddress } from '../incoming/address.ts'
import type { Check } from './check.ts'

/** Puts before a check what reports the first request whose address no attempts can be counted on. */
export function watchAddress(check: Check, report: (error: unknown) => void): Check {
  let isTold = false
  return (presented, request) => {
    if (!isTold) {
      const { address } = request
      if (!address || !canonicalAddress(address)) {
        isTold = true
        report(
          new OptionsError(
            'ERR_OPTION_VALUE',
            `The client's address ${address ? 'is no IP address' : 'is not known'}: failed attempts with passwords are counted for all such clients together. Give the guard its \`address\`, or the framework its setting for proxies`,
          ),
        )
      }
    }
    return check(presented, request)
  }
}
