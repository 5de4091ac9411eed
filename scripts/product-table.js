// Writes the documentation's table of which credential which InfluxDB takes, from the one table that says it: node scripts/product-table.js [--check]

import { readFile, writeFile } from 'node:fs/promises'
import { products } from '../packages/auth-core/dist/influxdb.js'

const PAGE = new URL('../docs/which-credential.md', import.meta.url)
const [BEGIN, END] = ['<!-- products -->', '<!-- /products -->']

const BASIC = {
  password: 'user name and password',
  token: 'user name and API token',
  'token-any-user': 'any user name and a token',
  'password-or-token': 'user name and password or API token',
  'password-or-token-any-user': 'a v1 user name and its password, or any other name and a token',
}
const TOKEN = { exact: 'yes', 'any-case': 'yes, in any case' }
const QUERY = { 'u-p': '`u` and `p`', p: '`p`' }

/** One line for each group of endpoints. */
function rowOf(title, endpoints) {
  const { paths, basic, token, tokenPair, bearer, query, session, signIn } = endpoints
  const signsIn = session ? `to sign in: ${BASIC[signIn]}` : 'no'
  return [
    title,
    paths === 'all' ? 'all' : paths.replace(/[^, ]+/g, (path) => `\`${path}\``),
    tokenPair && !token ? '`USER:PASSWORD`, since 1.8' : (TOKEN[token] ?? 'no'),
    bearer ? 'yes' : 'no',
    basic ? [BASIC[basic], session && `signs in: ${BASIC[signIn]}`].filter(Boolean).join('; ') : signsIn,
    QUERY[query] ?? 'no',
    session ? 'yes' : 'no',
  ]
}

const header = ['InfluxDB', 'endpoints', '`Token`', '`Bearer`', '`Basic`', 'in the query', 'session']
const rows = Object.values(products).flatMap(({ title, api, compatible, seen }) =>
  [api, compatible]
    .filter(Boolean)
    .map((endpoints) => rowOf(title.replace('InfluxDB ', '') + (seen ? ' *' : ''), endpoints)),
)
const widths = header.map((_, column) => Math.max(...[header, ...rows].map((row) => row[column].length)))
const line = (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`
const table = [line(header), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n')

const page = await readFile(PAGE, 'utf8')
const before = page.slice(0, page.indexOf(BEGIN) + BEGIN.length)
const written = `${before}\n\n${table}\n\n${page.slice(page.indexOf(END))}`
if (!process.argv.includes('--check')) await writeFile(PAGE, written)
else if (written !== page) {
  console.error('docs/which-credential.md is not what the table of products says: run pnpm docs:products')
  process.exitCode = 1
}
