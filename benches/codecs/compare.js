// Measures contenders in turns and prints their times beside ours.
//
// Each round gives every contender the same share of time, in another order, and the best round of each counts: on a
// machine that does other things as well, disturbances only ever add time. Every result goes through a sink, and there
// are a thousand inputs, so that nothing can be hoisted out of the loop.

const ROUNDS = 40
const CALLS_A_ROUND = 20
let sink = 0

/**
 * @param {object} comparison
 * @param {string} comparison.title
 * @param {readonly any[]} comparison.inputs
 * @param {(input: any) => any} comparison.ours
 * @param {Record<string, (input: any) => any>} comparison.floors the bare platform, which checks nothing
 * @param {Record<string, (input: any) => any>} comparison.peers other libraries
 * @param {(output: any) => string} comparison.result what all must agree on
 * @param {{ floor?: number, peer?: number }} comparison.targets at most so many times the floor, so many times faster than the peer
 */
export async function compare({ title, inputs, ours, floors, peers, result, targets }) {
  const contenders = Object.entries({ fluxauth: ours, ...floors, ...peers }).map(([name, run]) => ({
    name,
    best: Number.POSITIVE_INFINITY,
    // A loop of its own for each, so that the engine compiles it for that contender alone.
    loop: new Function(
      'inputs',
      'run',
      'let n = 0; for (let i = 0; i < inputs.length; i++) if (run(inputs[i])) n++; return n',
    ),
    run,
  }))
  for (const { name, run } of contenders) {
    for (const input of inputs) {
      if (result(run(input)) !== result(ours(input)))
        throw new Error(`${title}: ${name} gives another result`)
    }
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const contender = contenders[(round + turn) % contenders.length]
      const start = process.hrtime.bigint()
      for (let call = 0; call < CALLS_A_ROUND; call++) sink += contender.loop(inputs, contender.run)
      const nanoseconds = Number(process.hrtime.bigint() - start) / (CALLS_A_ROUND * inputs.length)
      contender.best = Math.min(contender.best, nanoseconds)
    }
  }
  const time = (name) => contenders.find((contender) => contender.name === name).best
  console.log(`\n${title}`)
  for (const { name, best } of contenders) {
    console.log(
      `  ${name.padEnd(20)} ${best.toFixed(0).padStart(6)} ns  ${(best / time('fluxauth')).toFixed(2).padStart(6)} x ours`,
    )
  }
  const fastest = (group) => Math.min(...Object.keys(group).map(time))
  if (targets.floor) report(time('fluxauth') / fastest(floors), 'of the floor', 'at most', targets.floor)
  if (targets.peer)
    report(fastest(peers) / time('fluxauth'), 'faster than the fastest peer', 'at least', targets.peer)
}

function report(ratio, what, bound, target) {
  const reached = bound === 'at most' ? ratio <= target : ratio >= target
  console.log(`  ${reached ? 'reached' : 'MISSED '}  ${ratio.toFixed(2)} x ${what}, ${bound} ${target}`)
}

process.on('exit', () => {
  if (sink === 0) process.exitCode = 1
})
