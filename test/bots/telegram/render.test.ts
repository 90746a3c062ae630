import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  address,
  facts,
  line,
  name,
  note,
  type Reply,
  strong,
  text,
  time,
  verbatim,
} from '../../../bots/commands/reply.ts'
import { answerText, defused, renderTelegram } from '../../../bots/telegram/render.ts'
import { DAY, HOUR, MINUTE } from '../../../src/kernel/index.ts'
import { clickable } from '../../support/telegram/index.ts'
import { judgeKeyboard, judgeText } from '../../support/telegram/judge.ts'
import { reply } from './stage.ts'

const NOW = Date.parse('2027-03-01T14:02:19Z')
const show = (said: Reply, zone = 'UTC') => renderTelegram({ ...said, zone }, NOW)
const styled = (said: Reply): string => {
  const { text: words, entities } = show(said)
  let marked = ''
  let end = 0
  for (const { type, offset, length } of entities) {
    marked += `${words.slice(end, offset)}<${type}>${words.slice(offset, offset + length)}</>`
    end = offset + length
  }
  return marked + words.slice(end)
}

const alert: Reply = {
  tone: 'bad',
  sign: 'down',
  headline: [name('Shop'), text(' is down — connection refused')],
  body: [
    facts(
      [
        'Since',
        [time(NOW - 12_000, 'clock'), text(' ('), time(NOW - 12_000, 'relative'), text(')')],
      ],
      ['Seen', [text('2 of 2 checks failed')]],
      ['Cause', [verbatim('10.0.0.7 refuses connections on port 443')]],
      ['Expected', [text('HTTP 200–299')]],
      ['Address', [address('https://shop.example.com/')]],
      ['Note', []],
    ),
    {
      kind: 'rows',
      rows: [{ state: 'down', name: 'mail.example.com', tail: [text('down 2 min')] }],
    },
    note(text('Incident #128 · '), strong('1 of 12'), text(' down')),
  ],
  actions: [
    { label: 'Acknowledge', press: 'v1:ack:3k' },
    { label: 'Check now', press: 'v1:check:1' },
    { label: 'Pause 1 h', press: 'v1:pause:1:60' },
    { label: 'Details', press: 'v1:show:1' },
    { label: 'Old', press: 'v1:old:1', disabled: true },
  ],
  audience: 'all',
}

test('an alert: headline in bold, facts as lines, strangers’ words as entities, one keyboard row', () => {
  expect(styled(alert)).toBe(
    [
      '🔴 <bold>Shop</><bold> is down — connection refused</>',
      'Since: 14:02:07 UTC (12 s ago)',
      'Seen: 2 of 2 checks failed',
      'Cause: <code>10.0.0.7 refuses connections on port 443</>',
      'Expected: HTTP 200–299',
      'Address: <code>https://shop.example.com/</>',
      '🔴 <code>mail.example.com</> · down 2 min',
      '<italic>Incident #128 · </><bold>1 of 12</><italic> down</>',
    ].join('\n'),
  )
  expect(show(alert).reply_markup!.inline_keyboard).toEqual([
    [
      { text: 'Acknowledge', callback_data: 'v1:ack:3k' },
      { text: 'Check now', callback_data: 'v1:check:1' },
      { text: 'Pause 1 h', callback_data: 'v1:pause:1:60' },
      { text: 'Details', callback_data: 'v1:show:1' },
    ],
  ])
})

test.each([
  ['relative', NOW - 3 * MINUTE, 'UTC', '3 min ago'],
  ['relative', NOW + 2 * HOUR + 5 * MINUTE, 'UTC', 'in 2 h 05 min'],
  ['clock', NOW, 'UTC', '14:02:19 UTC'],
  ['clock', NOW, 'Europe/Berlin', '15:02:19 CET'],
  ['clock', NOW - 2 * DAY, 'UTC', '27 Feb 14:02:19 UTC'],
  ['clock', NOW, 'Not/AZone', '14:02:19 UTC'],
  ['date', NOW, 'UTC', '1 Mar'],
  ['date', NOW + 365 * DAY, 'UTC', '29 Feb 2028'],
] as const)('%s time %i in %s is %s', (style, at, zone, words) => {
  expect(show(reply('', { headline: [time(at, style)] }), zone).text).toBe(words)
})

test('a clock beside its date does not say the date again', () => {
  const at = NOW - 2 * DAY
  const headline = [
    time(at, 'date'),
    text(' '),
    time(at, 'clock'),
    text(', '),
    time(at + 1, 'clock'),
  ]
  expect(show(reply('', { headline }), 'UTC').text).toBe('27 Feb 14:02:19 UTC, 27 Feb 14:02:19 UTC')
})

const rowsOf = (count: number, tail: string): Reply =>
  reply('Many', {
    body: [
      {
        kind: 'rows',
        rows: Array.from({ length: count }, (_, at) => ({
          state: 'down' as const,
          name: `shop-${at}`,
          tail: [text(tail)],
        })),
      },
      line(text('the counts')),
    ],
  })

