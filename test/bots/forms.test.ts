import { PermissionFlagsBits } from 'discord.js'
import { describe, expect, test } from 'vitest'
import { MINUTE, SECOND } from '../../src/kernel/index.ts'
import { show } from '../support/discord/index.ts'
import type { Sent } from '../support/telegram/index.ts'
import { openLinkedHome } from './home.ts'

const MANAGES = { permissions: PermissionFlagsBits.ManageGuild }

async function withShopDown() {
  const home = await openLinkedHome()
  await home.add('Shop')
  const incident = await home.falls(1)
  return { ...home, incident }
}

describe('on Discord', () => {
  test('Add one opens a form, and what is filled in is watched', async () => {
    await using home = await openLinkedHome()
    const { discord } = home
    const { message } = await discord.command({ name: 'status' })
    expect(show(message)).toBe(
      '⚪ Nothing is watched yet. /uptime add https://example.com\n[Add one]',
    )
    const opened = await discord.people.open(message, 'Add one')
    expect(opened.modal).toMatchObject({ custom_id: 'v1:form:add', title: 'Watch something' })
    const values = { url: 'https://shop.example', name: 'Shop' }
    const { message: added, ephemeral } = await discord.people.fill(opened, values)
    expect(show(added)).toMatch(/^🟢 Shop is watched now: up · 182 ms/)
    expect(ephemeral).toBe(false)
    expect(discord.refused).toEqual([])
    expect(await home.ours.selectFrom('monitors').select(['name', 'url']).execute()).toEqual([
      { name: 'Shop', url: 'https://shop.example' },
    ])
  })

  test('what breaks a rule is said to who filled it in, with an example', async () => {
    await using home = await openLinkedHome()
    const { message } = await home.discord.command({ name: 'status' })
    const opened = await home.discord.people.open(message, 'Add one')
    const answer = await home.discord.people.fill(opened, { url: 'ftp://shop.example' })
    expect(show(answer.message)).toMatch(/^"url" must begin with http.*\nTry: \/uptime add https/s)
    expect(answer.ephemeral).toBe(true)
  })

  test('a note is taken as it is, several lines and an equals sign included', async () => {
    await using home = await withShopDown()
    const { discord, incident } = home
    const { message } = await discord.command({ name: 'ack', options: { incident: 'shop' } })
    const opened = await discord.people.open(message, 'Add note')
    expect(opened.modal.title).toBe(`Note at incident #${incident}`)
    const text = 'timeout=5 is too short\n"restarting"'
    expect(show((await discord.people.fill(opened, { text })).message)).toMatch(/^🔴 Noted at Shop/)
    expect(await home.ours.selectFrom('incident_notes').select('text').execute()).toEqual([
      { text },
    ])
  })

  test('the guard is asked at the press, and again when the form comes back', async () => {
    await using home = await openLinkedHome()
    const { discord } = home
    const { message } = await discord.command({ name: 'status' })
    const bob = { user: discord.user('bob'), ...MANAGES }
    const refused = await discord.press(message, 'Add one', { user: discord.user('cat') })
    expect(show(refused.message)).toMatch(/^Adding a monitor needs the manager role/)
    expect(refused.ephemeral).toBe(true)
    const opened = await discord.people.open(message, 'Add one', bob)
    const values = { url: 'https://shop.example' }
    const late = await discord.people.fill(opened, values, { user: bob.user })
    expect(show(late.message)).toMatch(/^Adding a monitor needs the manager role/)
    expect(await home.ours.selectFrom('monitors').select('id').execute()).toEqual([])
  })

  test.each(['v0:form:add', 'v2:form:add', 'v1:form:', 'modal'])(
    'a form that calls itself %s is of another version, and told so',
    async (customId) => {
      await using home = await openLinkedHome()
      const { message } = await home.discord.command({ name: 'status' })
      const opened = await home.discord.people.open(message, 'Add one')
      const values = { url: 'https://shop.example' }
      const answer = await home.discord.people.fill(opened, values, { customId })
      expect(show(answer.message)).toMatch(/^⚪ This button is from an older Uptalk/)
    },
  )

  test('an incident of another account is no longer there', async () => {
    await using home = await withShopDown()
    const { discord, codeFor, theirs } = home
    const other = discord.addGuild('Rivals')
    await discord.command({
      name: 'link',
      guildId: other.id,
      options: { code: await codeFor(theirs) },
    })
    const { message } = await discord.command({ name: 'status', guildId: other.id })
    const at = { guildId: other.id, channelId: other.channels[0]!.id }
    const pressed = await discord.people.pressRaw(message, 'v1:noteask:1', at)
    expect(show(pressed.message)).toBe('That is no longer there.')
    const opened = await discord.people.open(message, 'Add one', at)
    const filled = await discord.people.fill(
      opened,
      { url: 'x' },
      { ...at, customId: 'v1:form:note #1 text=hi' },
    )
    expect(show(filled.message)).not.toContain('Noted')
    expect(await home.ours.selectFrom('incident_notes').select('text').execute()).toEqual([])
  })
})

