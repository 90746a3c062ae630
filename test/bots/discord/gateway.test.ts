import { expect, test } from 'vitest'
import { show } from '../../support/discord/index.ts'
import { type Bot, onlineBot, passBy, startBot } from './bot.ts'

const MINUTE = 60_000

// discord.js waits half a second here and there; these tests wait beside each other.

/** Proof that people are heard and answered. */
async function expectAnswering({ fake }: Bot): Promise<void> {
  const { message } = await fake.command({ name: 'status' })
  expect(show(message)).toBe('heard status')
}

const eventsOf = ({ lines }: Bot, event: string) => lines.filter((line) => line.event === event)

test.concurrent('the login asks for guilds only, once, after the gateway said hello', async () => {
  await using bot = await onlineBot()
  expect(bot.fake.gateway.sessions.map(({ intents }) => intents)).toEqual([1])
  expect(bot.fake.gateway.connections).toBe(2)
  expect(bot.part.state()).toBe('ok')
})

test.concurrent('an event of a shape nobody expects is lost alone, and said', async () => {
  await using bot = await onlineBot()
  bot.fake.gateway.dispatch('INTERACTION_CREATE', { id: '1', type: 2, data: { type: 1 } })
  await expectAnswering(bot)
  expect(eventsOf(bot, 'discord event was not understood')).toHaveLength(1)
})

test.concurrent('a command that says nothing of purchases and installations is heard', async () => {
  await using bot = await onlineBot()
  bot.fake.gateway.dispatch('INTERACTION_CREATE', {
    id: '1',
    application_id: '2',
    token: 'once',
    type: 2,
    data: { id: '3', name: 'uptime', type: 1, options: [{ name: 'status', type: 1 }] },
    user: { id: '4', username: 'ann' },
  })
  await expectAnswering(bot)
  expect(bot.desk.heard).toHaveLength(2)
})

test.concurrent('a platform that answers 503 is tried again until it is well', async () => {
  await using bot = await startBot({
    prepare: ({ faults }) => faults.plan(/GET .*gateway/, { status: 503 }, 2),
  })
  await passBy(bot, 1000)
  expect(bot.part.state()).toBe('retrying')
  await passBy(bot, 2000)
  await expectAnswering(bot)
  expect(bot.part.state()).toBe('ok')
  expect(eventsOf(bot, 'part failed')).toHaveLength(1)
})

test.concurrent.each(['away', 'mute'] as const)(
  'no login is tried on a gateway that is %s',
  async (mood) => {
    await using bot = await startBot({
      prepare: ({ gateway }) => {
        gateway.nextMoods.push(mood, mood)
      },
    })
    const { gateway } = bot.fake
    for (const backOff of [1000, 2000]) {
      await bot.fake.waitFor(() => gateway.nextMoods.length === (backOff === 1000 ? 1 : 0))
      if (mood === 'mute') await passBy(bot, 10_000)
      await passBy(bot, backOff)
    }
    await expectAnswering(bot)
    expect(gateway.sessions).toHaveLength(1)
    expect(gateway.connections).toBe(4)
  },
)

test.concurrent('a client whose login failed stays dead when the gateway is back', async () => {
  await using bot = await startBot({
    prepare: ({ gateway }) => {
      gateway.nextMoods.push('well', 'away')
    },
  })
  const { gateway } = bot.fake
  await bot.fake.waitFor(() => gateway.connections === 2 && bot.part.state() === 'retrying')
  expect(await gateway.isQuiet(700)).toBe(true)
  await passBy(bot, 1000)
  await expectAnswering(bot)
  expect(gateway.sessions).toHaveLength(1)
})

test.concurrent('a login that is never finished is given up after a minute', async () => {
  await using bot = await startBot({
    prepare: ({ gateway }) => {
      gateway.nextMoods.push('well', 'deaf')
    },
  })
  const { gateway } = bot.fake
  await bot.fake.waitFor(() => gateway.connections === 2)
  await passBy(bot, MINUTE)
  await passBy(bot, 1000)
  await expectAnswering(bot)
  expect(gateway.sessions).toHaveLength(1)
})

test.concurrent('with the day’s logins almost used up none is tried', async () => {
  await using bot = await startBot({
    prepare: ({ gateway }) => {
      gateway.loginsLeft = 5
    },
  })
  const { gateway } = bot.fake
  await passBy(bot, 1000)
  await bot.fake.waitFor(() => bot.clock.isAsleepFor(2000))
  expect(gateway.connections).toBe(0)
  gateway.loginsLeft = 1000
  await passBy(bot, 2000)
  await expectAnswering(bot)
})

