import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { runTerminal } from '../../bots/terminal/run.ts'
import { FakeTelegram } from '../support/telegram/index.ts'
import { openHome } from './home.ts'

test.each(['ABCD-2345', 'abcd2345'] as const)(
  'the link that adds the bot to a group spends its code there, written like %s',
  async (form) => {
    await using home = await openHome()
    const { telegram, codeFor } = home
    const ann = telegram.person('Ann')
    const chat = telegram.group('Ops', { creator: ann })
    const code = await codeFor()
    const typed = form.includes('-') ? code : code.replace('-', '').toLowerCase()
    const said = await telegram.say({ chat, from: ann, text: `/start@UptalkBot ${typed}` })
    expect(said.text).toMatch(/^This chat belongs to the account main now\.\nAlerts come to this/)
    const spent = await telegram.say({ chat, from: ann, text: `/start@UptalkBot ${typed}` })
    expect(spent.text).toBe('This place belongs to the account main already.')
  },
)

test('a private chat is linked by its own link, a group only by who runs it', async () => {
  await using home = await openHome()
  const { telegram, codeFor } = home
  const [ann, eve] = [telegram.person('Ann'), telegram.person('Eve')]
  const code = await codeFor()
  const chat = telegram.group('Ops', { creator: ann })
  const refused = await telegram.say({ chat, from: eve, text: `/start@UptalkBot ${code}` })
  expect(refused.text).toBe('Linking this chat needs somebody who administers it.')
  const alone = telegram.privateChat(ann)
  const said = await telegram.say({ chat: alone, from: ann, text: `/start ${code}` })
  expect(said.text).toMatch(/^This chat belongs to the account main now\./)
})

async function linkCode(env: Record<string, string>) {
  const folder = await mkdtemp(path.join(tmpdir(), 'uptalk-link-'))
  const said = { out: '', err: '' }
  const heard = (to: 'out' | 'err', isTTY: boolean) => ({
    isTTY,
    write: (text: string) => void (said[to] += text),
  })
  const screen = { in: Readable.from([]), out: heard('out', true), err: heard('err', true) }
  await runTerminal({ args: ['link-code'], env, folder, ...screen })
  await rm(folder, { recursive: true })
  return said
}

test('whoever makes a code at a prompt is given the link, where Telegram says how the bot is called', async () => {
  await using telegram = await FakeTelegram.open()
  const env = { TELEGRAM_TOKEN: telegram.token, TELEGRAM_API_URL: telegram.url }
  const { out, err } = await linkCode(env)
  expect(err).toBe(
    `In the chat: /uptime link ${out}Into a Telegram group, linked at once: https://t.me/UptalkBot?startgroup=${out}`,
  )
  await telegram.away()
  expect((await linkCode(env)).err).toMatch(/^In the chat: .*\n$/)
  expect((await linkCode({})).err).toMatch(/^In the chat: .*\n$/)
})
