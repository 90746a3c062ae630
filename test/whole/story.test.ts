import { PermissionFlagsBits } from 'discord.js'
import { expect, test } from 'vitest'
import { FakeDiscord, show } from '../support/discord/index.ts'
import { Program, temporaryFolder } from '../support/process.ts'
import { Site } from '../support/site.ts'
import { FakeTelegram } from '../support/telegram/index.ts'
import { until } from '../support/until.ts'

const WHOLE_STORY_MS = 60_000

/** Both platforms, a folder, and the real process between them. */
async function town() {
  await using opened = new AsyncDisposableStack()
  const folder = opened.use(await temporaryFolder())
  const discord = opened.use(await FakeDiscord.open())
  const telegram = opened.use(await FakeTelegram.open({ patienceMs: 20_000 }))
  const env = {
    FOLDER: folder.path,
    DATABASE_PATH: 'uptalk.db',
    PORT: '0',
    CANARY_HOSTS: '',
    DISCORD_TOKEN: discord.token,
    DISCORD_API_URL: discord.apiUrl,
    TELEGRAM_TOKEN: telegram.token,
    TELEGRAM_API_URL: telegram.url,
  }
  const kept = opened.move()
  return {
    discord,
    telegram,
    env,
    async start(): Promise<Program> {
      const program = kept.use(Program.start('src/main.ts', [], env))
      await program.hears(/"msg":"ready"/)
      return program
    },
    async shell(...args: string[]): Promise<string> {
      await using program = Program.start('bots/terminal/main.ts', args, env)
      expect([await program.ended(), program.complained]).toEqual([0, ''])
      return program.said.trim()
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

test(
  'a site fails and is mended: both chats hear of it exactly once, though the process is killed in between',
  { timeout: WHOLE_STORY_MS },
  async () => {
    await using there = await town()
    await using site = await Site.open()
    const { discord, telegram } = there
    const uptalk = await there.start()
    await discord.online()
    await uptalk.hears(/https:\/\/t\.me\/UptalkBot\?startgroup=[2-9A-Z]{4}-[2-9A-Z]{4}$/m)

    // Both chats are linked.
    const admin = { permissions: PermissionFlagsBits.ManageGuild }
    const linked = await discord.command({
      name: 'link',
      options: { code: await there.shell('link-code') },
      ...admin,
    })
    expect(show(linked.message)).toContain('Alerts come')
    const ann = telegram.person('Ann')
    const group = telegram.group('Ops', { creator: ann })
    const code = await there.shell('link-code')
    const welcome = await telegram.say({ chat: group, from: ann, text: `/uptime link ${code}` })
    expect(welcome.text).toContain('Alerts come')

    // A monitor is added in one and seen in the other.
    const added = await discord.command({
      name: 'add',
      options: { url: site.url, name: 'Shop', interval: '60s' },
      ...admin,
    })
    expect(show(added.message)).toMatch(/Shop is watched now: up/)
    const status = await telegram.say({ chat: group, from: ann, text: '/uptime@UptalkBot status' })
    expect(status.text).toMatch(/^🟢/u)

    // The site breaks; two looks agree.
    site.status = 500
    for (let look = 0; look < 2; look += 1)
      await discord.command({ name: 'check', options: { monitor: 'Shop' }, ...admin })
    const isAlert = (text: string) => text.includes('Shop is down') && text.includes('Since')
    const alert = await discord.waitFor(
      () => discord.messages().find((it) => isAlert(show(it))),
      'the alert in Discord',
    )
    const told = await telegram.waitFor(() =>
      telegram.messages(group.id).find(({ byBot, text }) => byBot && isAlert(text)),
    )
    expect(show(alert)).toContain('1 of 1 down')
    expect(told.text).toContain('1 of 1 down')
    await until('both are written down', () => uptalk.count('"msg":"notification sent"') === 2)

    // Killed without a word, and started again: nothing is told twice.
    uptalk.kill('SIGKILL')
    expect(await uptalk.ended()).toBe('SIGKILL')
    const again = await there.start()
    await discord.online()
    const still = await telegram.say({ chat: group, from: ann, text: '/uptime status' })
    expect(still.text).toMatch(/^🔴/u)

    // Mended: edited and replied to, exactly once each.
    site.status = 200
    await telegram.say({ chat: group, from: ann, text: '/uptime check Shop' })
    const reply = await discord.waitFor(
      () => discord.messages().find(({ replyTo }) => replyTo === alert.id),
      'the reply in Discord',
    )
    expect(show(reply)).toMatch(/Shop is up again after/)
    const answer = await telegram.waitFor(() =>
      telegram.messages(group.id).find(({ byBot, replyTo }) => byBot && replyTo === told.id),
    )
    expect(answer).toMatchObject({ silent: true })
    await until('all is written down', () => again.count('"msg":"notification sent"') === 4)
    expect(show(alert)).toMatch(/Shop was down for/)
    expect(alert.history).toHaveLength(1)
    expect(telegram.message(told).text).toMatch(/Shop was down for/)
    expect(telegram.message(told).before).toHaveLength(1)
    const about = (text: string) => /Shop (?:is down|was down|is up again)/.test(text)
    expect(discord.messages().filter((it) => about(show(it)))).toHaveLength(2)
    expect(
      telegram.messages(group.id).filter(({ byBot, text }) => byBot && about(text)),
    ).toHaveLength(2)
    expect(discord.refused).toEqual([])

    // And it goes when asked to.
    again.kill('SIGTERM')
    expect(await again.ended()).toBe(0)
    expect(again.said + again.complained).not.toContain(there.env.TELEGRAM_TOKEN)
  },
)
