import { expect, test } from 'vitest'
import { type Clock, systemClock } from '../../src/kernel/index.ts'
import { type Network, openNetwork } from '../../src/network/index.ts'
import { look } from '../../src/probes/index.ts'
import { HandClock } from '../support/clock.ts'
import { lookAt, nobody } from '../support/web/look.ts'
import { raw, web } from '../support/web/servers.ts'

const network = openNetwork({ privateTargets: 'allow' })

test('a bug of ours is an outcome, charged to nobody, and told to who asked', async () => {
  const broken = { ...network, resolve: () => Promise.reject(new TypeError('oops')) }
  const bugs: unknown[] = []
  const lookWith = (tools: { readonly network: Network }, options: unknown) =>
    look(
      'HTTP',
      { url: 'http://127.0.0.1:1/', timeoutMs: 500, options },
      new AbortController().signal,
      {
        clock: systemClock,
        registry: nobody,
        userAgent: 'x',
        onBug: (error) => bugs.push(error),
        ...tools,
      },
    )
  const ours = { status: 'unknown', code: 'internal' }
  expect(await lookWith({ network: broken }, {})).toMatchObject(ours)
  expect(await lookWith({ network }, { method: 'TRACE' })).toMatchObject(ours)
  expect(bugs).toEqual([new TypeError('oops'), expect.objectContaining({ name: 'ZodError' })])
})

test('the deadline is the one of the clock that was handed in', async () => {
  await using site = await raw(() => {})
  const clock = new HandClock()
  const heard = new Promise<void>((resolve) => {
    site.arrivals.once('connection', (socket: NodeJS.EventEmitter) => socket.once('data', resolve))
  })
  const looking = lookAt(site.url, { clock, timeoutMs: 30_000 })
  await heard
  await clock.turn(29_999)
  expect(site.open.size).toBe(1)
  await clock.turn(1)
  expect(await looking).toMatchObject({ code: 'response_timeout', durationMs: 30_000 })
})

test('a timeout while this process stood still is not the target’s', async () => {
  await using site = await raw(() => {})
  let passed = 0
  const stalling: Clock = {
    ...systemClock,
    monotonic: () => passed,
    after: (ms, ring) =>
      systemClock.after(50, () => {
        passed += ms + 1001
        ring()
      }),
  }
  const outcome = await lookAt(site.url, { clock: stalling, timeoutMs: 1000 })
  expect(outcome).toMatchObject({ status: 'unknown', code: 'probe_overloaded' })
})

test('a timeout after a long but steady wait is the target’s', async () => {
  await using site = await raw(() => {})
  let passed = 0
  const steady: Clock = {
    ...systemClock,
    monotonic: () => passed,
    after: (ms, ring) =>
      systemClock.after(20, () => {
        passed += ms + 900
        ring()
      }),
  }
  const outcome = await lookAt(site.url, { clock: steady, timeoutMs: 3000 })
  expect(outcome).toMatchObject({ status: 'down', code: 'response_timeout' })
})

test('messages are one harmless line, however long and strange what they quote', async () => {
  await using site = await web((_, response) => {
    const location = `x:${'y'.repeat(4000)}\u00A0*\u0085`
    response.writeHead(302, { location }).end()
  })
  const redirected = await lookAt(site.url)
  await using page = await web((_, response) => void response.end('nothing'))
  const options = { bodyContains: `${'long '.repeat(99)}\n\u202E` }
  for (const outcome of [redirected, await lookAt(page.url, { options })]) {
    expect(outcome.message.length).toBeLessThanOrEqual(300)
    expect(outcome.message).not.toMatch(/[\p{Cc}\u202E]/u)
  }
  expect(redirected.code).toBe('redirect_invalid')
})
