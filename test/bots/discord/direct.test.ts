import { expect, test } from 'vitest'
import { commandOf, COMMANDS } from '../../../bots/commands/catalogue.ts'
import { readOptions, wordsOf } from '../../../bots/commands/line.ts'
import { show } from '../../support/discord/index.ts'
import { openHome } from '../home.ts'

/** Our server's words would be wrong there, and a form that is refused has lost its buttons. */
const WRONG = /this (?:server|channel|topic)|isn't linked|Something broke|is no option|is required/

test('every command works in a direct message, in its own words', async () => {
  await using home = await openHome()
  const { discord } = home
  await home.add('Shop')
  await home.falls(1)
  const at = { guildId: null, user: discord.user('bob') }
  const give = async (line: string) => {
    const { command, rest } = commandOf(wordsOf(line))!
    const read = readOptions(command.options, rest)
    const options = 'given' in read ? read.given : {}
    return (await discord.command({ name: command.card.name, options, ...at })).message
  }
  expect(show(await give(`link ${await home.codeFor()}`))).toMatch(
    /^This chat belongs to the account main now\.\nAlerts come to this chat from now on/,
  )
  // What ends the test's monitor or its link comes last.
  const last = new Set(['delete', 'unlink', 'link'])
  for (const { card } of COMMANDS.filter((it) => !last.has(it.card.name)))
    expect([card.name, show(await give(card.example))]).toEqual([
      card.name,
      expect.not.stringMatching(WRONG),
    ])
  expect(show(await give('whoami'))).toContain('owner here\nWhy: this chat is yours')
  const asked = await give('delete shop')
  expect(show((await discord.press(asked, 'Delete it', at)).message)).toMatch(/^Shop is deleted/)
  const untied = await discord.press(await give('unlink'), 'Unlink it', at)
  expect(show(untied.message)).toBe('This chat is not linked any more.')
  expect(discord.refused).toEqual([])
  expect(home.logged).toEqual([])
})

test('a button in a direct message is pressed by nobody’s leave but its own account’s', async () => {
  await using home = await openHome()
  const { discord } = home
  await home.add('Shop')
  const [bob, eve] = [discord.user('bob'), discord.user('eve')]
  const options = { code: await home.codeFor() }
  await discord.command({ name: 'link', guildId: null, user: bob, options })
  const { message } = await discord.command({ name: 'status', guildId: null, user: bob })
  const pressed = await discord.press(message, 'Refresh', { guildId: null, user: eve })
  expect(show(pressed.message)).toMatch(/^This chat isn't linked yet\./)
  expect(pressed.ephemeral).toBe(true)
})
