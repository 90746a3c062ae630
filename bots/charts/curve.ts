import { html } from 'ghtml'
import { msTicks, type Tick } from './axis.ts'
import type { Chart, Times } from './chart.ts'
import type { Frame } from './strip.ts'

type Series = NonNullable<Chart['times']>

const isSeen = (it: Series[number]): it is Times => it !== null && it !== 'between'

const BLUE = '#6CB6FF'

/** A peak this much higher than nearly all others would press these flat: it is cut off, and said. */
const OUTLIER = 3
const ROOM = 1.3

/** How far up the scale must reach, and the peak that is beyond it. */
function scaleOf(times: Series): { most: number; peakMs: number | null } {
  const tops = times
    .filter(isSeen)
    .map(({ maxMs }) => maxMs)
    .toSorted((a, b) => a - b)
  const highest = tops.at(-1) ?? 0
  const usual = tops[Math.ceil(tops.length * 0.9) - 1] ?? 0
  return highest > usual * OUTLIER && usual > 0
    ? { most: usual * ROOM, peakMs: highest }
    : { most: highest, peakMs: null }
}

export interface Curve {
  readonly svg: string
  /** Of the scale at its left, `at` in pixels. */
  readonly ticks: readonly Tick[]
  readonly peakMs: number | null
}

type Point = Times & { readonly x: number }

/** Points without a gap between them. */
function stretchesOf(times: Series, { x, width }: Frame): Point[][] {
  const each = width / times.length
  const stretches: Point[][] = []
  let open = false
  for (const [at, it] of times.entries()) {
    if (isSeen(it)) {
      if (!open) stretches.push([])
      stretches.at(-1)!.push({ ...it, x: x + (at + 0.5) * each })
      open = true
    } else if (it === null) open = false
  }
  return stretches
}

const path = (points: readonly (readonly [number, number])[]): string =>
  points.map(([x, y]) => `${x.toFixed(1)},${y}`).join(' ')

/** The average as a line within a band from the quickest to the slowest; gaps stay gaps. */
export function drawCurve(times: Series, frame: Frame): Curve {
  const { most, peakMs } = scaleOf(times)
  const scale = msTicks(most)
  const top = scale.at(-1)!.at
  const yOf = (ms: number) =>
    Math.round((frame.y + frame.height * (1 - Math.min(ms, top) / top)) * 10) / 10
  const stretches = stretchesOf(times, frame).map((points) => {
    const [only, ...more] = points
    if (more.length === 0)
      return html`<line
          x1="${only!.x}"
          x2="${only!.x}"
          y1="${yOf(only!.minMs)}"
          y2="${yOf(only!.maxMs)}"
          stroke="${BLUE}"
          stroke-width="3"
          stroke-opacity="0.5"
        /><circle cx="${only!.x}" cy="${yOf(only!.avgMs)}" r="5" fill="${BLUE}" />`
    const band = [
      ...points.map((it) => [it.x, yOf(it.maxMs)] as const),
      ...points.toReversed().map((it) => [it.x, yOf(it.minMs)] as const),
    ]
    const line = points.map((it) => [it.x, yOf(it.avgMs)] as const)
    return html`<polygon points="${path(band)}" fill="${BLUE}" fill-opacity="0.3" /><polyline
        points="${path(line)}"
        fill="none"
        stroke="${BLUE}"
        stroke-width="3"
        stroke-linejoin="round"
      />`
  })
  const beyond = stretchesOf(times, frame)
    .flat()
    .filter(({ maxMs }) => maxMs > top)
    .map(({ x }) => `M${(x - 7).toFixed(1)},${frame.y + 12}l7,-12l7,12z`)
  return {
    svg: [
      ...stretches,
      beyond.length === 0 ? '' : html`<path d="${beyond.join('')}" fill="#F1C40F" />`,
    ].join(''),
    ticks: scale.map(({ at, label }) => ({ at: yOf(at), label })),
    peakMs,
  }
}
