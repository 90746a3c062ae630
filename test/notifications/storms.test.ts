import { expect, test } from 'vitest'
import { wordNews } from '../../bots/commands/index.ts'
import { renderTerminal } from '../../bots/terminal/render.ts'
import { acknowledgeIncident, stormMembers } from '../../src/incidents/index.ts'
import { MINUTE, SECOND } from '../../src/kernel/index.ts'
import { editChannel, type News } from '../../src/notifications/index.ts'
import { deleteMonitor } from '../../src/monitors/index.ts'
import { forgetOld } from '../../src/retention/index.ts'
import type { Outcome } from '../../src/probes/index.ts'
import { by, House } from '../support/house.ts'
import { verdictsOf } from '../support/outage.ts'
import { openReceiver } from '../support/receiver.ts'
import { until } from '../support/until.ts'

const unseen = async (): Promise<Outcome> => ({
  status: 'unknown',
  code: 'internal',
  message: '',
  durationMs: 1,
  timings: { total: 1 },
})

async function outage(house: House, name: string, input: Record<string, unknown> = {}) {
  const { monitor } = await house.add({ name, ...input })
  const verdicts = verdictsOf(house.db, monitor)
  return {
    monitor,
    fall: () => verdicts.open(house.clock.now()),
    resolve: () => verdicts.resolve(house.clock.now()),
  }
}

const settled = (house: House) =>
  until('nothing is due', async () => {
    await house.clock.turn(50)
    const due = await house.db
      .selectFrom('notifications')
      .select('id')
      .where('state', '=', 'pending')
      .where('due_at', '<=', house.clock.now())
      .execute()
    return due.length === 0
  })

const words = (news: News): string =>
  renderTerminal(wordNews(news), {
    color: false,
    columns: 100,
    zone: 'UTC',
    now: 0,
    isShell: false,
  })

const headline = (news: News): string => words(news).split('\n')[0]!

async function ten(house: House, input: Record<string, unknown> = {}) {
  const all = []
  for (let at = 1; at <= 10; at += 1) all.push(await outage(house, `site ${at}`, input))
  return all
}

test('ten outages at once are one message, edited as it goes on, and one reply', async () => {
  await using receiver = await openReceiver()
  await using house = await House.open({ probe: unseen })
  await house.webhook(receiver.url)
  const all = await ten(house)
  for (const it of all) await it.fall()
  house.start()
  await settled(house)
  expect(house.pager.posts.map(({ news }) => headline(news))).toEqual([
    '🔴 10 monitors went down within 1 s',
  ])
  expect(words(house.pager.posts[0]!.news)).toContain(
    'site 1 · site 2 · site 3 · site 4 · site 5 · site 6 · site 7 · site 8 · and 2 more',
  )
  expect(words(house.pager.posts[0]!.news)).toContain('all connection refused')
  // Programs hear of each.
  await until('all heard', async () => {
    await house.clock.turn(50)
    return receiver.got.length === 10
  })

  for (const it of all.slice(0, 4)) await it.resolve()
  await house.clock.turn(5 * SECOND)
  expect(house.pager.edits).toHaveLength(0)
  await house.clock.turn(6 * SECOND)
  await settled(house)
  expect(house.pager.edits).toHaveLength(1)
  expect(words(house.pager.edits[0]!.news)).toContain('6 still down, 4 up again')

  for (const it of all.slice(4)) await it.resolve()
  await settled(house)
  expect(headline(house.pager.edits.at(-1)!.news)).toMatch(
    /^🟢 All 10 are up again · longest 1\d s$/,
  )
  expect(house.pager.heard.map(({ how }) => how)).toEqual(['post', 'edit', 'edit', 'reply'])
  expect(headline(house.pager.posts[1]!.news)).toMatch(/^🟢 All 10 are up again/)
})

