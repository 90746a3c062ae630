import { expect, test } from 'vitest'
import { DAY, HOUR, MINUTE, SECOND } from '../../../src/kernel/index.ts'
import { recordSamples } from '../../../src/stats/index.ts'
import { ANN, BOB, CAT, type House, openHouse, REFUSED, UP, words } from './house.ts'

/** Twelve monitors: Shop down, Search degraded, nine up, Staging paused. */
async function twelve(house: House): Promise<void> {
  await house.add('Shop')
  await house.falls(1)
  const search = await house.add('Search')
  await house.ours
    .updateTable('monitor_states')
    .set({ status: 'degraded', last_ms: 2400, changed_at: house.clock.now() })
    .where('monitor_id', '=', search)
    .execute()
  for (let at = 1; at <= 9; at += 1) await house.isUp(await house.add(`API ${at}`))
  await house.add('Staging')
  await house.says(BOB, 'pause staging 2h')
  for (const [at, ms] of [
    [house.clock.now() - MINUTE, 300],
    [house.clock.now() - 2 * MINUTE, 300],
  ] as const)
    await recordSamples(house.db, [
      {
        monitorId: search,
        accountId: house.ours.accountId,
        at,
        status: 'up',
        code: 'ok',
        ms,
        observedMs: MINUTE,
      },
    ])
}

test('status gives a verdict, what is not up, and counts', async () => {
  await using house = await openHouse()
  await twelve(house)
  await house.says(ANN, 'ack shop')
  await house.clock.turn(12 * MINUTE - 12 * SECOND)
  const reply = await house.says(CAT, '')
  expect(words(reply)).toBe(
    [
      '1 of 12 is down',
      'down Shop down 12 min · connection refused · Ann is on it',
      'degraded Search degraded · 2.4 s (usually 300 ms)',
      '9 up · 1 paused · last look <relative 2027-03-01T14:00:00.000Z> · 24 h: 100 %',
      '[Incidents] [List] [Refresh]',
    ].join('\n'),
  )
  expect(reply).toMatchObject({
    sign: 'down',
    tone: 'bad',
    audience: 'all',
    exitCode: 1,
    zone: 'UTC',
    value: { total: 12, down: 1, notUp: [{ name: 'Shop' }, { name: 'Search' }] },
  })
})

test('when all is well status says for how long', async () => {
  await using house = await openHouse()
  expect(words(await house.says(CAT, 'status'))).toBe(
    'Nothing is watched yet. /uptime add https://example.com\n[Add one]',
  )
  await house.isUp(await house.add('Shop'))
  await house.isUp(await house.add('API'))
  await house.clock.turn(41 * DAY)
  expect(words(await house.says(CAT, 'status')).split('\n')[0]).toBe(
    'All 2 are up · longest without trouble: 41 d',
  )
})

test('what has been up for less than a minute is not praised for it', async () => {
  await using house = await openHouse()
  await house.isUp(await house.add('Shop'), 182, 59 * SECOND)
  expect(words(await house.says(CAT, 'status'))).toMatch(/^1 is up\n/)
  await house.clock.turn(SECOND)
  expect(words(await house.says(CAT, 'status'))).toMatch(
    /^1 is up · longest without trouble: 1 min\n/,
  )
})

test('list is worst first, ten a page, and turns', async () => {
  await using house = await openHouse()
  await twelve(house)
  const first = await house.says(CAT, 'list')
  expect(words(first).split('\n').slice(0, 4)).toEqual([
    '12 monitors · 1 down, 1 degraded, 9 up, 1 paused',
    'down Shop down 12 s · connection refused',
    'degraded Search degraded · 2.4 s',
    'up API 1 up · 182 ms',
  ])
  expect(first.actions).toMatchObject([
    { label: '◀', disabled: true },
    { label: '▶', press: 'v1:list:2', line: 'list page=2' },
    { label: 'Down only', press: 'v1:list:1:down' },
    { label: 'Add one', press: 'v1:addask:0' },
  ])
  const second = words(await house.presses(CAT, 'v1:list:2'))
  expect(second).toContain(
    'up API 9 up · 182 ms\npaused Staging paused · until <clock 2027-03-01T16:00:00.000Z> · by Bob\npage 2/2',
  )
  expect(words(await house.says(CAT, 'list page=99'))).toContain('page 2/2')
  expect(words(await house.presses(CAT, 'v1:list:1:down'))).toBe(
    '1 of 12 monitors · down\ndown Shop down 12 s · connection refused\n[All]',
  )
  expect(words(await house.says(CAT, 'list shop.example'))).toContain('page 1/2, go on with page=2')
  expect(words(await house.says(CAT, 'list page=0'))).toBe(
    '"page" must be a page number, 1 or more, not "0".\nTry: /uptime list down',
  )
})

