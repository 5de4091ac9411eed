// Right requests over a few connections, in a process of its own: told for how many seconds, it says how many were answered in each.

import autocannon from 'autocannon'
import { HEADERS } from './accounts.js'

const [port, path = '/'] = process.argv.slice(2)
process.on('message', async (duration) => {
  const { requests, non2xx, errors, start, finish } = await autocannon({
    url: `http://127.0.0.1:${port}${path}`,
    connections: 4,
    duration,
    headers: HEADERS.Token,
  })
  if (non2xx > 0 || errors > 0) throw new Error(`${non2xx} refused, ${errors} failed`)
  process.send((requests.total * 1000) / (finish - start))
})
process.on('disconnect', () => process.exit())
