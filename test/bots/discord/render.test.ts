import { expect, test } from 'vitest'
import {
  address,
  facts,
  line,
  name,
  note,
  type Reply,
  SIGNS,
  strong,
  text,
  time,
  verbatim,
} from '../../../bots/commands/reply.ts'
import { renderDiscord } from '../../../bots/discord/render.ts'
import { judgeMessage } from '../../support/discord/judge.ts'
import { say } from './desk.ts'

const AT = Date.parse('2027-03-01T14:02:07Z')

test('an alert, whole', () => {
  const alert: Reply = {
    tone: 'bad',
    sign: 'down',
    headline: [name('Shop'), text(' is down — connection refused')],
    body: [
      facts(
        ['Since', [time(AT, 'clock'), text(' ('), time(AT, 'relative'), text(')')]],
        ['Seen', [text('2 of 2 checks failed')]],
        ['Cause', [address('10.0.0.7'), text(' refuses connections on port 443')]],
        ['Expected', [text('HTTP 200–299')]],
        ['Last good', [time(AT - 60_000, 'clock'), text(', 212 ms')]],
        ['Incident', [text('#128')]],
      ),
      note(text('1 of 12 down')),
    ],
    actions: [
      { label: 'Acknowledge', press: 'v1:ack:3k' },
      { label: 'Check now', press: 'v1:check:1k' },
      { label: 'Pause 1 h', press: 'v1:pause:1k:60' },
      { label: 'Details', press: 'v1:show:1k' },
    ],
    audience: 'all',
  }
  const payload = renderDiscord(alert)
  expect(payload).toEqual({
    content: '🔴 Shop is down — connection refused',
    embeds: [
      {
        color: 0xe74c3c,
        fields: [
          { name: 'Since', value: '<t:1803909727:T> (<t:1803909727:R>)', inline: true },
          { name: 'Seen', value: '2 of 2 checks failed', inline: true },
          { name: 'Cause', value: '`10.0.0.7` refuses connections on port 443', inline: true },
          { name: 'Expected', value: 'HTTP 200–299', inline: true },
          { name: 'Last good', value: '<t:1803909667:T>, 212 ms', inline: true },
          { name: 'Incident', value: '#128', inline: true },
        ],
        footer: { text: '1 of 12 down' },
      },
    ],
    components: [
      {
        type: 1,
        components: [
          { type: 2, style: 2, label: 'Acknowledge', custom_id: 'v1:ack:3k' },
          { type: 2, style: 2, label: 'Check now', custom_id: 'v1:check:1k' },
          { type: 2, style: 2, label: 'Pause 1 h', custom_id: 'v1:pause:1k:60' },
          { type: 2, style: 2, label: 'Details', custom_id: 'v1:show:1k' },
        ],
      },
    ],
    allowed_mentions: { parse: [] },
  })
  expect(judgeMessage('post', payload)).toEqual([])
})

test('a status, line by line', () => {
  const payload = renderDiscord({
    tone: 'bad',
    sign: 'down',
    headline: [strong('1 of 12'), text(' is down')],
    body: [
      {
        kind: 'rows',
        rows: [
          { state: 'down', name: 'Shop', tail: [text('down 12 min · connection refused')] },
          { state: 'degraded', name: 'Search', tail: [text('degraded · 2.4 s')] },
          { state: 'paused', name: 'Staging', tail: [] },
        ],
      },
      line(text('9 up · 1 paused · last look '), time(AT, 'relative')),
      note(text('until '), time(AT, 'date')),
    ],
    actions: [{ label: 'Delete', press: 'v1:del:1k', danger: true, disabled: true }],
    audience: 'all',
  })
  expect(payload.content).toBe('🔴 **1 of 12** is down')
  expect(payload.embeds[0]!.description!.split('\n')).toEqual([
    '🔴 **Shop** · down 12 min · connection refused',
    '🟡 **Search** · degraded · 2.4 s',
    '⏸ **Staging**',
    '9 up · 1 paused · last look <t:1803909727:R>',
    '-# until <t:1803909727:D>',
  ])
  expect(payload.components[0]!.components[0]).toMatchObject({ style: 4, disabled: true })
})

