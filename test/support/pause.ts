import { performance } from 'node:perf_hooks'

/** The longest time the process answered nobody while `work` ran. */
export async function longestPause(work: () => Promise<void>): Promise<number> {
  const stop = new AbortController()
  let longest = 0
  let last = performance.now()
  const ticker = setTimeout(function tick() {
    longest = Math.max(longest, performance.now() - last)
    last = performance.now()
    if (!stop.signal.aborted) ticker.refresh()
  }, 5)
  await work()
  longest = Math.max(longest, performance.now() - last)
  stop.abort()
  clearTimeout(ticker)
  return longest
}
