import { html } from 'ghtml'
import type { Mark } from './chart.ts'

/** Where something is drawn, in pixels. */
export interface Frame {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** A mark is told by its height and pattern, too: colour is never the only signal. */
const LOOKS = {
  up: { fill: '#2ECC71', share: 0.5 },
  degraded: { fill: 'url(#hatched)', share: 0.75 },
  down: { fill: '#FF6B5E', share: 1 },
  none: { fill: '#7A8194', share: 0.08 },
} as const satisfies Readonly<Record<Mark, { fill: string; share: number }>>

/** What `url(#hatched)` stands for. */
export const HATCHED = html`<pattern
  id="hatched"
  width="6"
  height="6"
  patternUnits="userSpaceOnUse"
  patternTransform="rotate(45)"
  ><rect width="6" height="6" fill="#8A6D00" /><rect width="3" height="6" fill="#F1C40F"
/></pattern>`

const NARROWEST = 3

/** One mark over a width, standing on the frame's floor. */
export function drawMark(mark: Mark, { x, y, width, height }: Frame): string {
  const { fill, share } = LOOKS[mark]
  const tall = height * share
  return html`<rect
    x="${x}"
    y="${y + height - tall}"
    width="${width}"
    height="${tall}"
    fill="${fill}"
  />`
}

/** Marks side by side, those that are alike as one; bad ones last, so that none is covered. */
export function drawStrip(marks: readonly Mark[], frame: Frame): string {
  const each = frame.width / marks.length
  const runs: { mark: Mark; from: number; count: number }[] = []
  for (const [at, mark] of marks.entries()) {
    const last = runs.at(-1)
    if (last?.mark === mark) last.count += 1
    else runs.push({ mark, from: at, count: 1 })
  }
  return runs
    .toSorted((a, b) => LOOKS[a.mark].share - LOOKS[b.mark].share)
    .map(({ mark, from, count }) =>
      drawMark(mark, {
        ...frame,
        x: frame.x + from * each,
        width: Math.max(NARROWEST, count * each),
      }),
    )
    .join('')
}
