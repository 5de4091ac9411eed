// Lets a bare client and ours take turns against one server, and compares their requests per second.

const ROUNDS = 30
const MILLISECONDS_A_TURN = 400
const IN_FLIGHT = 16

/**
 * @param {string} title
 * @param {() => Promise<void>} bare one request of the client alone, with a header written by hand
 * @param {() => Promise<void>} ours the same with the credential
 * @param {number} target least share of the bare client's requests per second
 */
export async function race(title, bare, ours, target) {
  await turn(bare)
  await turn(ours)
  const shares = []
  let best = 0
  for (let round = 0; round < ROUNDS; round++) {
    // Whoever comes second finds the machine as the first left it: so they take turns at that as well.
    const [first, second] = round % 2 === 0 ? [bare, ours] : [ours, bare]
    const rates = new Map([
      [first, await turn(first)],
      [second, await turn(second)],
    ])
    shares.push(rates.get(ours) / rates.get(bare))
    best = Math.max(best, rates.get(bare))
  }
  const share = median(shares)
  const verdict = share >= target ? 'reached' : 'MISSED '
  console.log(
    `${title.padEnd(24)} ${verdict}  ${share.toFixed(3)} of bare, at least ${target} (best of bare: ${best.toFixed(0)}/s)`,
  )
}

/** Requests per second. */
async function turn(request) {
  let count = 0
  const start = performance.now()
  const end = start + MILLISECONDS_A_TURN
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      while (performance.now() < end) {
        await request()
        count++
      }
    }),
  )
  return (count * 1000) / (performance.now() - start)
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]
}
