import { once } from 'node:events'
import { SMTPServer } from 'smtp-server'
import { expect, test } from 'vitest'
import { openMail } from '../../../bots/email/index.ts'
import { wordNews } from '../../../bots/commands/index.ts'
import { quietLog, systemClock } from '../../../src/kernel/index.ts'
import type { IncidentNews, News, Post } from '../../../src/notifications/index.ts'
import { HOSTILE } from '../commands/hostile.ts'

interface Mail {
  readonly to: readonly string[]
  readonly raw: string
}

/** A mail server on loopback that keeps what it takes. */
async function openMailbox(
  refuse: (what: 'login' | 'recipient' | 'data', value: string) => Error | undefined = () =>
    undefined,
) {
  const mails: Mail[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onAuth: ({ username }, _, done) => done(refuse('login', username ?? ''), { user: username }),
    onRcptTo: ({ address }, _, done) => done(refuse('recipient', address)),
    onData: (stream, session, done) => {
      const parts: Buffer[] = []
      stream.on('data', (part: Buffer) => parts.push(part))
      stream.on('end', () => {
        const raw = Buffer.concat(parts).toString('utf8')
        const refused = refuse('data', raw)
        if (refused === undefined)
          mails.push({ to: session.envelope.rcptTo.map(({ address }) => address), raw })
        done(refused)
      })
    },
  })
  server.on('error', () => {})
  const listening = server.listen(0, '127.0.0.1')
  await once(listening, 'listening')
  const { port } = listening.address() as { port: number }
  return {
    mails,
    port,
    [Symbol.asyncDispose]: async () => {
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
      })
    },
  }
}

const incident: IncidentNews = {
  incidentId: 128,
  monitorId: 12,
  monitorName: 'Shop',
  url: 'https://shop.example/',
  severity: 'down',
  startedAt: Date.parse('2027-03-01T14:02:07Z'),
  detectedAt: Date.parse('2027-03-01T14:02:27Z'),
  resolvedAt: null,
  endReason: null,
  code: 'connect_refused',
  message: '10.0.0.7 refuses connections on port 443',
  failures: 2,
  expected: 'HTTP 200–299',
  lastGoodAt: null,
  lastGoodMs: null,
  acknowledgedAt: null,
  acknowledgedBy: null,
  escalatedAt: null,
  note: null,
  downCount: 1,
  watchedCount: 12,
  dependants: 0,
  alsoOn: 0,
  endsAt: null,
  budget: null,
  storm: null,
  flapping: null,
  timezone: 'Europe/Berlin',
  shownAt: Date.parse('2027-03-01T14:02:30Z'),
}

const post = (news: News, more: Partial<Post> = {}): Post => ({
  address: { channelId: 'x', threadId: null },
  keeps: { info: JSON.stringify({ to: ['ops@example.com', 'ann@example.com'] }), secrets: null },
  news,
  nonce: 'abc123',
  replyTo: null,
  silent: false,
  ...more,
})

const mailer = (port: number, login = '') =>
  openMail(
    { url: `smtp://${login}127.0.0.1:${port}`, from: 'Uptalk <uptalk@example.com>' },
    wordNews,
    {
      clock: systemClock,
      log: quietLog,
    },
  )
const { signal } = new AbortController()

const decoded = (raw: string): string =>
  raw
    .replaceAll(/=\r?\n/g, '')
    .replaceAll(/(?:=[0-9A-F]{2})+/g, (hex) =>
      Buffer.from(hex.replaceAll('=', ''), 'hex').toString('utf8'),
    )

test('an outage is a mail, its end a reply in the same thread', async () => {
  await using box = await openMailbox()
  const mail = mailer(box.port)
  const delivered = await mail.post(post({ kind: 'alert', incident }), signal)
  expect(delivered).toEqual({ kind: 'done', messageId: '<abc123@example.com>' })
  const over = {
    ...incident,
    resolvedAt: incident.startedAt + 744_000,
    endReason: 'resolved' as const,
  }
  await mail.post(
    post(
      { kind: 'recovery', incident: over },
      { nonce: 'def456', replyTo: '<abc123@example.com>' },
    ),
    signal,
  )
  expect(box.mails.map(({ to }) => to)).toEqual([
    ['ops@example.com', 'ann@example.com'],
    ['ops@example.com', 'ann@example.com'],
  ])
  const [first, second] = box.mails.map(({ raw }) => decoded(raw))
  expect(first).toContain('Message-ID: <abc123@example.com>')
  expect(first).toContain('Auto-Submitted: auto-generated')
  for (const words of ['Shop is down — connection refused', 'HTTP 200–299', '15:02:07'])
    expect(first).toContain(words)
  expect(second).toContain('In-Reply-To: <abc123@example.com>')
  expect(second).toContain('References: <abc123@example.com>')
  expect(second).toContain('Shop is up again after 12 min 24 s')
})

test.each(HOSTILE)('%j stays text in a mail, and never a header', async (name) => {
  await using box = await openMailbox()
  const mail = mailer(box.port)
  const strange = { ...incident, monitorName: name, message: `${name}\r\nBcc: all@evil.example` }
  expect((await mail.post(post({ kind: 'alert', incident: strange }), signal)).kind).toBe('done')
  const [{ raw, to }] = box.mails as [Mail]
  expect(to).toHaveLength(2)
  const [head = ''] = raw.split('\r\n\r\n')
  expect(head).not.toMatch(/^Bcc:/im)
  const html = decoded(raw).slice(decoded(raw).indexOf('<!doctype'))
  expect(html.replaceAll(/<\/?(?:!doctype html|meta|body|h1|p)\b[^>]*>/g, '')).not.toMatch(
    /<[a-z/!]/i,
  )
})

test('what a mail server answers is told apart: later, never, not with this login', async () => {
  const said = async (refuse: Parameters<typeof openMailbox>[0], login = ''): Promise<string> => {
    await using box = await openMailbox(refuse)
    return (await mailer(box.port, login).post(post({ kind: 'alert', incident }), signal)).kind
  }
  const error = (code: number) => Object.assign(new Error('no'), { responseCode: code })
  expect(await said((what) => (what === 'data' ? error(451) : undefined))).toBe('again')
  expect(await said((what) => (what === 'data' ? error(554) : undefined))).toBe('ours')
  expect(await said((what) => (what === 'recipient' ? error(550) : undefined))).toBe('ours')
  expect(
    await said((what, who) =>
      what === 'recipient' && who.startsWith('ann') ? error(550) : undefined,
    ),
  ).toBe('done')
  expect(await said((what) => (what === 'login' ? error(535) : undefined), 'me:wrong@')).toBe(
    'stop',
  )
  const closed = await openMailbox()
  await closed[Symbol.asyncDispose]()
  expect((await mailer(closed.port).post(post({ kind: 'alert', incident }), signal)).kind).toBe(
    'again',
  )
})
