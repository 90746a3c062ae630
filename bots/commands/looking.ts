import { type MonitorId, SECOND } from '../../src/kernel/index.ts'
import type { Check } from '../../src/monitors/index.ts'
import type { Call } from './command.ts'

const PATIENCE_MS = 10 * SECOND

/**
 * The first look at something new or resumed, waited for 10 s. Nothing when it takes longer or
 * nobody looks: what was asked for is done all the same.
 */
export async function firstLook(call: Call, id: MonitorId): Promise<Check | undefined> {
  const { deps, db } = call
  deps.looker.nudge()
  const waiting = new AbortController()
  const look = deps.looker.check(db, id).catch((error: unknown) => {
    deps.log.warn({ monitor: id, err: error }, 'first look not seen')
    return undefined
  })
  try {
    return await Promise.race([
      look,
      deps.clock.sleep(PATIENCE_MS, waiting.signal).then(() => undefined),
    ])
  } finally {
    waiting.abort()
  }
}
