// Our codecs beside their peers and the bare platform, in one run: prints times and ratios.

import {
  decodeBasic,
  decodeToken,
  encodeBasic,
  parseAuthorization,
  parseChallenges,
} from '@fluxauth/auth-core'
import authHeader from 'auth-header'
import * as basicAuth from 'basic-auth'
import basicAuthHeader from 'basic-auth-header'
import * as httpAuthUtils from 'http-auth-utils'
import { compare } from './compare.js'

const INPUTS = 1024
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'

/** A flat one-byte string of random letters, like one that a socket gave. */
function letters(length) {
  return Buffer.from(
    Array.from({ length }, () => LETTERS.charCodeAt(Math.random() * LETTERS.length)),
  ).toString('latin1')
}

const pairs = Array.from({ length: INPUTS }, (_, i) => ({
  username: letters(4 + (i % 17)),
  password: letters(8 + (i % 41)),
}))
const basicValues = pairs.map(({ username, password }) =>
  Buffer.from(`Basic ${btoa(`${username}:${password}`)}`).toString('latin1'),
)
const tokenValues = pairs.map((_, i) => Buffer.from(`Token ${letters(40 + (i % 48))}==`).toString('latin1'))
const challengeValues = pairs.map((_, i) =>
  Buffer.from(`Basic realm="${letters(4 + (i % 20))}", charset="UTF-8"`).toString('latin1'),
)

/** Splits what a bare decoder gives, as everyone must. */
function split(userPass) {
  const colon = userPass.indexOf(':')
  return { username: userPass.slice(0, colon), password: userPass.slice(colon + 1) }
}

await compare({
  title: 'encode Basic, ASCII',
  inputs: pairs,
  ours: ({ username, password }) => encodeBasic(username, password),
  floors: {
    btoa: ({ username, password }) => `Basic ${btoa(`${username}:${password}`)}`,
    Buffer: ({ username, password }) => `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
  },
  peers: {
    'basic-auth format': ({ username, password }) => basicAuth.format({ name: username, pass: password }),
    'basic-auth-header': ({ username, password }) => basicAuthHeader(username, password),
    'http-auth-utils': (pair) =>
      httpAuthUtils.buildAuthorizationHeader(httpAuthUtils.BASIC, {
        ...pair,
        hash: httpAuthUtils.BASIC.computeHash(pair),
      }),
  },
  result: (value) => value,
  targets: { floor: 1.4, peer: 1.8 },
})

await compare({
  title: 'decode Basic, ASCII',
  inputs: basicValues,
  ours: (value) => decodeBasic(value),
  floors: {
    atob: (value) => split(atob(value.slice(6))),
    Buffer: (value) => split(Buffer.from(value.slice(6), 'base64').toString()),
  },
  peers: {
    'basic-auth parse': (value) => basicAuth.parse(value),
    'http-auth-utils': (value) => httpAuthUtils.parseAuthorizationHeader(value).data,
  },
  result: ({ username, password, name = username, pass = password }) => `${name}:${pass}`,
  targets: { floor: 1.7, peer: 2.2 },
})

for (const [name, ours] of [
  ['decodeToken', (value) => decodeToken(value).token],
  ['parseAuthorization', (value) => parseAuthorization(value).token],
]) {
  await compare({
    title: `parse Token, ${name}`,
    inputs: tokenValues,
    ours,
    floors: {},
    peers: { 'auth-header parse': (value) => authHeader.parse(value).token },
    result: String,
    targets: { peer: 3 },
  })
}

await compare({
  // http-auth-utils does not know the charset parameter of RFC 7617.
  title: 'parse a challenge',
  inputs: challengeValues,
  ours: (value) => parseChallenges(value)[0].params,
  floors: {},
  peers: {
    'auth-header parse': (value) => authHeader.parse(value).params,
  },
  result: ({ realm }) => realm,
  targets: { peer: 2 },
})
