import { PermissionFlagsBits } from 'discord.js'
import { expect, test } from 'vitest'
import { createLinkCode } from '../../../src/accounts/index.ts'
import { show } from '../../support/discord/index.ts'
import { openHouse } from '../commands/house.ts'
import { onlineBot } from './bot.ts'

/** Our server, linked by Ann, with the real desk behind the adapter. */
async function openServer() {
  await using opened = new AsyncDisposableStack()
  const house = opened.use(await openHouse())
  const bot = opened.use(await onlineBot({ asked: house.desk }))
  const { fake } = bot
  const [ann, bob, cat] = [fake.user('ann', 'Ann'), fake.user('bob', 'Bob'), fake.user('cat')]
  const { ours, clock, chance } = house
  const code = await createLinkCode(ours, clock.now(), chance, { type: 'cli', name: 'test' })
  await fake.command({
    name: 'link',
    options: { code },
    user: ann,
    permissions: PermissionFlagsBits.ManageGuild,
  })
  await house.add('Shop')
  const kept = opened.move()
  return { house, fake, ann, bob, cat, [Symbol.asyncDispose]: () => kept.disposeAsync() }
}

test('a person is picked from the list, and does what he was refused before', async () => {
  await using server = await openServer()
  const { fake, ann, bob } = server
  const pause = () => fake.command({ name: 'pause', options: { monitor: 'shop' }, user: bob })
  const refused = await pause()
  expect(show(refused.message)).toBe(
    'Pausing needs the responder role. Ann and the administrators here have it.',
  )
  expect(refused.ephemeral).toBe(true)
  const give = { name: 'access give', options: { who: bob, role: 'responder' } }
  expect(show((await fake.command({ ...give, user: bob })).message)).toBe(
    'Giving roles needs the owner role. Ann has it.',
  )
  expect(show((await fake.command({ ...give, user: ann })).message)).toBe(
    'Bob is responder here now.',
  )
  const paused = await pause()
  expect(show(paused.message)).toContain('Shop is paused')

  // Taken away while the message with its button still stands there.
  await fake.command({ name: 'access take', options: { who: bob }, user: ann })
  const pressed = await fake.press(paused.message, 'Resume', { user: bob })
  expect(pressed).toMatchObject({ kind: 'reply', ephemeral: true })
  expect(show(pressed.message)).toMatch(/^Resuming needs the responder role/)
  expect(fake.refused).toEqual([])
})

test('a role of the server gives what it was given, is named, and never called', async () => {
  await using server = await openServer()
  const { fake, ann, bob, cat } = server
  const ops = fake.addRole('Ops')
  const given = await fake.command({
    name: 'access give',
    options: { who: ops, role: 'manager' },
    user: ann,
  })
  expect(show(given.message)).toBe('\\@Ops is manager here now.')
  const add = (user: typeof bob, roles: (typeof ops)[]) =>
    fake.command({ name: 'whoami', user, roles })
  expect(show((await add(cat, [ops])).message)).toMatch(
    /cat, manager here[^]*by the role \\@Ops, given by Ann/,
  )
  const other = fake.addRole('Guests')
  expect(show((await add(bob, [other])).message)).toContain('Bob, viewer here')
  const refused = await fake.command({ name: 'alerts off', user: bob, roles: [other] })
  expect(show(refused.message)).toBe(
    'Changing alerts needs the manager role. Ann, \\@Ops and the administrators here have it.',
  )
  for (const { body } of [given.message, refused.message])
    expect(body.allowed_mentions).toEqual({ parse: [] })
})

test('the default none shuts everybody out who has no role; the owner of the server stays in', async () => {
  await using server = await openServer()
  const { fake, ann, cat } = server
  await fake.command({ name: 'access default', options: { role: 'none' }, user: ann })
  expect(show((await fake.command({ name: 'status', user: cat })).message)).toMatch(
    /needs the viewer role\. Ann and the administrators here have it\.$/,
  )
  expect(
    await fake.autocomplete({ name: 'show', option: 'monitor', typed: '', user: cat }),
  ).toEqual([])
  expect(show((await fake.command({ name: 'list' })).message)).toContain('Shop')
  const listed = await fake.command({ name: 'access show' })
  expect(listed.ephemeral).toBe(true)
  expect(show(listed.message)).toContain('Everybody else: nothing, not even a look')
})

test('neither who linked the server nor @everyone is given anything', async () => {
  await using server = await openServer()
  const { fake, ann } = server
  const give = async (who: Parameters<typeof fake.command>[0]['options']) =>
    show((await fake.command({ name: 'access give', options: { ...who, role: 'none' } })).message)
  expect(await give({ who: ann })).toBe('Ann linked this server, and stays its owner.')
  expect(await give({ who: { id: fake.guild.id, name: '@everyone' } })).toBe(
    'What everybody may do is the default: /uptime access default responder',
  )
})
