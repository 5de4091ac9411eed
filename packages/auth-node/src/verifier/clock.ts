// A clock for what is asked with every request: to read the system's takes as long as finding a credential that was seen before.

const MILLISECONDS_A_TICK = 100

/**
 * Makes a clock that is set ten times a second while it is asked for, and is not running otherwise.
 *
 * @returns the end of the current tick in milliseconds, as `performance.now` counts them, which nobody can set back: ahead of the time, by a
 * tick at most, so that nothing is taken for longer than it is good for. While a task keeps the event loop busy the clock stands.
 */
export function createCoarseClock(): () => number {
  let time = 0
  let asked = false
  let timer: NodeJS.Timeout | undefined
  const read = () => {
    time = performance.now() + MILLISECONDS_A_TICK
  }
  const tick = () => {
    if (asked) {
      asked = false
      read()
    } else {
      clearInterval(timer)
      timer = undefined
    }
  }
  return () => {
    asked = true
    if (!timer) {
      read()
      timer = setInterval(tick, MILLISECONDS_A_TICK).unref()
    }
    return time
  }
}
