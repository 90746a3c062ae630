import { DAY, HOUR, type Instant } from '../../src/kernel/index.ts'

export interface Tick {
  readonly at: number
  readonly label: string
}

/** How much later (milliseconds) the clocks of a zone are than UTC. */
function offsetAt(at: Instant, zone: string): number {
  const part = Object.fromEntries(
    new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
    })
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  )
  const { year, month, day, hour, minute } = part
  const wall = Date.UTC(year!, month! - 1, day, hour, minute)
  return wall - Math.floor(at / 60_000) * 60_000
}

/** How far apart ticks are in a span up to this long, and how they read. */
const RHYTHMS: readonly (readonly [
  upTo: number,
  every: number,
  words: Intl.DateTimeFormatOptions,
])[] = [
  [DAY, 4 * HOUR, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }],
  [7 * DAY, DAY, { weekday: 'short' }],
  [30 * DAY, 5 * DAY, { day: 'numeric', month: 'short' }],
  [90 * DAY, 15 * DAY, { day: 'numeric', month: 'short' }],
  [Infinity, 60 * DAY, { day: 'numeric', month: 'short' }],
]

/** Round times of a span by the clocks of a zone, with their words. */
export function timeTicks(from: Instant, to: Instant, zone: string): Tick[] {
  const [, every, words] = RHYTHMS.find(([upTo]) => to - from <= upTo)!
  const writer = new Intl.DateTimeFormat('en-GB', { ...words, timeZone: zone })
  const ticks: Tick[] = []
  const first = from + offsetAt(from, zone)
  for (let wall = Math.ceil(first / every) * every; ; wall += every) {
    // Asked at about that time: the clocks may have been changed since `from`.
    const at = wall - offsetAt(wall - offsetAt(from, zone), zone)
    if (at > to) return ticks
    ticks.push({ at, label: writer.format(at) })
  }
}

const STEPS = [1, 2, 2.5, 5, 10] as const

/** `0`, `250 ms`, `1.5 s`, `20 s` */
export function msLabel(ms: number): string {
  if (ms === 0) return '0'
  return ms < 1000 ? `${ms} ms` : `${Math.round(ms / 100) / 10} s`
}

/** From 0 to something round above `most`, in two or three steps. */
export function msTicks(most: number): Tick[] {
  const rough = Math.max(most, 3) / 3
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = Math.max(1, power * STEPS.find((it) => power * it >= rough)!)
  const count = Math.ceil(Math.max(most, 3) / step)
  return Array.from({ length: count + 1 }, (_, at) => ({
    at: at * step,
    label: msLabel(at * step),
  }))
}
