// Clients that send each request themselves, with a mistake each.

import { testClient } from '../index.ts'
import { carelessClient, type Mistake } from './careless-client.ts'

const mistakes: readonly Mistake[] = [
  'has one authorizer for all',
  'asks for its own server, whoever is sent to',
  'changes the headers that it is given',
  'adds its header to another',
  'prints what it sends',
  'sends a cookie as well',
  'sends again without the body',
  'keeps the request that came last',
  'lets the request go on that it was to stop',
  'hands its signal to the first request alone',
  'says nothing of an abort',
  'tells observers itself',
  'takes any certificate',
  'shows what it holds',
]
for (const mistake of mistakes) {
  testClient(`that ${mistake}`, { redirects: 'followed', signals: true, leavesListeners: true }, (options) =>
    carelessClient(options, mistake),
  )
}
