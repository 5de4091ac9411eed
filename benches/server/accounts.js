// The credentials of the server benches, and a verifier that knows them.

import { createVerifier } from '@fluxauth/auth-node/server'
import { createMemoryStore } from '@fluxauth/auth-node/stores/memory'

export const TOKEN = 'bench-token-0123456789abcdefghijklmnopqrstuvwxyz=='
export const USER = 'bench'
export const PASSWORD = 'bench password'
export const HEADERS = {
  Token: { authorization: `Token ${TOKEN}` },
  Basic: { authorization: `Basic ${btoa(`${USER}:${TOKEN}`)}` },
}

/** @param {object} options of the verifier, beside its store, which limits attempts as it does by default */
export async function makeVerifier(options = {}) {
  const verifier = createVerifier({ product: 'cloud-serverless', store: createMemoryStore(), ...options })
  const permissions = [{ action: 'read', resource: { type: 'buckets' } }]
  await verifier.tokens.create({ userID: '1', user: USER, token: TOKEN, permissions })
  return verifier
}
