import type { Chance } from './chance.ts'
import type { Log } from './log.ts'
import type { Clock } from './time.ts'

/** `stopped` is for good (a wrong token, say); `off` was never wanted. */
export type PartState = 'off' | 'starting' | 'ok' | 'retrying' | 'stopped'

/** Thrown by a part that must not be tried again until the operator changes something. */
export class StopPart extends Error {
  override readonly name = 'StopPart'
}

export interface PartTools {
  readonly clock: Clock
  readonly chance: Chance
  readonly log: Log
}

export interface Part extends AsyncDisposable {
  readonly name: string
  state(): PartState
}

/** Wait after the 1st, 2nd, 3rd failure and so on; the last repeats. Milliseconds. */
const BACK_OFF_MS = [1000, 2000, 4000, 8000, 15_000] as const

/**
 * Runs a living part for ever: `life` does its work until `signal` aborts, calling `ready` once it
 * works. When it fails it is logged, waited for and run again; nothing else is taken down with it.
 */
export function supervise(
  name: string,
  tools: PartTools,
  life: (signal: AbortSignal, ready: () => void) => Promise<void>,
): Part {
  const ending = new AbortController()
  let state: PartState = 'starting'
  const running = (async () => {
    let failures = 0
    while (!ending.signal.aborted) {
      try {
        await life(ending.signal, () => {
          state = 'ok'
          if (failures > 0) tools.log.info({ part: name, failures }, 'part came back')
          failures = 0
        })
        if (!ending.signal.aborted) throw new Error('ended by itself')
      } catch (error) {
        if (ending.signal.aborted) break
        const why = error instanceof Error ? error.message : String(error)
        if (error instanceof StopPart) {
          state = 'stopped'
          tools.log.error({ part: name, why }, 'part stopped')
          return
        }
        state = 'retrying'
        const wait = BACK_OFF_MS[Math.min(failures, BACK_OFF_MS.length - 1)]!
        failures += 1
        // The first failure and then every tenth: a platform away for a night is not a full disk.
        if (failures === 1 || failures % 10 === 0)
          tools.log.warn({ part: name, why, failures }, 'part failed')
        await tools.clock.sleep(wait * (0.75 + tools.chance.random() / 2), ending.signal)
      }
    }
    state = 'stopped'
  })()
  return {
    name,
    state: () => state,
    [Symbol.asyncDispose]: async () => {
      ending.abort()
      await running
    },
  }
}
