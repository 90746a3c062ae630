import { describe, expect, test } from 'vitest'
import { wordNews } from '../../../bots/commands/index.ts'
import { say } from '../../../bots/commands/compose.ts'
import {
  address,
  facts,
  line,
  name,
  note,
  type Reply,
  text,
  time,
  verbatim,
} from '../../../bots/commands/reply.ts'
import { widthOf } from '../../../bots/terminal/layout.ts'
import { columnsOf } from '../../../bots/terminal/io.ts'
import { renderTerminal, type Screen } from '../../../bots/terminal/render.ts'
import { timeWords } from '../../../bots/commands/times.ts'
import { DAY, MINUTE, SECOND } from '../../../src/kernel/index.ts'
import type { IncidentNews } from '../../../src/notifications/index.ts'
import { HOSTILE } from '../commands/hostile.ts'
import { ANN, BOB, CAT, openHouse } from '../commands/house.ts'

const NOW = Date.parse('2027-03-01T14:02:19Z')
const PLAIN: Screen = { color: false, columns: 100, zone: 'Europe/Berlin', now: NOW, isShell: true }

const DOWN: IncidentNews = {
  incidentId: 128,
  monitorId: 7,
  monitorName: 'Shop',
  url: 'https://shop.example.com/',
  severity: 'down',
  startedAt: NOW - 12 * SECOND,
  detectedAt: NOW,
  resolvedAt: null,
  endReason: null,
  code: 'connect_refused',
  message: '10.0.0.7 refuses connections on port 443',
  failures: 2,
  expected: 'HTTP 200–299',
  lastGoodAt: NOW - 72 * SECOND,
  lastGoodMs: 212,
  acknowledgedAt: null,
  acknowledgedBy: null,
  escalatedAt: null,
  note: null,
  downCount: 1,
  watchedCount: 12,
  timezone: 'Europe/Berlin',
  dependants: 0,
  alsoOn: 0,
  endsAt: null,
  budget: null,
  storm: null,
  flapping: null,
  shownAt: Date.parse('2027-03-01T14:02:30Z'),
}

const alert = (changes: Partial<IncidentNews>) =>
  renderTerminal(wordNews({ kind: 'alert', incident: { ...DOWN, ...changes } }), PLAIN)

test('a stretch is painted once a line, however many words it has', () => {
  const reply = say([text('All 3 are up')], { sign: 'up', tone: 'ok' })
  expect(renderTerminal(reply, { ...PLAIN, color: true })).toBe(
    '🟢 \u001B[1;32mAll 3 are up\u001B[0m',
  )
})

describe('on a plain terminal', () => {
  test('the main screens read as lines', async () => {
    await using house = await openHouse()
    const said: string[] = []
    const types = async (actor: typeof ANN, typed: string) => {
      const reply = await house.says(actor, typed)
      const screen = { ...PLAIN, zone: 'UTC', now: house.clock.now() }
      said.push(`> ${typed}`, renderTerminal(reply, screen), '')
    }
    await house.add('Shop')
    await house.add('日本語')
    await house.falls(1)
    await house.isUp(2)
    await types(CAT, 'status')
    await types(CAT, 'list')
    await types(ANN, 'ack #1')
    await types(BOB, 'pause 日本語 2h')
    await types(CAT, 'show shop')
    await types(CAT, 'pause shop')
    await types(BOB, 'delete shop')
    expect(said.join('\n')).toBe(`> status
🔴 1 of 2 is down
  🔴 Shop  down 12 s · connection refused
  1 up · last look just now · 24 h: no data
  → incidents · list

> list
2 monitors · 1 down, 1 up
  🔴 Shop    down 12 s · connection refused
  🟢 日本語  up · 182 ms
  → list down · add https://example.com

> ack #1
🔴 Ann is on it: Shop
  Incident #1, down 12 s
  → note '#1' TEXT · check '#1'

> pause 日本語 2h
⏸ 日本語 is paused until 16:00:00 UTC
  → resume '#2'

> show shop
🔴 Shop is down — connection refused
  Address        https://shop.example.com/
  Every          5 min
  Since          12 s
  Uptime         24 h no data · 7 d no data · 30 d no data
  Response       no data
  Last look      just now · connection refused
  Cause          10.0.0.7 refuses connections on port 443 (connect_refused)
  Expected       HTTP 200–299
  Last good      1 min 12 s ago
  Last incident  #1 · 12 s ago · connection refused · open
  → check '#1' · pause '#1' 1h · stats '#1' · incidents '#1'

> pause shop
Pausing needs the responder role. Ann and the administrators here have it.

> delete shop
Delete Shop?
  Address       https://shop.example.com/
  Goes with it  1 incident, all its checks and figures
  It cannot be brought back. Only the asker may confirm, within 2 min.
`)
  })

  test('an alert, and how it ends', () => {
    expect(alert({})).toBe(`🔴 Shop is down — connection refused
  Since      15:02:07 CET (12 s ago)
  Seen       2 of 2 checks failed
  Cause      10.0.0.7 refuses connections on port 443 (connect_refused)
  Expected   HTTP 200–299
  Last good  15:01:07 CET, 212 ms
  Incident   #128
  1 of 12 down
  → ack '#128' · check '#7' · pause '#7' 1h`)
    expect(alert({ resolvedAt: NOW + 12 * MINUTE, endReason: 'resolved' })).toBe(
      `🟢 Shop was down for 12 min
  15:02:07 CET – 15:14:19 CET · connection refused`,
    )
  })

  test('a line too long is broken at blanks and goes on under its text', () => {
    const reply = say([text('Ten words are too many for so narrow a screen, really')], {
      body: [
        facts(['Cause', [verbatim('10.0.0.7 refuses connections on port 443')]]),
        note(text('and so is this note, by a word or two')),
      ],
    })
    const shown = renderTerminal(reply, { ...PLAIN, columns: 32 })
    expect(shown).toBe(`Ten words are too many for so
  narrow a screen, really
  Cause  10.0.0.7 refuses
         connections on port 443
  and so is this note, by a word
  or two`)
    expect(Math.max(...shown.split('\n').map(widthOf))).toBeLessThanOrEqual(32)
  })
})

