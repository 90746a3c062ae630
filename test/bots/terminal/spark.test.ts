import { describe, expect, test } from 'vitest'
import type { Mark } from '../../../bots/charts/index.ts'
import { text } from '../../../bots/commands/reply.ts'
import { say } from '../../../bots/commands/compose.ts'
import { widthOf } from '../../../bots/terminal/layout.ts'
import { renderTerminal, type Screen } from '../../../bots/terminal/render.ts'
import { writeStrip, writeTimes } from '../../../bots/terminal/spark.ts'
import { HOSTILE } from '../commands/hostile.ts'
import { withChart } from '../commands/pictured.ts'

const MARKS: Readonly<Record<string, Mark>> = { u: 'up', s: 'degraded', x: 'down', ' ': 'none' }
const marks = (picture: string): Mark[] => picture.split('').map((it) => MARKS[it]!)
const ms = (avgMs: number) => ({ minMs: avgMs, avgMs, maxMs: avgMs })

describe('a strip', () => {
  test.each([
    ['uusx  u', 7, '▂▂▅█  ▂'],
    ['uuuuuxuuuuuu', 4, '▂█▂▂'],
    ['  uusu', 3, ' ▂▅'],
    ['u', 80, '▂'],
    ['      ', 3, '   '],
  ])('%j in %i columns shows the worst of each', (picture, width, signs) => {
    expect(writeStrip(marks(picture), width)).toBe(signs)
  })
})

describe('response times', () => {
  test.each([
    ['rise from 0 to the slowest', [0, 125, 250, 500, 999, 1000].map(ms), 6, '▁▂▃▅██'],
    ['leave gaps where there are none', [ms(100), null, ms(100)], 3, '█ █'],
    ['go on between two looks', [ms(100), 'between', 'between', ms(50)], 4, '███▅'],
    ['are the slowest of a column', [ms(10), ms(80), ms(10), ms(10)], 2, '█▂'],
    ['of nothing are blank', [null, null], 2, '  '],
    ['of one look are one sign', [ms(182)], 80, '█'],
  ] as const)('%s', (_, times, width, signs) => {
    expect(writeTimes(times, width)).toBe(signs)
  })
})

const PLAIN: Screen = { color: false, columns: 60, zone: 'UTC', now: 0, isShell: true }

test('in place of a picture there are signs, and what they mean', () => {
  expect(renderTerminal(withChart(say([text('The hour')])), PLAIN)).toBe(
    ['The hour', '  Shop  ▂█▂', '  ▂ up · ▅ degraded · █ down'].join('\n'),
  )
})

test.each(HOSTILE.map((words, at) => [at, words] as const))(
  'fixture %i keeps within the terminal, however long a strip is',
  (_, hostile) => {
    const { image, ...reply } = withChart(say([text('x')]), '', hostile)
    const [strip] = image!.chart.strips
    const long = { ...strip!, marks: Array.from<Mark>({ length: 500 }).fill('down') }
    const chart = { ...image!.chart, strips: [long] }
    const [, line] = renderTerminal({ ...reply, image: { ...image!, chart } }, PLAIN).split('\n')
    expect(widthOf(line!)).toBeLessThanOrEqual(60)
    expect(line).toMatch(/█$/)
  },
)
