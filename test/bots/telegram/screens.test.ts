import { expect, test } from 'vitest'
import {
  facts,
  line,
  name,
  type Reply,
  text,
  time,
  verbatim,
} from '../../../bots/commands/reply.ts'
import type { IncidentNews, News } from '../../../src/notifications/contract.ts'
import { MINUTE, SECOND } from '../../../src/kernel/index.ts'
import type { Sent } from '../../support/telegram/index.ts'
import { openRunningStage } from './stage.ts'

const START = Date.parse('2027-03-01T14:00:00Z')

const opened: IncidentNews = {
  incidentId: 128,
  monitorId: 1,
  monitorName: 'Shop',
  url: 'https://shop.example.com/',
  severity: 'down',
  startedAt: START - 12 * SECOND,
  detectedAt: START,
  resolvedAt: null,
  endReason: null,
  code: 'connect_refused',
  message: '10.0.0.7 refuses connections on port 443',
  failures: 2,
  expected: 'HTTP 200–299',
  lastGoodAt: START - 72 * SECOND,
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

/** The words an alert has in the product, cut to what these screens show. */
function word(news: News): Reply {
  if (!('incident' in news)) throw new Error('none here')
  const it = news.incident
  const quiet = { body: [], actions: [], audience: 'all', zone: it.timezone } as const
  if (news.kind === 'recovery')
    return {
      ...quiet,
      tone: 'ok',
      sign: 'up',
      headline: [name(it.monitorName), text(' is up again')],
    }
  if (it.resolvedAt !== null)
    return {
      ...quiet,
      tone: 'ok',
      sign: 'up',
      headline: [name(it.monitorName), text(' was down for 12 min')],
      actions: [{ label: 'Details', press: 'v1:show:1' }],
    }
  const why =
    it.acknowledgedBy === null ? [] : [text(' — '), name(it.acknowledgedBy), text(' is on it')]
  return {
    ...quiet,
    tone: 'bad',
    sign: 'down',
    headline: [name(it.monitorName), text(' is down'), ...why],
    body: [
      facts(
        ['Since', [time(it.startedAt, 'clock')]],
        ['Cause', [verbatim(it.message)]],
        ['Expected', [text(it.expected ?? '')]],
      ),
      line(text(`Incident #${it.incidentId} · ${it.downCount} of ${it.watchedCount} down`)),
    ],
    actions: [
      { label: it.acknowledgedBy === null ? 'Acknowledge' : 'Add note', press: 'v1:ack:3k' },
      { label: 'Check now', press: 'v1:check:1' },
      { label: 'Details', press: 'v1:show:1' },
    ],
    audience: 'all',
  }
}

const labels = ({ keyboard }: Pick<Sent, 'keyboard'>): string[] =>
  keyboard?.inline_keyboard.map((row) => row.map(({ text: label }) => label).join(' | ')) ?? []

const tell = (incident: IncidentNews): News => ({ kind: 'alert', incident })

test('an outage is one message, edited as it goes, and one short reply at its end', async () => {
  await using stage = await openRunningStage(word)
  const { fake, messenger, clock } = stage
  const group = fake.group('Ops')
  const address = { channelId: String(group.id), threadId: null }
  const never = new AbortController().signal

  await messenger.post(
    { address, news: tell(opened), nonce: 'a', replyTo: null, silent: false },
    never,
  )
  const [first] = fake.messages(group.id)
  expect(first!.text).toBe(
    [
      '🔴 Shop is down',
      'Since: 14:59:48 CET',
      'Cause: 10.0.0.7 refuses connections on port 443',
      'Expected: HTTP 200–299',
      'Incident #128 · 1 of 12 down',
    ].join('\n'),
  )
  expect(labels(first!)).toEqual(['Acknowledge | Check now | Details'])

  const messageId = String(first!.id)
  await clock.turn(MINUTE)
  const taken = { ...opened, acknowledgedAt: clock.now(), acknowledgedBy: 'Ann' }
  await messenger.edit(address, messageId, tell(taken), never)
  expect(fake.message(first!).text.split('\n')[0]).toBe('🔴 Shop is down — Ann is on it')
  expect(labels(fake.message(first!))).toEqual(['Add note | Check now | Details'])

  await clock.turn(20 * SECOND)
  const over: IncidentNews = { ...taken, resolvedAt: clock.now(), endReason: 'resolved' }
  await messenger.edit(address, messageId, tell(over), never)
  await clock.turn(SECOND)
  const recovery: News = { kind: 'recovery', incident: over }
  await messenger.post(
    { address, news: recovery, nonce: 'b', replyTo: messageId, silent: true },
    never,
  )
  const [last, short] = fake.messages(group.id)
  expect(last!.text).toBe('🟢 Shop was down for 12 min')
  expect(labels(last!)).toEqual(['Details'])
  expect(last!.before).toHaveLength(2)
  expect(short).toMatchObject({ text: '🟢 Shop is up again', replyTo: first!.id, silent: true })
  expect(short!.keyboard).toBeUndefined()
})
