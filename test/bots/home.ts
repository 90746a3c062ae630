import { openDiscord } from '../../bots/discord/index.ts'
import { openTelegram } from '../../bots/telegram/index.ts'
import { wordNews } from '../../bots/commands/index.ts'
import { createLinkCode } from '../../src/accounts/index.ts'
import { quietLog } from '../../src/kernel/index.ts'
import type { AccountDb } from '../../src/storage/index.ts'
import { FakeDiscord } from '../support/discord/index.ts'
import { FakeTelegram } from '../support/telegram/index.ts'
import { openHouse } from './commands/house.ts'

/** The commands themselves, their database, and both platforms: what people do is done for real. */
export async function openHome() {
  await using opened = new AsyncDisposableStack()
  const house = opened.use(await openHouse())
  const discord = opened.use(await FakeDiscord.open())
  const { clock, chance, desk } = house
  const telegram = opened.use(await FakeTelegram.open({ now: () => clock.now() }))
  const tools = { clock, chance, log: quietLog }
  opened.use(
    openDiscord({ token: discord.token, apiUrl: discord.apiUrl }, desk, wordNews, tools).part,
  )
  const updates = new Set<number>()
  const seen = { first: async (id: number) => updates.size !== updates.add(id).size }
  opened.use(
    openTelegram({ token: telegram.token, apiUrl: telegram.url }, desk, wordNews, seen, tools).part,
  )
  await discord.waitFor(() => discord.commands.length > 0, 'the commands')
  await telegram.polled()
  const kept = opened.move()
  return {
    ...house,
    discord,
    telegram,
    codeFor: (account: AccountDb = house.ours) =>
      createLinkCode(account, clock.now(), chance, { type: 'cli', name: 'test' }),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

/** Both platforms linked to our account, by who runs the place. */
export async function openLinkedHome() {
  const home = await openHome()
  const { discord, telegram, codeFor } = home
  await discord.command({ name: 'link', options: { code: await codeFor() } })
  const [ann, bob, cat] = ['Ann', 'Bob', 'Cat'].map((it) => telegram.person(it))
  const group = telegram.group('Ops', { creator: ann!, administrators: [bob!] })
  await telegram.say({ chat: group, from: ann!, text: `/uptime link ${await codeFor()}` })
  return { ...home, group, ann: ann!, bob: bob!, cat: cat! }
}
