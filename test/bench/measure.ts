import { readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'

/** Linux counts processor time in hundredths of a second. */
const TICKS_PER_SECOND = 100

/** Processor time a process has used, all its threads, in milliseconds. */
export function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_SECOND
}

export function rssMiB(pid: number): number {
  const kib = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kib) / 1024
}

/** Processor milliseconds a second, over so many windows; the median, least and most. */
export async function cpuPerSecond(pid: number, windows: number, windowMs: number) {
  const seen: number[] = []
  for (let more = 0; more < windows; more += 1) {
    const [before, at] = [cpuMs(pid), performance.now()]
    await wait(windowMs)
    seen.push(((cpuMs(pid) - before) * 1000) / (performance.now() - at))
  }
  return spread(seen)
}

/** Waits until a process has done what it does after its start. */
export async function settled(pid: number): Promise<void> {
  const idle = { windowMs: 400, ms: 30 }
  for (let before = -Infinity, now = cpuMs(pid); now - before > idle.ms; now = cpuMs(pid)) {
    before = now
    await wait(idle.windowMs)
  }
}

export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

export function spread(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  return {
    median: sorted[Math.floor(sorted.length / 2)] ?? NaN,
    min: sorted[0] ?? NaN,
    max: sorted.at(-1) ?? NaN,
  }
}

export const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(values.length * share) - 1)] ?? NaN
