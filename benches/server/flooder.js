// Floods a server with wrong credentials, each another one, as fast as it is answered:
// node flooder.js PORT CONNECTIONS BATCH KIND [COUNT], where KIND is header, cookie or none

import { connect } from 'node:net'

const [, , port, connections, batch, kind, count = Number.POSITIVE_INFINITY] = process.argv
let sent = 0
let answered = 0

function request() {
  const token = `wrong-${sent++}-0123456789abcdefghijklmnopqrstuvwxyz==`
  const credential = sent % 2 === 0 ? `Token ${token}` : `Basic ${btoa(`bench:${token}`)}`
  const line = {
    header: `Authorization: ${credential}`,
    // As long as a session's key: nothing tells it from one before it was looked up.
    cookie: `Cookie: influxdb-oss-session=${token.slice(0, 43)}`,
    none: `X-Token: ${token}`,
  }[kind]
  return `GET / HTTP/1.1\r\nHost: localhost\r\n${line}\r\n\r\n`
}

for (let i = 0; i < connections; i++) {
  const socket = connect(port, '127.0.0.1')
  let waiting = 0
  let rest = ''
  const next = () => {
    for (; waiting < batch && sent < count; waiting++) socket.write(request())
  }
  socket.on('connect', next).setEncoding('latin1')
  socket.on('data', (text) => {
    const parts = (rest + text).split('HTTP/1.1 4')
    // What may be the beginning of a mark is looked at again with what comes next.
    rest = parts.at(-1).slice(-9)
    waiting -= parts.length - 1
    answered += parts.length - 1
    if (text.includes('HTTP/1.1 2')) throw new Error('let in')
    if (waiting === 0) next()
    if (answered >= count) process.exit()
  })
}
process.on('message', () => process.send(answered))
process.on('disconnect', () => process.exit())