describe('on Telegram', () => {
  async function asked() {
    const home = await withShopDown()
    const { telegram, group, ann, clock } = home
    await clock.turn(SECOND)
    const taken = await telegram.say({ chat: group, from: ann, text: '/uptime ack shop' })
    await telegram.press(taken, 'Add note', ann)
    const prompt = await telegram.waitFor(() =>
      telegram.messages(group.id).find(({ asks }) => asks !== null),
    )
    const answer = async (text: string, from = ann, to: Sent = prompt) => {
      await clock.turn(SECOND)
      return (await telegram.say({ chat: group, from, text, to })).text
    }
    const notes = () => home.ours.selectFrom('incident_notes').select(['text', 'author']).execute()
    return { ...home, prompt, answer, notes }
  }

  test('the button asks, and the reply is the note', async () => {
    await using home = await asked()
    const { prompt, ann } = home
    expect(prompt.text).toBe(
      'Ann: What is to be noted at Shop?\nReply to this message with your answer, or type: /uptime note #1 text="restarting the pod"',
    )
    expect(prompt.asks).toEqual({
      force_reply: true,
      selective: true,
      input_field_placeholder: 'restarting the pod',
    })
    expect(prompt.entities[0]).toMatchObject({ type: 'text_mention', user: { id: ann.id } })
    expect(await home.answer('timeout=5 was too short')).toMatch(/^🔴 Noted at Shop: timeout=5/)
    expect(await home.notes()).toEqual([{ text: 'timeout=5 was too short', author: 'Ann' }])
  })

  test('what can be typed instead does the same', async () => {
    await using home = await asked()
    const { telegram, group, ann, prompt } = home
    await home.clock.turn(SECOND)
    const typed = prompt.text.slice(prompt.entities.at(-1)!.offset)
    const said = await telegram.say({ chat: group, from: ann, text: typed })
    expect(said.text).toMatch(/^🔴 Noted at Shop: restarting the pod/)
  })

  test('somebody else’s answer is none, and neither is one after ten minutes', async () => {
    await using home = await asked()
    expect(await home.answer('me too', home.bob)).toMatch(
      /^Somebody else was asked that\. .*type: \/uptime note #1/,
    )
    await home.clock.turn(10 * MINUTE)
    expect(await home.answer('at last')).toMatch(/^That was asked more than 10 min ago\. /)
    expect(await home.notes()).toEqual([])
  })

  test('a reply to anything else is not for us', async () => {
    await using home = await asked()
    const { telegram, group, ann } = home
    const [, answer] = telegram.messages(group.id)
    telegram.tell({ chat: group, from: ann, text: 'thanks', to: answer! })
    const [own] = telegram.messages(group.id)
    telegram.tell({ chat: group, from: ann, text: 'thanks', to: own! })
    expect(await home.answer('the only one')).toMatch(/^🔴 Noted at Shop: the only one/)
    expect(await home.notes()).toHaveLength(1)
  })

  test('who may not is refused at the press, and asked nothing', async () => {
    await using home = await withShopDown()
    const { telegram, group, cat, clock } = home
    await clock.turn(SECOND)
    const list = await telegram.say({ chat: group, from: cat, text: '/uptime list' })
    expect(await telegram.press(list, 'Add one', cat)).toMatchObject({
      text: expect.stringMatching(/^Adding a monitor needs the manager role/),
      alert: true,
    })
  })

  test('an address is asked for, looked at, and the rule said where it is none', async () => {
    await using home = await openLinkedHome()
    const { telegram, group, bob, clock } = home
    await clock.turn(SECOND)
    const empty = await telegram.say({ chat: group, from: bob, text: '/uptime' })
    await telegram.press(empty, 'Add one', bob)
    const prompt = await telegram.waitFor(() =>
      telegram.messages(group.id).find(({ asks }) => asks !== null),
    )
    await clock.turn(SECOND)
    const wrong = await telegram.say({ chat: group, from: bob, text: 'ftp://x', to: prompt })
    const said = await telegram.waitFor(() => {
      const { text } = telegram.message(wrong)
      return text === 'Looking…' ? undefined : text
    })
    expect(said).toMatch(/^"url" must begin with http/)
  })

  test('a channel, where nobody has a name, gets the words alone', async () => {
    await using home = await openLinkedHome()
    const { telegram, ann, clock, codeFor } = home
    const chat = telegram.channel('News')
    await telegram.say({ chat, from: ann, text: `/uptime link ${await codeFor()}` })
    await clock.turn(SECOND)
    const empty = await telegram.say({ chat, from: ann, text: '/uptime' })
    chat.administrators.push(ann)
    expect(await telegram.press(empty, 'Add one', ann)).toEqual({
      text: 'Which address is to be watched?\nType: /uptime add url=https://example.com',
      alert: true,
    })
  })
})
