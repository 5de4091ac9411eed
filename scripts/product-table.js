// Writes the documentation's tables of which credential is taken where, from the one table that says it: node scripts/product-table.js [--check]

import { readFile, writeFile } from 'node:fs/promises'
import { products } from '../packages/auth-core/dist/influxdb.js'
import { createVerifier } from '../packages/auth-core/dist/server.js'

const BASIC = {
  password: 'user name and password',
  token: 'user name and API token',
  'token-any-user': 'any user name and a token',
  'password-or-token': 'user name and password or API token',
  'password-or-token-any-user': 'a v1 user name and its password, or any other name and a token',
}
const TOKEN = { exact: 'yes', 'any-case': 'yes, in any case' }
const CASE = { exact: 'exact case', 'any-case': 'any case' }
const QUERY = { 'u-p': '`u` and `p`', p: '`p`' }

const yes = (value) => (value ? 'yes' : 'no')

function basicOf({ basic, session, signIn }) {
  const signsIn = session && signIn !== basic && `signs in: ${BASIC[signIn]}`
  if (basic) return [BASIC[basic], signsIn].filter(Boolean).join('; ')
  return session ? `to sign in: ${BASIC[signIn]}` : 'no'
}

/** What the products take: one line for each group of endpoints. */
function productTable() {
  const rows = Object.values(products).flatMap(({ title, api, compatible, seen }) =>
    [api, compatible].filter(Boolean).map((endpoints) => {
      const { paths, token, tokenPair, bearer, query, session } = endpoints
      return [
        title.replace('InfluxDB ', '') + (seen ? ' *' : ''),
        paths === 'all' ? 'all' : paths.replace(/[^, ]+/g, (path) => `\`${path}\``),
        tokenPair && !token ? '`USER:PASSWORD`, since 1.8' : (TOKEN[token] ?? 'no'),
        yes(bearer),
        basicOf(endpoints),
        QUERY[query] ?? 'no',
        yes(session),
      ]
    }),
  )
  return [['InfluxDB', 'endpoints', '`Token`', '`Bearer`', '`Basic`', 'in the query', 'session'], ...rows]
}

/** What our guard takes with the rules of a product. How it refuses it is asked itself. */
async function serverTable() {
  const names = ['cloud-serverless', 'v2', 'v2-query', 'v1', 'v3']
  const rows = names.map(async (product) => {
    const endpoints = product === 'v2-query' ? products.v2.compatible : products[product].api
    const { token, tokenPair, bearer, session } = endpoints
    const verifier = createVerifier({ product, findToken: () => undefined })
    const asked = { method: 'GET', url: '/', authorization: undefined, secure: true, header: () => null }
    const { refusal } = await verifier.verify(asked)
    const form = refusal.body && `\`${refusal.body.replace(/:"[^"]*"/g, ':…')}\``
    return [
      `\`'${product}'\`${product === 'cloud-serverless' ? ' (default)' : ''}`,
      tokenPair && !token ? '`USER:PASSWORD` only' : (CASE[token] ?? 'no'),
      yes(bearer),
      basicOf(endpoints),
      yes(session),
      (form || 'empty') + (refusal.headers['www-authenticate'] ? ' and a challenge' : ''),
    ]
  })
  const header = ['`product`', '`Token`', '`Bearer`', '`Basic`', 'session', "a 401's body"]
  return [header, ...(await Promise.all(rows))]
}

function toMarkdown([header, ...rows]) {
  const widths = header.map((_, column) => Math.max(...[header, ...rows].map((row) => row[column].length)))
  const line = (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`
  return [line(header), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n')
}

for (const [name, table] of [
  ['which-credential.md', productTable()],
  ['protect-your-own-api.md', await serverTable()],
]) {
  const place = new URL(`../docs/${name}`, import.meta.url)
  const page = await readFile(place, 'utf8')
  const [before, , after] = page.split(/(?<=<!-- products -->)([\s\S]*)(?=<!-- \/products -->)/)
  const written = `${before}\n\n${toMarkdown(table)}\n\n${after}`
  if (!process.argv.includes('--check')) await writeFile(place, written)
  else if (written !== page) {
    console.error(`docs/${name} is not what the table of products says: run pnpm docs:products`)
    process.exitCode = 1
  }
}