test.each([
  ['up', 0x2ecc71],
  ['degraded', 0xf1c40f],
  ['down', 0xe74c3c],
  ['paused', 0x95a5a6],
  ['maintenance', 0x95a5a6],
  ['pending', 0x95a5a6],
] as const)('%s has its sign and its colour', (sign, color) => {
  const { content, embeds } = renderDiscord(say('so it is', { sign, body: [line(text('x'))] }))
  expect(content).toBe(`${SIGNS[sign]} so it is`)
  expect(embeds[0]!.color).toBe(color)
})

test.each([
  ['ok', 0x2ecc71],
  ['warn', 0xf1c40f],
  ['bad', 0xe74c3c],
  ['quiet', 0x95a5a6],
] as const)('without a state a %s tone gives the colour', (tone, color) => {
  expect(renderDiscord(say('so', { tone, body: [line(text('x'))] })).embeds[0]!.color).toBe(color)
})

test('a line alone needs no embed and no buttons', () => {
  expect(renderDiscord(say('done'))).toEqual({
    content: 'done',
    embeds: [],
    components: [],
    allowed_mentions: { parse: [] },
  })
})

const rows = (count: number, tail: string): Reply['body'] => [
  {
    kind: 'rows',
    rows: Array.from({ length: count }, (_, at) => ({
      state: 'up',
      name: `Monitor number ${at}`,
      tail: [text(tail)],
    })),
  },
]

test('too many rows are cut at a row, and counted', () => {
  const { embeds } = renderDiscord(say('many', { body: rows(500, 'up · 100 %') }))
  const lines = embeds[0]!.description!.split('\n')
  expect(lines.at(-1)).toBe(`… and ${500 - (lines.length - 1)} more`)
  expect(lines.at(-2)).toBe(`🟢 **Monitor number ${lines.length - 2}** · up · 100 %`)
  expect(embeds[0]!.description!.length).toBeGreaterThan(3900)
})

test('exactly what fits is not cut', () => {
  const { embeds } = renderDiscord(say('many', { body: rows(20, 'up') }))
  expect(embeds[0]!.description).not.toContain('more')
})

test.each<[string, Partial<Reply>]>([
  ['500 rows', { body: rows(500, 'x'.repeat(200)) }],
  ['one endless row', { body: rows(3, 'x'.repeat(9000)) }],
  ['an endless headline', { headline: [name('n'.repeat(3000)), text('y'.repeat(9000))] }],
  [
    'a hundred names in a headline',
    { headline: Array.from({ length: 100 }, () => name('*'.repeat(90))) },
  ],
  [
    'sixty facts',
    {
      body: [facts(...Array.from({ length: 60 }, (_, at) => [`Fact ${at}`, [text('v')]] as const))],
    },
  ],
  [
    'long facts',
    {
      body: [
        facts(
          ...Array.from({ length: 20 }, () => ['F'.repeat(400), [text('v'.repeat(3000))]] as const),
        ),
      ],
    },
  ],
  ['empty facts', { body: [facts(['', []], ['Label', [text(' ')]])] }],
  ['an empty headline', { headline: [] }],
  ['an empty note and line', { body: [note(text('')), line()] }],
  ['long notes', { body: [note(text('n'.repeat(5000))), ...rows(500, 'up')] }],
  [
    'everything at once',
    {
      body: [
        ...rows(500, 'x'.repeat(100)),
        facts(...Array.from({ length: 60 }, () => ['L', [verbatim('`'.repeat(900))]] as const)),
        note(text('n'.repeat(5000))),
      ],
    },
  ],
  [
    'sixty buttons, some twice, one without a name',
    {
      actions: Array.from({ length: 60 }, (_, at) => ({
        label: at === 0 ? '' : 'B'.repeat(200),
        press: `v1:x:${at % 40}`,
      })),
    },
  ],
])('%s: the platform takes it', (_, over) => {
  expect(judgeMessage('post', renderDiscord(say('head', over)))).toEqual([])
})
