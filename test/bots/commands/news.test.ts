import { expect, test } from 'vitest'
import { wordNews } from '../../../bots/commands/index.ts'
import { DAY, MINUTE, SECOND } from '../../../src/kernel/index.ts'
import type { IncidentNews } from '../../../src/notifications/index.ts'
import { words } from './house.ts'

const T = Date.parse('2027-03-01T14:02:07Z')

const DOWN: IncidentNews = {
  incidentId: 128,
  monitorId: 7,
  monitorName: 'Shop',
  url: 'https://shop.example.com/',
  severity: 'down',
  startedAt: T,
  detectedAt: T + 12 * SECOND,
  resolvedAt: null,
  endReason: null,
  code: 'connect_refused',
  message: '10.0.0.7 refuses connections on port 443',
  failures: 2,
  expected: 'HTTP 200–299',
  lastGoodAt: T - MINUTE,
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
const ACKED = { acknowledgedAt: T + 65 * SECOND, acknowledgedBy: 'Ann' } as const
const OVER = { resolvedAt: T + 12 * MINUTE + 24 * SECOND, endReason: 'resolved' } as const

const alert = (changes: Partial<IncidentNews> = {}) =>
  wordNews({ kind: 'alert', incident: { ...DOWN, ...changes } })

test('an outage opens: what, since when, what was seen and expected, how many are down', () => {
  const reply = alert()
  expect(words(reply)).toBe(
    [
      'Shop is down — connection refused',
      'Since: <clock 2027-03-01T14:02:07.000Z> (<relative 2027-03-01T14:02:07.000Z>)',
      'Seen: 2 of 2 checks failed',
      'Cause: 10.0.0.7 refuses connections on port 443 (connect_refused)',
      'Expected: HTTP 200–299',
      'Last good: <clock 2027-03-01T14:01:07.000Z>, 212 ms',
      'Incident: #128',
      '1 of 12 down',
      '[Acknowledge] [Check now] [Pause 1 h] [Details]',
    ].join('\n'),
  )
  expect(reply).toMatchObject({ sign: 'down', tone: 'bad', audience: 'all', zone: 'Europe/Berlin' })
  expect(reply.actions.map(({ press }) => press)).toEqual([
    'v1:ack:3k',
    'v1:check:7:a',
    'v1:pause:7:60a',
    'v1:inc:3k',
  ])
})

test('what was never well, and a status that was not expected', () => {
  const said = words(
    alert({
      code: 'http_status',
      httpStatus: 502,
      lastGoodAt: null,
      lastGoodMs: null,
      failures: 1,
    }),
  )
  expect(said).toContain('Shop is down — HTTP 502')
  expect(said).toContain('Last good: never yet')
  expect(said).toContain('Seen: 1 check failed')
})

test('acknowledged: who, and the button is gone', () => {
  const said = words(alert(ACKED))
  expect(said).toContain('Shop is down — Ann is on it')
  expect(said).toContain('Acknowledged: by Ann at <clock 2027-03-01T14:03:12.000Z>')
  expect(said).toMatch(/1 of 12 down\n\[Add note\] \[Check now\] \[Pause 1 h\] \[Details\]$/)
})

test.each([
  [
    { ...OVER, ...ACKED },
    'up',
    'Shop was down for 12 min\n<clock 2027-03-01T14:02:07.000Z> – <clock 2027-03-01T14:14:31.000Z> · connection refused · acknowledged after 53 s by Ann\n[Details]',
  ],
  [
    { ...OVER, resolvedAt: T + 2 * DAY },
    'up',
    'Shop was down for 2 d\n<date 2027-03-01T14:02:07.000Z> <clock 2027-03-01T14:02:07.000Z> – <date 2027-03-03T14:02:07.000Z> <clock 2027-03-03T14:02:07.000Z> · connection refused\n[Details]',
  ],
  [
    { ...OVER, endReason: 'paused' },
    'paused',
    'Shop is paused; its outage ends here, after 12 min\n<clock 2027-03-01T14:02:07.000Z> – <clock 2027-03-01T14:14:31.000Z> · connection refused\n[Details]',
  ],
  [
    { ...OVER, endReason: 'deleted', monitorId: null },
    'pending',
    'Shop was deleted; its outage ends here, after 12 min\n<clock 2027-03-01T14:02:07.000Z> – <clock 2027-03-01T14:14:31.000Z> · connection refused',
  ],
  [
    { ...OVER, endReason: 'changed' },
    'pending',
    'Shop has another address now; the outage of the old one ends here, after 12 min\n<clock 2027-03-01T14:02:07.000Z> – <clock 2027-03-01T14:14:31.000Z> · connection refused\n[Details]',
  ],
] as const)('over: %o', (changes, sign, says) => {
  const reply = alert(changes)
  expect(words(reply)).toBe(says)
  expect(reply.sign).toBe(sign)
})

test('the reply that it is over is exact to the second', () => {
  const incident = { ...DOWN, ...OVER }
  expect(words(wordNews({ kind: 'recovery', incident }))).toBe('Shop is up again after 12 min 24 s')
})

test('a channel that was switched off, and our own blindness', () => {
  const why = 'the bot may not write there'
  expect(words(wordNews({ kind: 'notice', channelName: '#ops', why }))).toBe(
    '#ops is no longer told of alerts\nWhy: the bot may not write there',
  )
  expect(words(wordNews({ kind: 'blind', from: T, to: T + 7 * MINUTE }))).toBe(
    'I could not reach the internet from <clock 2027-03-01T14:02:07.000Z> to <clock 2027-03-01T14:09:07.000Z>. Nothing was judged in that time.',
  )
})

test('a warning that came true says whose certificate has ended', () => {
  const ended = { severity: 'warning', code: 'cert_expiring', endReason: 'worsened' } as const
  expect(words(alert(ended))).toBe('The certificate of Shop has ended\n[Details]')
})