test('show tells everything about one', async () => {
  await using house = await openHouse()
  const id = await house.add('Shop')
  await house.falls(id)
  expect(words(await house.says(CAT, 'show shop'))).toBe(
    [
      'Shop is down — connection refused',
      'Address: https://shop.example.com/',
      'Every: 5 min',
      'Since: 12 s',
      'Uptime: 24 h no data · 7 d no data · 30 d no data',
      'Response: no data',
      'Last look: <relative 2027-03-01T14:00:00.000Z> · connection refused',
      'Cause: 10.0.0.7 refuses connections on port 443 (connect_refused)',
      'Expected: HTTP 200–299',
      'Last good: <relative 2027-03-01T13:58:48.000Z>',
      'Last incident: #1 · <relative 2027-03-01T13:59:48.000Z> · connection refused · open',
      '[Check now] [Pause 1 h] [Stats] [Incidents]',
    ].join('\n'),
  )
})

test('incidents: open ones first, then the last ten, in pages', async () => {
  await using house = await openHouse()
  await house.add('Shop')
  for (let at = 0; at < 12; at += 1) {
    await house.falls(1)
    await house.clock.turn(HOUR)
    await house.says(ANN, 'pause shop')
    await house.says(ANN, 'resume shop')
  }
  await house.add('API')
  await house.falls(2)
  const first = await house.says(CAT, 'incidents')
  const lines = words(first).split('\n')
  expect(lines[0]).toBe('1 open · 12 over')
  expect(lines[1]).toBe('down API #13 · down 12 s · connection refused')
  expect(lines[2]).toMatch(/^paused Shop #12 · <relative .*> · was down 1 h · connection refused$/)
  expect(lines).toHaveLength(14)
  expect(first.actions.map(({ press }) => press)).toEqual(['v1:ack:d', 'v1:incs:0', 'v1:incs:2'])
  expect(
    words(await house.presses(CAT, 'v1:incs:2'))
      .split('\n')
      .slice(1, 3),
  ).toEqual([expect.stringMatching(/^paused Shop #2 /), expect.stringMatching(/^paused Shop #1 /)])
  expect(words(await house.says(CAT, 'incidents api'))).toMatch(/^1 open · 0 over · API\n/)
  expect(words(await house.presses(CAT, 'v1:inc:1'))).toBe(
    [
      'Incident #1 · Shop was down',
      'Began: <date 2027-03-01T13:59:48.000Z> <clock 2027-03-01T13:59:48.000Z>',
      'Told: after 12 s',
      'Ended: <date 2027-03-01T15:00:00.000Z> <clock 2027-03-01T15:00:00.000Z>',
      'Lasted: 1 h',
      'Ended by: it was paused',
      'Cause: 10.0.0.7 refuses connections on port 443 (connect_refused)',
      'Expected: HTTP 200–299',
      'Acknowledged: by nobody',
      '[Add note]',
    ].join('\n'),
  )
})

test('a look is told, and what it means', async () => {
  await using house = await openHouse()
  await house.add('Shop')
  house.looker.outcome = REFUSED
  const failed = await house.says(BOB, 'check shop')
  expect(words(failed)).toContain('Shop failed this look — connection refused')
  expect(words(failed)).toContain('It counts as down after 2 failed looks in a row.')
  expect(failed.exitCode).toBe(1)
  house.looker.outcome = { ...UP, status: 'unknown', code: 'probe_overloaded' }
  expect(words(await house.says(BOB, 'check shop'))).toContain('could not be looked at')
  house.looker.outcome = UP
  expect((await house.presses(BOB, 'v1:check:1')).audience).toBe('all')
  expect((await house.presses(BOB, 'v1:check:1:a')).audience).toBe('asker')
})

test('all can be paused and resumed at once, with a reason that is kept', async () => {
  await using house = await openHouse()
  await house.add('Shop')
  await house.add('API')
  const reply = await house.says(BOB, 'pause all 2h new rack')
  expect(words(reply)).toBe(
    '2 monitors paused · until <clock 2027-03-01T16:00:00.000Z>\nReason: new rack\n[Resume all]',
  )
  const reasons = await house.ours
    .selectFrom('audit_logs')
    .select('changes')
    .where('action', '=', 'monitor.pause_reason')
    .execute()
  expect(reasons).toHaveLength(2)
  expect(words(await house.presses(BOB, reply.actions[0]!.press))).toMatch(
    /^2 monitors watched again/,
  )
  expect(words(await house.says(BOB, 'resume all'))).toBe('Nothing is paused.')
  expect(words(await house.says(BOB, 'pause shop for=yesterday'))).toBe(
    '"for" must be 5m to 30d, not "yesterday".\nTry: /uptime pause shop for=2h reason="new database"',
  )
})

test('those with a tag are paused together and resumed by one button, the others go on', async () => {
  await using house = await openHouse()
  for (const called of ['Shop', 'API', 'Blog']) await house.add(called)
  for (const it of ['shop', 'api']) await house.says(BOB, `edit ${it} tags web`)
  const active = async () =>
    (
      await house.ours.selectFrom('monitors').select('name').where('is_active', '=', 1).execute()
    ).map(({ name }) => name)
  const reply = await house.says(BOB, 'pause web 2h')
  expect(words(reply)).toMatch(/^2 monitors paused/)
  expect(await active()).toEqual(['Blog'])
  await house.says(BOB, 'pause blog')
  expect(words(await house.presses(CAT, reply.actions[0]!.press))).toMatch(/responder role/)
  expect(words(await house.presses(BOB, reply.actions[0]!.press))).toMatch(/^2 monitors watched/)
  expect(await active()).toEqual(['Shop', 'API'])
  // What no version wrote is about one monitor, never about all.
  await house.presses(BOB, 'v1:resume:1:else')
  expect(await active()).toEqual(['Shop', 'API'])
  expect(words(await house.says(BOB, 'resume web'))).toBe('Nothing is paused.')
})

test.each([
  [ANN, 'You are Ann, owner here\nWhy: you linked this server'],
  [BOB, 'You are Bob, manager here\nWhy: you administer this server'],
  [CAT, 'You are Cat, viewer here\nWhy: everybody here is at least viewer'],
])('whoami says the role and why', async (actor, says) => {
  await using house = await openHouse()
  expect(words(await house.says(actor, 'whoami'))).toContain(`${says}\nAccount: main`)
})

test('help is six lines with an example each; one command has its own', async () => {
  await using house = await openHouse()
  const lines = words(await house.says(CAT, 'help')).split('\n')
  expect(lines.slice(1, 7).map((it) => it.split(':')[0])).toEqual([
    'See',
    'Watch',
    'Look now',
    'Quiet',
    'Trouble',
    'Here',
  ])
  expect(lines[4]).toBe(
    'Quiet: pause, resume, maintenance — /uptime pause shop for=2h reason="new database"',
  )
  expect(lines).toHaveLength(8)
  expect(words(await house.says(CAT, 'help PAUSE'))).toContain('Role: responder')
  expect(words(await house.says(CAT, 'help paus'))).toContain('Did you mean pause?')
})

test('a failure that is no outage yet is no secret either', async () => {
  await using house = await openHouse()
  const [shop, fresh] = [await house.add('Shop'), await house.add('Fresh')]
  await house.isUp(shop)
  for (const id of [shop, fresh])
    await house.ours
      .updateTable('monitor_states')
      .set({ last_status: 'down', last_code: 'connect_refused' })
      .where('monitor_id', '=', id)
      .execute()
  const listed = words(await house.says(CAT, 'list'))
  expect(listed).toContain('Shop up · last look failed, connection refused')
  expect(listed).toContain('Fresh no verdict yet · connection refused')
})
