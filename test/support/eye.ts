import type { Monitor } from '../../src/monitors/index.ts'
import type { Outcome } from '../../src/probes/index.ts'

type Answer = (monitor: Monitor, signal: AbortSignal) => Outcome | Promise<Outcome>

const outcome = (status: Outcome['status'], code: Outcome['code']): Outcome => ({
  status,
  code,
  message: `seen ${code}`,
  durationMs: 5,
  timings: { total: 5 },
})

export const well = outcome('up', 'ok')
export const refused = outcome('down', 'connect_refused')
export const unseen = outcome('unknown', 'internal')

/** A probe without sockets: remembers where it looked and sees what the test says. */
export class Eye {
  readonly looks: Monitor[] = []
  sees: Answer = () => well

  readonly probe = async (monitor: Monitor, signal: AbortSignal): Promise<Outcome> => {
    this.looks.push(monitor)
    return this.sees(monitor, signal)
  }

  /** From now on looks last until the test ends them, or until they are cut off. */
  hang(): { readonly end: (seen: Outcome) => void } {
    const ending = Promise.withResolvers<Outcome>()
    this.sees = (_, signal) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => resolve(unseen), { once: true })
        void ending.promise.then(resolve)
      })
    return { end: ending.resolve }
  }
}