test('too much is cut at a row, and says how much is left out', () => {
  const { text: words } = show(rowsOf(90, 'x'.repeat(100)))
  const lines = words.split('\n')
  const shown = lines.filter((it) => it.startsWith('🔴')).length
  expect(lines.at(-2)).toBe(`… and ${90 - shown} more`)
  expect(lines.at(-1)).toBe('the counts')
  expect(words.length).toBeLessThanOrEqual(4096)
  expect(words.length).toBeGreaterThan(3800)
})

test('no more than a hundred entities, for Telegram forgets the rest and a name would come alive', () => {
  const { entities, text: words } = show(rowsOf(150, 'x'))
  expect(entities).toHaveLength(100)
  expect(words).toContain('… and 51 more')
})

test('buttons: cut labels, rows that fit a phone, none that Telegram would refuse', () => {
  const many = Array.from({ length: 12 }, (_, at) => ({ label: `${at}`, press: `v1:list:${at}` }))
  const keyboard = show(
    reply('x', {
      actions: [
        ...many,
        { label: 'y'.repeat(90), press: 'v1:y' },
        { label: '', press: 'v1:z' },
        { label: 'long', press: 'x'.repeat(65) },
        { label: 'none', press: '' },
      ],
    }),
  ).reply_markup!.inline_keyboard
  expect(keyboard.map((row) => row.length)).toEqual([8, 4, 1, 1])
  expect(keyboard.flat().map((button) => button.text)).toEqual([
    ...many.map(({ label }) => label),
    `${'y'.repeat(39)}…`,
    '(no name)',
  ])
})

test('no buttons, no keyboard; no words, still a message', () => {
  expect(show(reply(' '))).toEqual({ text: '…', entities: [] })
})

test('an answer to a press is at most 200 characters', () => {
  expect(answerText(reply('No.', { body: [line(name('Ann'), text(' has it.'))] }), NOW)).toBe(
    'No.\nAnn has it.',
  )
  const long = answerText(reply('🔴'.repeat(150)), NOW)
  expect(long.length).toBeLessThanOrEqual(200)
  expect(long.isWellFormed()).toBe(true)
})

const HOSTILE = [
  '@everyone',
  '<@&1>',
  '[x](http://evil.example)',
  '**a** __b__ ||c||',
  '```',
  '</a>',
  '<b>',
  '&lt;',
  '@durov',
  '/uptime delete shop',
  '\u202Eevil\u202C.example',
  'https://\u200Bevil.example/?a=b#c',
  '#tag',
  '$USD',
  'tg://resolve?domain=durov',
  'me@evil.example',
  '👩‍👩‍👧‍👦'.repeat(64),
  `Z${'\u0301'.repeat(60)}algo`,
  'x'.repeat(2000),
  '@'.repeat(2000),
  '\u200B\u2060\uFEFF',
  'v1:del:1',
  'javascript:alert(1)',
  '\\\\',
  'a\n# big',
  'שלום @durov',
  '\uD83D',
]

const hostileReply = (words: string): Reply => ({
  ...alert,
  headline: [name(words), text(' is down — '), verbatim(words)],
  body: [
    line(text('Seen '), name(words), text(' at '), address(words), text('.')),
    facts(['Cause', [verbatim(words)]]),
    { kind: 'rows', rows: [{ state: 'down', name: words, tail: [text('by '), name(words)] }] },
    note(text('“'), verbatim(words), text('” by '), name(words)),
  ],
  actions: [{ label: words, press: 'v1:ack:1' }],
})

test.each(HOSTILE)('%j is only ever text', (words) => {
  const { text: shown, entities, reply_markup } = show(hostileReply(words))
  expect(() => judgeText(shown, entities as never)).not.toThrow()
  expect(() => judgeKeyboard(reply_markup as never)).not.toThrow()
  expect(clickable(shown, entities as never)).toEqual([])
  expect(shown).not.toMatch(/[\u200B\u202A-\u202E\u2060\uFEFF]/)
  expect(shown.split('\n')).toHaveLength(5)
  const bare = defused(show(hostileReply(words)))
  expect(clickable(bare.text, [])).toEqual([])
  expect(() => judgeText(bare.text, [])).not.toThrow()
})

test('whatever it is, Telegram takes it', () => {
  const run = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 3000 }).map(name),
    fc.string({ unit: 'binary', maxLength: 3000 }).map(verbatim),
    fc.string({ unit: 'grapheme', maxLength: 3000 }).map(text),
    fc.string({ unit: 'grapheme' }).map(strong),
  )
  const runs = fc.array(run, { maxLength: 8 })
  const node = fc.oneof(
    runs.map((it) => line(...it)),
    runs.map((it) => note(...it)),
    fc.array(fc.tuple(fc.string(), runs), { maxLength: 30 }).map((it) => facts(...it)),
    fc
      .array(fc.record({ state: fc.constant('down' as const), name: fc.string(), tail: runs }), {
        maxLength: 130,
      })
      .map((rows) => ({ kind: 'rows' as const, rows })),
  )
  fc.assert(
    fc.property(runs, fc.array(node, { maxLength: 12 }), (headline, body) => {
      const { text: shown, entities } = show({ ...alert, headline, body })
      expect(judgeText(shown, entities as never)).toBe(shown)
    }),
    { numRuns: 60 },
  )
})