test('what was told before the fifth keeps its message; what comes a minute later has its own', async () => {
  await using house = await House.open({ probe: unseen })
  house.start()
  const all = await ten(house)
  for (const it of all.slice(0, 3)) {
    await it.fall()
    await settled(house)
  }
  expect(house.pager.posts).toHaveLength(3)
  for (const it of all.slice(3, 6)) await it.fall()
  await settled(house)
  expect(house.pager.posts.map(({ news }) => headline(news))).toEqual([
    '🔴 site 1 is down — connection refused',
    '🔴 site 2 is down — connection refused',
    '🔴 site 3 is down — connection refused',
    expect.stringMatching(/^🔴 6 monitors went down within 1 s|^🔴 5 monitors/) as string,
  ])
  house.clock.step(2 * MINUTE)
  await all[6]!.fall()
  await settled(house)
  expect(headline(house.pager.posts.at(-1)!.news)).toBe('🔴 site 7 is down — connection refused')
  await house.clock.turn(SECOND)
  for (const it of all.slice(0, 7)) await it.resolve()
  await settled(house)
  // One reply for the storm, one for what was told alone.
  expect(house.pager.heard.filter(({ how }) => how === 'reply')).toHaveLength(2)
})

test('a storm that grows while its message is being sent is shown anew ten seconds later, not at once', async () => {
  await using house = await House.open({ probe: unseen })
  const all = await ten(house)
  for (const it of all.slice(0, 6)) await it.fall()
  const late = all.slice(6)
  house.pager.answer = async () => {
    for (const it of late.splice(0)) await it.fall()
    return { kind: 'done', messageId: null }
  }
  house.start()
  await settled(house)
  await house.clock.turn(5 * SECOND)
  expect(house.pager.edits).toEqual([])
  await house.clock.turn(6 * SECOND)
  await settled(house)
  expect(house.pager.edits.map(({ news }) => headline(news))).toEqual([
    '🔴 10 monitors went down within 1 s',
  ])
})

test('an outage soon after a storm is over is told by itself, and rings', async () => {
  await using house = await House.open({ probe: unseen })
  const all = await ten(house)
  for (const it of all.slice(0, 6)) await it.fall()
  house.start()
  await settled(house)
  await house.clock.turn(SECOND)
  for (const it of all.slice(0, 6)) await it.resolve()
  await settled(house)
  await house.clock.turn(5 * SECOND)
  await all[7]!.fall()
  await settled(house)
  const last = house.pager.posts.at(-1)!
  expect([headline(last.news), last.replyTo, last.silent]).toEqual([
    '🔴 site 8 is down — connection refused',
    null,
    false,
  ])
})

test('four outages are four messages', async () => {
  await using house = await House.open({ probe: unseen })
  const all = await ten(house)
  for (const it of all.slice(0, 4)) await it.fall()
  house.start()
  await settled(house)
  expect(house.pager.posts).toHaveLength(4)
})

test('a channel hears of its own part of a storm', async () => {
  await using house = await House.open({ probe: unseen })
  await editChannel(house.account, house.channelTools, 1, (it) => ({ ...it, tags: ['prod'] }))
  for (const it of await ten(house)) await it.fall()
  const prod = await ten(house, { tags: ['prod'] })
  for (const it of prod.slice(0, 2)) await it.fall()
  house.start()
  await settled(house)
  expect(house.pager.posts.map(({ news }) => headline(news))).toEqual([
    '🔴 2 monitors went down within 1 s',
  ])
})

test('who acknowledges them all is named in the one message', async () => {
  await using house = await House.open({ probe: unseen })
  for (const it of await ten(house)) await it.fall()
  house.start()
  await settled(house)
  const { news } = house.pager.posts[0]!
  const id = 'incident' in news ? news.incident.incidentId : 0
  for (const member of await stormMembers(house.account, id))
    await acknowledgeIncident(house.account, house.clock.now(), { ...by, name: 'Ann' }, member.id)
  await house.clock.turn(11 * SECOND)
  await settled(house)
  expect(headline(house.pager.edits.at(-1)!.news)).toBe(
    '🔴 10 monitors went down within 1 s · Ann is on it',
  )
})

test('a storm whose first monitor is deleted goes on, and ends', async () => {
  await using house = await House.open({ probe: unseen })
  const all = await ten(house)
  for (const it of all) await it.fall()
  house.start()
  await settled(house)
  await deleteMonitor(house.account, house.change, all[4]!.monitor.id)
  await house.clock.turn(11 * SECOND)
  await settled(house)
  await forgetOld(house.db, house.clock.now(), 7 * 86_400_000)
  for (const it of all) if (it !== all[4]) await it.resolve()
  await settled(house)
  expect(headline(house.pager.edits.at(-1)!.news)).toMatch(/^🟢 All 10 are up again/)
  expect(house.pager.heard.at(-1)?.how).toBe('reply')
})
