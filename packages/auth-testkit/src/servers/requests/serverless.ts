// InfluxDB Cloud Serverless: Token and Basic with a token, over HTTP.

import { encodeBasic, encodeBearer, encodeToken } from '@fluxauth/auth-core'
import { secrets } from '../accounts.ts'
import { ALICE, BOB, basic, DISABLED, type Row, rows, type ServerScenario, UNAUTHORIZED } from './scenario.ts'

const { alice, bob, off, ines, nobody, password } = secrets
const serverless = { product: 'cloud-serverless' } as const

const malformedBasics: readonly Row[] = [
  ['Basic alone', 'Basic', UNAUTHORIZED],
  ['Basic without padding', basic(`alice:${alice}`).replace(/=+$/, ''), UNAUTHORIZED],
  ['Basic with a stray bit', 'Basic YWxpY2U6cHdkZ=', UNAUTHORIZED],
  ['Basic in the URL-safe alphabet', basic('alice:>>>???').replace('+', '-').replace('/', '_'), UNAUTHORIZED],
  ['Basic without a colon', basic(alice), UNAUTHORIZED],
  ['Basic with bytes that are no UTF-8', basic('alice:\xff\xfe'), UNAUTHORIZED],
  ['Basic with a control character', basic(`alice:${alice}\x07`), UNAUTHORIZED],
  ['Basic with two spaces', encodeBasic('alice', alice).replace(' ', '  '), UNAUTHORIZED],
  ['Basic with more behind it', `${encodeBasic('alice', alice)} x`, UNAUTHORIZED],
]

/** Over HTTP as InfluxDB Cloud Serverless has it. */
export const serverlessRequests: readonly ServerScenario[] = rows('Cloud Serverless', serverless, [
  ['no credential', undefined, UNAUTHORIZED],
  ['Token', encodeToken(alice), ALICE],
  ["another's Token", encodeToken(bob), BOB],
  ['token in lower case', `token ${alice}`, UNAUTHORIZED],
  ['TOKEN in upper case', `TOKEN ${alice}`, UNAUTHORIZED],
  ['a Token that nobody has', encodeToken(nobody), UNAUTHORIZED],
  ['a Token in another case', encodeToken(alice.toUpperCase()), UNAUTHORIZED],
  ['Token alone', 'Token', UNAUTHORIZED],
  ['Token with two spaces', `Token  ${alice}`, UNAUTHORIZED],
  ['Token with a tab', `Token\t${alice}`, UNAUTHORIZED],
  ['Token with more behind it', `Token ${alice} x`, UNAUTHORIZED],
  ['Token without its word', alice, UNAUTHORIZED],
  ['Token USER:TOKEN', `Token alice:${alice}`, UNAUTHORIZED],
  ['Bearer', encodeBearer(alice), UNAUTHORIZED],
  ['an unknown scheme', 'Digest username="alice"', UNAUTHORIZED],
  ['an empty value', '', UNAUTHORIZED],
  ['two credentials in one value', `Token ${alice}, Token ${alice}`, UNAUTHORIZED],
  ['bytes outside ASCII', `Token ${alice}\xe4`, UNAUTHORIZED],
  ['a value of more than 8,192 characters', `Token ${'a'.repeat(8187)}`, UNAUTHORIZED],
  ['an inactive Token', encodeToken(off), UNAUTHORIZED],
  ['the Token of an inactive user', encodeToken(ines), DISABLED],
  ['Basic with user name and token', encodeBasic('alice', alice), ALICE],
  ['basic in lower case', encodeBasic('alice', alice).replace('Basic', 'basic'), ALICE],
  ["Basic with another's name", encodeBasic('bob', alice), UNAUTHORIZED],
  ['Basic without a user name', encodeBasic('', alice), UNAUTHORIZED],
  ['Basic without a token', encodeBasic('alice', ''), UNAUTHORIZED],
  ['Basic with a password', encodeBasic('alice', password), UNAUTHORIZED],
  ['Basic with a token that nobody has', encodeBasic('alice', nobody), UNAUTHORIZED],
  ['Basic with an inactive token', encodeBasic('alice', off), UNAUTHORIZED],
  ...malformedBasics,
])
