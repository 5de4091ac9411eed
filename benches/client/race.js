// Lets a bare client and ours take turns against one server, and compares their requests per second.

// Many short turns: whatever else the machine does then falls on both alike. Two equal clients come out within 0.015 of each other.
const ROUNDS = 200
const MILLISECONDS_A_TURN = 60
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
  const [low, high] = interval(shares).map((bound) => bound.toFixed(3))
  console.log(
    `${title.padEnd(24)} ${verdict}  ${share.toFixed(3)} of bare (${low} to ${high}), at least ${target} (best of bare: ${best.toFixed(0)}/s)`,
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

/** Where the median lies with a certainty of 95 %, by the ranks around it. */
export function interval(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const spread = 0.98 * Math.sqrt(sorted.length)
  const half = sorted.length / 2
  return [sorted[Math.floor(half - spread)], sorted[Math.ceil(half + spread)]]
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]
}
