// Which products take a value, and where: read from the table of products.

import type { Credentials } from '@fluxauth/auth-core'
import { type Endpoints, type Product, type ProductName, products } from '@fluxauth/auth-core/influxdb'

/** Where a value is taken. */
export interface Accepted {
  readonly product: ProductName
  readonly title: string
  readonly paths: string
}

/**
 * Lists where a value is taken: as far as its form goes, since only the server knows whether it is good.
 *
 * @param word the scheme's word, in the case that it is written in
 * @param isPair whether a Token is `USER:PASSWORD`
 */
export function acceptedBy(credentials: Credentials, word: string, isPair: boolean): Accepted[] {
  const { scheme } = credentials
  const isExact = word === { basic: 'Basic', token: 'Token', bearer: 'Bearer' }[scheme]
  const takes = (at: Endpoints): boolean => {
    if (!isExact && (scheme === 'token' ? at.token === 'exact' : at.exactWords)) return false
    return isPair ? at.tokenPair : Boolean(at[scheme])
  }
  return Object.entries(products as Readonly<Record<ProductName, Product>>).flatMap(([name, product]) => {
    const { title, api, compatible, tokens } = product
    if (scheme !== 'basic' && makerOf(credentials.token)?.tokens?.prefix !== tokens?.prefix) return []
    const at = [api, ...(compatible ? [compatible] : [])].filter(takes).map(({ paths }) => paths)
    // For that alone.
    if (scheme === 'basic' && api.session && !api.basic) at.unshift('/api/v2/signin')
    return at.length > 0 ? [{ product: name as ProductName, title, paths: at.join(', ') }] : []
  })
}

/** The product whose tokens begin as this one: it takes no others, and nobody else takes those. */
export function makerOf(token: string): Product | undefined {
  const all: readonly Product[] = Object.values(products)
  return all.find(({ tokens }) => tokens?.prefix !== undefined && token.startsWith(tokens.prefix))
}