test.concurrent('a refused token stops the part, said once, and nothing is asked again', async () => {
  await using bot = await startBot({ token: 'wrong.token.here' })
  const { fake } = bot
  await fake.waitFor(() => bot.part.state() === 'stopped')
  const asked = fake.requests.length
  await bot.clock.turn(60 * MINUTE)
  expect(fake.requests).toHaveLength(asked)
  expect(bot.lines).toMatchObject([{ level: 'error', event: 'part stopped' }])
  expect(JSON.stringify(bot.lines)).not.toContain('wrong.token.here')
})

test.concurrent('a token refused at the gateway stops the part too', async () => {
  await using bot = await startBot({
    prepare: ({ gateway }) => {
      gateway.closeNextIdentify = 4004
    },
  })
  await bot.fake.waitFor(() => bot.part.state() === 'stopped')
  expect(await bot.fake.gateway.isQuiet(700)).toBe(true)
})

test.concurrent.each([4004, 4013, 4014])(
  'closed with %i while running, the part stops',
  async (code) => {
    await using bot = await onlineBot()
    bot.fake.gateway.close(code)
    await bot.fake.waitFor(() => bot.part.state() === 'stopped')
    await bot.clock.turn(60 * MINUTE)
    expect(eventsOf(bot, 'part stopped')).toHaveLength(1)
    expect(bot.fake.gateway.sessions).toHaveLength(1)
  },
)

test.concurrent.each([
  ['op 7', (bot: Bot) => bot.fake.gateway.op(7)],
  ['op 9', (bot: Bot) => bot.fake.gateway.op(9, true)],
  ['close 4000', (bot: Bot) => bot.fake.gateway.close(4000)],
  ['a cut connection', (bot: Bot) => bot.fake.gateway.close()],
])('after %s the connection mends itself', async (_, happen) => {
  await using bot = await onlineBot()
  happen(bot)
  await bot.fake.waitFor(() => bot.fake.gateway.resumes === 1)
  await expectAnswering(bot)
  expect(bot.part.state()).toBe('ok')
  expect(eventsOf(bot, 'part failed')).toEqual([])
})

test.concurrent('after op 9 for good a new session is begun', async () => {
  await using bot = await onlineBot()
  const { gateway } = bot.fake
  gateway.op(9)
  // discord.js leaves 5 s between two logins, too long to wait for here; but it is on its way.
  await bot.fake.waitFor(() => gateway.connections === 3)
  expect(eventsOf(bot, 'part failed')).toEqual([])
})

test.concurrent('a gateway that acknowledges no heartbeat is left for a new connection', async () => {
  await using bot = await startBot({
    prepare: ({ gateway }) => {
      gateway.heartbeatMs = 50
      gateway.acknowledges = false
    },
  })
  const { gateway } = bot.fake
  await bot.fake.waitFor(() => gateway.connections >= 3)
  gateway.acknowledges = true
  await bot.fake.waitFor(() => gateway.live.length > 0)
  await expectAnswering(bot)
  expect(eventsOf(bot, 'part failed')).toEqual([])
})

test.concurrent('while the gateway is away the part says so once a minute, and hears afterwards what it missed', async () => {
  await using bot = await onlineBot()
  const { fake } = bot
  fake.gateway.mood = 'away'
  const before = fake.gateway.connections
  const asked = fake.command({ name: 'status' })
  fake.gateway.close()
  await fake.waitFor(() => fake.gateway.connections >= before + 2)
  expect(bot.part.state()).toBe('retrying')
  expect(eventsOf(bot, 'discord gateway went away').length).toBeLessThan(2)
  fake.gateway.mood = 'well'
  expect(show((await asked).message)).toBe('heard status')
  expect(bot.part.state()).toBe('ok')
  expect(bot.returns()).toBe(2)
  expect(fake.gateway.sessions).toHaveLength(1)
})

test.concurrent('a gateway that falls silent for minutes is logged in to anew', async () => {
  await using bot = await onlineBot()
  const { fake } = bot
  for (let half = 0; half <= 10; half += 1) await passBy(bot, MINUTE / 2)
  await passBy(bot, 1000)
  await fake.waitFor(() => fake.gateway.sessions.length === 2)
  expect(fake.gateway.live).toHaveLength(1)
  await expectAnswering(bot)
})

test.concurrent('closing says goodbye, and while the gateway is away nothing lives on', async () => {
  const bot = await onlineBot()
  const { gateway } = bot.fake
  gateway.mood = 'away'
  const before = gateway.connections
  gateway.close()
  await bot.fake.waitFor(() => gateway.connections > before)
  await bot.part[Symbol.asyncDispose]()
  gateway.mood = 'well'
  expect(await gateway.isQuiet(700)).toBe(true)
  expect(bot.part.state()).toBe('stopped')
  await bot[Symbol.asyncDispose]()
})
