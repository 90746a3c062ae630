import type { Clock } from '../kernel/index.ts'

/** Between two questions to one registry. */
const PAUSE_MS = 2000

/** One question at a time to each registry, with a pause between. */
export function buildLanes(clock: Clock) {
  const lanes = new Map<string, Promise<unknown>>()
  return function inLane<T>(registry: string, work: () => Promise<T>): Promise<T> {
    const before = lanes.get(registry) ?? Promise.resolve()
    const result = before.then(work)
    const pause = async () => {
      await Promise.allSettled([result])
      await clock.sleep(PAUSE_MS)
      if (lanes.get(registry) === after) lanes.delete(registry)
    }
    const after = pause()
    lanes.set(registry, after)
    return result
  }
}
