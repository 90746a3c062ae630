import { describe, expect, test } from 'vitest'
import { msTicks, timeTicks } from '../../../bots/charts/axis.ts'
import { renderChart } from '../../../bots/charts/draw.ts'
import { type Chart, drawChart, type Mark } from '../../../bots/charts/index.ts'
import { DAY, HOUR } from '../../../src/kernel/index.ts'
import { HOSTILE } from '../commands/hostile.ts'

const TO = Date.parse('2027-03-01T14:02:00Z')
const DAY_LONG = { from: TO - DAY, to: TO, zone: 'Europe/Berlin', period: 'last 24 h' }
const STEPS = 144

const strip = (name: string, markOf: (step: number) => Mark) => ({
  name,
  figure: '99.95 %',
  marks: Array.from({ length: STEPS }, (_, step) => markOf(step)),
})

const busy: Chart = {
  ...DAY_LONG,
  strips: [strip('Shop', (step) => (step === 50 ? 'down' : 'up'))],
  times: Array.from({ length: STEPS }, (_, step) => ({
    minMs: 100 + step,
    avgMs: 180 + step,
    maxMs: 300 + step,
  })),
}
const empty: Chart = {
  ...DAY_LONG,
  strips: [strip('Shop', () => 'none')],
  times: Array.from({ length: STEPS }, () => null),
}

type Box = readonly [x: number, y: number, width: number, height: number]
const TITLE: Box = [20, 12, 300, 26]
const SCALE: Box = [4, 50, 92, 200]
const CLOCK: Box = [104, 326, 676, 24]
const PLOT: Box = [104, 50, 676, 190]
const PEAK: Box = [560, 362, 220, 28]

/** How many pixels of a box are not the ground's. */
async function inkIn(chart: Chart, [x, y, width, height]: Box): Promise<number> {
  const drawn = await renderChart(chart)
  const { pixels } = drawn
  const ground = pixels.subarray(0, 4)
  let count = 0
  for (let row = y; row < y + height; row += 1)
    for (let column = x; column < x + width; column += 1) {
      const at = 4 * (row * drawn.width + column)
      if (ground.compare(pixels, at, at + 4) !== 0) count += 1
    }
  return count
}

test('an emoji in a name is left out, for the font has none', async () => {
  const named = (name: string) => inkIn({ ...busy, strips: [strip(name, () => 'up')] }, TITLE)
  expect(await named('🔥 Shop 👩‍👩‍👧')).toBe(await named('Shop'))
  expect(await named('🔥')).toBeGreaterThan(0)
})

test('a chart is a PNG of 800 by 400 in which the words are there', async () => {
  const png = Buffer.from(await drawChart(busy))
  expect(png.subarray(0, 8).toString('latin1')).toBe('\u0089PNG\r\n\u001A\n')
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([800, 400])
  for (const box of [TITLE, SCALE, CLOCK]) expect(await inkIn(busy, box)).toBeGreaterThan(300)
})

test('without data it says so, and there is no scale', async () => {
  expect(await inkIn(empty, SCALE)).toBe(0)
  expect(await inkIn(empty, PLOT)).toBeGreaterThan(300)
})

test('one look alone is seen', async () => {
  const times = empty.times!.map((_, step) =>
    step === 100 ? { minMs: 182, avgMs: 182, maxMs: 182 } : null,
  )
  const dot: Box = [560, 60, 30, 170]
  expect(await inkIn({ ...empty, times }, dot)).toBeGreaterThan(
    await inkIn({ ...empty, times: empty.times! }, dot),
  )
})

test('a huge peak is said, and does not press the others flat', async () => {
  const peak = { minMs: 100, avgMs: 900, maxMs: 60_000 }
  const times = busy.times!.map((it, step) => (step === 70 ? peak : it))
  expect(await inkIn(busy, PEAK)).toBe(0)
  expect(await inkIn({ ...busy, times }, PEAK)).toBeGreaterThan(300)
  const upper: Box = [104, 90, 300, 60]
  expect(await inkIn({ ...busy, times }, upper)).toBeGreaterThan(1000)
})

test('an outage is taller than what is well, not only of another colour', async () => {
  const above: Box = [326, 260, 20, 20]
  expect(await inkIn(busy, above)).toBeGreaterThan(
    (await inkIn({ ...busy, strips: [strip('Shop', () => 'up')] }, above)) + 50,
  )
})

test.each([...HOSTILE, '\uFFFE\uFFFF', '\uD800', ']]>', '"><script/>', '', '日本 🔥'])(
  'a monitor may be called %j',
  async (name) => {
    const strips = [1, 2, 3, 4, 5].map(() => strip(name, () => 'up'))
    expect((await drawChart({ ...DAY_LONG, strips })).length).toBeGreaterThan(1000)
    // Whatever the name, it stays in its place: the period at the right is as it was.
    const period: Box = [640, 12, 140, 26]
    expect(await inkIn({ ...busy, strips: [strip(name, () => 'up')] }, period)).toBe(
      await inkIn(busy, period),
    )
  },
)

describe('ticks', () => {
  const labels = (from: number, to: number, zone: string) =>
    timeTicks(from, to, zone).map(({ label }) => label)

  test('are round times by the clocks of the zone', () => {
    expect(labels(TO - DAY, TO, 'UTC')).toEqual([
      '16:00',
      '20:00',
      '00:00',
      '04:00',
      '08:00',
      '12:00',
    ])
    expect(timeTicks(TO - DAY, TO, 'Asia/Kolkata')[0]).toEqual({
      at: Date.parse('2027-02-28T14:30:00Z'),
      label: '20:00',
    })
    expect(labels(TO - 7 * DAY, TO, 'Europe/Berlin')).toEqual([
      'Tue',
      'Wed',
      'Thu',
      'Fri',
      'Sat',
      'Sun',
      'Mon',
    ])
    expect(labels(TO - 90 * DAY, TO, 'UTC')).toHaveLength(6)
  })

  test('stay round when the clocks are changed', () => {
    const change = Date.parse('2027-03-28T01:00:00Z')
    for (const { at, label } of timeTicks(change - DAY / 2, change + DAY / 2, 'Europe/Berlin')) {
      expect(label).toMatch(/:00$/)
      expect(at % HOUR).toBe(0)
    }
    expect(labels(change - DAY / 2, change + DAY / 2, 'Europe/Berlin')).toContain('08:00')
  })

  test.each([
    [0, ['0', '1 ms', '2 ms', '3 ms']],
    [182, ['0', '100 ms', '200 ms']],
    [2100, ['0', '1 s', '2 s', '3 s']],
    [45_000, ['0', '20 s', '40 s', '60 s']],
  ])('up to %d ms', (most, wanted) => {
    expect(msTicks(most).map(({ label }) => label)).toEqual(wanted)
  })
})
