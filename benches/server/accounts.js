// The credentials of the server benches, and a verifier that knows them.

import { createMemoryStore, createVerifier } from '@fluxauth/auth-core/server'

export const TOKEN = 'bench-token-0123456789abcdefghijklmnopqrstuvwxyz=='
export const USER = 'bench'
export const HEADERS = {
  Token: { authorization: `Token ${TOKEN}` },
  Basic: { authorization: `Basic ${btoa(`${USER}:${TOKEN}`)}` },
}

/** @param {object} options of the verifier, beside its store */
export async function makeVerifier({ attempts, ...options } = {}) {
  const store = { ...createMemoryStore(), attempts }
  const verifier = createVerifier({ product: 'cloud-serverless', store, ...options })
  const permissions = [{ action: 'read', resource: { type: 'buckets' } }]
  await verifier.tokens.create({ userID: '1', user: USER, token: TOKEN, permissions })
  return verifier
}
