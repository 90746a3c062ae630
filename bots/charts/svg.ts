import { html } from 'ghtml'
import { plain } from '../../src/kernel/index.ts'
import { msLabel, timeTicks } from './axis.ts'
import type { Chart, Mark, Strip } from './chart.ts'
import { drawCurve } from './curve.ts'
import { drawMark, drawStrip, type Frame, HATCHED } from './strip.ts'

const SAYS = {
  all: 'Uptime',
  noData: 'no data',
  peak: 'peak',
  up: 'up',
  degraded: 'degraded',
  down: 'down',
  none: 'no data',
} as const

const WIDTH = 800
const HEIGHT = 400
const LETTER = 22
const MARGIN = 20
/** Left of a plot, for the figures of its scale. */
const SCALE = 104
const NAME_MAX = 20
const LINES = '#3A4152'
const WHITE = '#F2F4F8'
const SOFT = '#B8BFCE'

const AXIS_Y = 346
const LEGEND_Y = 384
const STRIPS_TOP = 48
const STRIPS_BOTTOM = 322
const TALLEST_STRIP = 120

/** XML knows no such characters, however they are written. */
const NOT_XML = /[\uFFFE\uFFFF]/g
/** The font has none of these: they would be boxes. */
const EMOJI = /[\p{Emoji_Presentation}\p{Emoji_Modifier}\uFE0F\u200D]/gu

function nameOf(name: string): string {
  const known = name.replaceAll(NOT_XML, '')
  const drawn = known.replaceAll(EMOJI, '')
  return plain(drawn.trim() === '' ? known : drawn, NAME_MAX)
}

function words(
  x: number,
  y: number,
  said: string,
  { anchor = 'start', fill = WHITE }: { anchor?: 'start' | 'middle' | 'end'; fill?: string } = {},
): string {
  return html`<text x="${x}" y="${y}" text-anchor="${anchor}" fill="${fill}">${said}</text>`
}

/** Round times under a plot, as many as have room, each with a line up to its top. */
function drawTimes({ from, to, zone }: Chart, { x, y, width, height }: Frame): string {
  return timeTicks(from, to, zone)
    .map((tick) => {
      const at = x + (width * (tick.at - from)) / (to - from)
      const line = html`<path
        d="M${at.toFixed(1)},${y}v${height + 6}"
        stroke="${LINES}"
        stroke-width="2"
      />`
      const half = (tick.label.length * LETTER * 0.62) / 2
      const fits = at - half >= 0 && at + half <= WIDTH
      return fits ? line + words(at, AXIS_Y, tick.label, { anchor: 'middle', fill: SOFT }) : line
    })
    .join('')
}

/** The signs that occur, each with its word. */
function drawLegend(strips: readonly Strip[]): string {
  let x = MARGIN
  return (['up', 'degraded', 'down', 'none'] as const satisfies Mark[])
    .filter((mark) => strips.some(({ marks }) => marks.includes(mark)))
    .map((mark) => {
      const sign = drawMark(mark, { x, y: LEGEND_Y - 22, width: 22, height: 24 })
      const label = words(x + 30, LEGEND_Y, SAYS[mark], { fill: SOFT })
      x += 30 + SAYS[mark].length * LETTER * 0.62 + 24
      return sign + label
    })
    .join('')
}

/** One monitor: response times, and below them how it was. */
function drawOne(chart: Chart, strip: Strip): string {
  const plot = { x: SCALE, y: 62, width: WIDTH - SCALE - MARGIN, height: 178 }
  const band = { ...plot, y: 258, height: 58 }
  const times = chart.times ?? []
  const curve = drawCurve(times, plot)
  const scale = curve.ticks.map(
    ({ at, label }) =>
      html`<path d="M${plot.x},${at}h${plot.width}" stroke="${LINES}" stroke-width="2" />` +
      words(plot.x - 10, at + 8, label, { anchor: 'end', fill: SOFT }),
  )
  const isEmpty = times.every((it) => it === null)
  return [
    drawTimes(chart, { ...plot, height: band.y + band.height - plot.y }),
    ...(isEmpty ? [] : scale),
    curve.svg,
    isEmpty
      ? words(plot.x + plot.width / 2, plot.y + plot.height / 2, SAYS.noData, { anchor: 'middle' })
      : '',
    curve.peakMs === null
      ? ''
      : words(WIDTH - MARGIN, LEGEND_Y, `▲ ${SAYS.peak} ${msLabel(curve.peakMs)}`, {
          anchor: 'end',
          fill: '#F1C40F',
        }),
    drawStrip(strip.marks, band),
    words(MARGIN, 34, `${nameOf(strip.name)} · ${strip.figure}`),
  ].join('')
}

/** Several monitors, each with its name and figure over how it was. */
function drawMany(chart: Chart): string {
  const plot = { x: MARGIN, y: STRIPS_TOP, width: WIDTH - 2 * MARGIN, height: 0 }
  const each = Math.min(TALLEST_STRIP, (STRIPS_BOTTOM - STRIPS_TOP) / chart.strips.length)
  return [
    drawTimes(chart, { ...plot, y: STRIPS_BOTTOM, height: 0 }),
    words(MARGIN, 34, SAYS.all),
    ...chart.strips.flatMap(({ name, figure, marks }, at) => {
      const y = STRIPS_TOP + at * each
      return [
        html`<rect x="0" y="${y}" width="${WIDTH}" height="29" fill="#1E2330" />`,
        words(MARGIN, y + 22, nameOf(name)),
        words(WIDTH - MARGIN, y + 22, figure, { anchor: 'end', fill: SOFT }),
        drawStrip(marks, { ...plot, y: y + 29, height: each - 33 }),
      ]
    }),
  ].join('')
}

/** The chart as SVG, 800 × 400, on a ground of its own that is seen on light and dark alike. */
export function writeChart(chart: Chart): string {
  const [only] = chart.strips
  const drawn =
    chart.times === undefined || only === undefined ? drawMany(chart) : drawOne(chart, only)
  return html`<svg
    xmlns="http://www.w3.org/2000/svg"
    width="${WIDTH}"
    height="${HEIGHT}"
    font-family="DejaVu Sans"
    font-size="${LETTER}"
  >
    <defs>!${HATCHED}</defs>
    <rect width="${WIDTH}" height="${HEIGHT}" fill="#1E2330" />
    !${drawn} !${words(WIDTH - MARGIN, 34, chart.period, { anchor: 'end', fill: SOFT })}
    !${drawLegend(chart.strips)}
  </svg>`
}
