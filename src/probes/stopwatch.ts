import type { Clock } from '../kernel/index.ts'
import type { Timings } from './outcome.ts'

type Phase = Exclude<keyof Timings, 'total'>

/** Measures phases, each summed over all the times it ran, finished or not. */
export interface Stopwatch {
  time<T>(phase: Phase, work: Promise<T>): Promise<T>
  read(): Reading
}

export interface Reading {
  readonly durationMs: number
  readonly timings: Timings
}

const tenths = (ms: number): number => Math.round(ms * 10) / 10

export function startStopwatch(clock: Clock): Stopwatch {
  const start = clock.monotonic()
  const phases: Partial<Record<Phase, number>> = {}
  return {
    async time(phase, work) {
      const began = clock.monotonic()
      try {
        return await work
      } finally {
        phases[phase] = (phases[phase] ?? 0) + clock.monotonic() - began
      }
    },
    read() {
      const total = clock.monotonic() - start
      const timings: Partial<Record<Phase, number>> = {}
      for (const phase of Object.keys(phases) as Phase[]) timings[phase] = tenths(phases[phase]!)
      return { durationMs: Math.round(total), timings: { ...timings, total: tenths(total) } }
    },
  }
}