describe('with colour', () => {
  const reply: Reply = {
    ...say([name('Shop'), text(' is down')], { tone: 'bad', sign: 'down' }),
    body: [line(text('last look '), time(NOW - SECOND, 'relative'))],
  }

  test('it only adds to what is there in words', () => {
    const coloured = renderTerminal(reply, { ...PLAIN, color: true })
    expect(coloured).toContain('\u001B[1;31mShop\u001B[0m')
    // oxlint-disable-next-line no-control-regex -- the escape sequences are what is looked for
    expect(coloured.replaceAll(/\u001B\[[\d;]*m/g, '')).toBe(renderTerminal(reply, PLAIN))
  })
})

describe('words of strangers', () => {
  test.each(HOSTILE.map((words, at) => [at, words] as const))(
    'fixture %i stays on its line, short, and moves nothing',
    (_, words) => {
      const reply = say([name(words), text(' is down')], {
        sign: 'down',
        body: [
          facts(['Cause', [verbatim(words), text(' '), address(words), name(words)]]),
          { kind: 'rows', rows: [{ state: 'down', name: words, tail: [verbatim(words)] }] },
          line(text(`a control that slipped in: \u001B[2J`), name(words)),
        ],
      })
      const shown = renderTerminal(reply, { ...PLAIN, columns: 10_000 })
      expect(shown.split('\n')).toHaveLength(4)
      expect(shown).not.toMatch(/[\u061C\u200E\u200F\u202A-\u202E\u200B\u2060\uFEFF]/)
      expect(shown.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
      expect(Math.max(...shown.split('\n').map((it) => it.length))).toBeLessThan(800)
    },
  )
})

describe('times', () => {
  test.each([
    [NOW - 12 * SECOND, 'relative', '12 s ago'],
    [NOW + 2 * 60 * MINUTE, 'relative', 'in 2 h'],
    [NOW - 10, 'relative', 'just now'],
    [NOW, 'clock', '15:02:19 CET'],
    [NOW + 120 * DAY, 'clock', '16:02:19 CEST'],
    [NOW + 16 * DAY, 'date', '17 Mar'],
    [NOW + 365 * DAY, 'date', '29 Feb 2028'],
  ] as const)('%i as %s is %s', (at, style, words) => {
    // Names of zones differ between builds of ICU: an offset says the same.
    const shown = timeWords(at, style, 'Europe/Berlin', NOW)
      .replace('GMT+1', 'CET')
      .replace('GMT+2', 'CEST')
    expect(shown).toBe(words)
  })
})

test.each([
  [80, 80],
  [0, 100],
  [undefined, 100],
])('a terminal that calls itself %s wide is written %s wide', (columns, width) => {
  const out = { write: () => {}, ...(columns === undefined ? {} : { columns }) }
  expect(columnsOf({ out })).toBe(width)
})
