// A crowd of users who sign in with the right password, all at once and again and again: node signers.js PORT HOW_MANY
// Whoever is told to come later does so.

import { Agent, request } from 'node:http'
import { PASSWORD, USER } from './accounts.js'

const [port, count] = process.argv.slice(2).map(Number)
const agent = new Agent({ keepAlive: true })
const answered = { signedIn: 0, later: 0 }

function signIn(name) {
  const authorization = `Basic ${btoa(`${name}:${PASSWORD}`)}`
  const options = { port, path: '/api/v2/signin', method: 'POST', agent, headers: { authorization } }
  request(options, (response) => {
    response.resume().on('end', () => {
      const later = Number(response.headers['retry-after'] ?? 0)
      if (response.statusCode === 204) answered.signedIn++
      else if (response.statusCode === 503) answered.later++
      else throw new Error(`${response.statusCode} to a right password`)
      setTimeout(signIn, later * 1000, name)
    })
  }).end()
}
for (let i = 0; i < count; i++) signIn(USER + i)
process.on('message', () => process.send(answered))
process.on('disconnect', () => process.exit())
