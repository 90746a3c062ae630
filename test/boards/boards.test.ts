import { describe, expect, test } from 'vitest'
import { DAY, HOUR, MINUTE, SECOND } from '../../src/kernel/index.ts'
import { words } from '../bots/commands/house.ts'
import { openDiscordTown, openTelegramTown, type Town } from './town.ts'

const on: Readonly<Record<string, () => Promise<Town>>> = {
  Discord: openDiscordTown,
  Telegram: openTelegramTown,
}

const said = async (reply: ReturnType<Town['says']>) => words(await reply)

describe.each(Object.entries(on))('on %s', (_, open) => {
  test('a board is posted silently and pinned at once, and where it is is said', async () => {
    await using town = await open()
    await town.add('Shop')
    expect(await said(town.says('board on'))).toMatch(/^The board is pinned in this ch/)
    expect(town.messages()).toEqual([
      {
        id: expect.any(String) as string,
        text: expect.stringContaining('1 is up') as string,
        pinned: true,
        silent: true,
        edits: 0,
      },
    ])
    expect(await said(town.says('board on'))).toMatch(/^The board is pinned in this ch/)
    expect(await said(town.says('board'))).toMatch(/^The board is pinned in this ch/)
    expect(town.messages()).toHaveLength(1)
  })

  test('it shows what changed, once for all that happens within ten seconds', async () => {
    await using town = await open()
    const ids = [await town.add('Shop'), await town.add('Search'), await town.add('Mail')]
    await town.says('board on')
    for (const id of ids) {
      await town.falls(id)
      await town.later(2 * SECOND)
    }
    expect(town.messages()).toMatchObject([{ edits: 0 }])
    await town.later(4 * SECOND)
    const [{ text, edits, pinned } = {}] = town.messages()
    expect(text).toContain('3 of 3 are down')
    expect([edits, pinned]).toEqual([1, true])
    for (const id of ids) await town.rises(id)
    await town.later(10 * SECOND)
    expect(town.messages()).toMatchObject([
      { edits: 2, text: expect.stringContaining('All 3 are up') as string },
    ])
  })

  test('an hour in which nothing happens edits nothing, however often it is looked at', async () => {
    await using town = await open()
    const id = await town.add('Shop')
    await town.falls(id)
    await town.says('board on')
    for (let minute = 0; minute < 60; minute += 1) {
      await town.account
        .updateTable('monitor_states')
        .set({ last_check_at: town.clock.now(), last_ms: minute })
        .execute()
      await town.later(MINUTE)
    }
    expect(town.messages()).toMatchObject([{ edits: 0 }])
  })

  test('it is woken by what changes', async () => {
    await using town = await open()
    const id = await town.add('Shop')
    await town.says('board on')
    town.clock.step(MINUTE)
    await town.falls(id)
    town.boards.wake()
    await town.clock.turn(SECOND)
    await town.keep()
    expect(town.messages()).toMatchObject([{ edits: 1 }])
  })

  test('whoever deletes it gets it back once; a second time within a day it is off, and that is said', async () => {
    await using town = await open()
    const id = await town.add('Shop')
    await town.says('board on')
    town.platform.delete(town.messages()[0]!)
    await town.falls(id)
    await town.later(MINUTE)
    await town.later(SECOND)
    expect(town.messages()).toMatchObject([{ pinned: true, edits: 0 }])
    town.platform.delete(town.messages()[0]!)
    await town.rises(id)
    await town.later(HOUR)
    await town.later(SECOND)
    const [{ text, pinned } = {}, ...more] = town.messages()
    expect(more).toEqual([])
    expect(text).toMatch(/no longer kept[^]*deleted twice[^]*\/uptime board on/)
    expect(pinned).toBe(false)
    await town.falls(id)
    await town.later(DAY)
    expect(town.messages()).toHaveLength(1)
    expect(await said(town.says('board show'))).toMatch(/^No board is kept/)
    expect(
      await town.account
        .selectFrom('audit_logs')
        .select(['actor_type', 'action'])
        .orderBy('id', 'desc')
        .limit(2)
        .execute(),
    ).toEqual([
      { actor_type: 'engine', action: 'board.delete' },
      { actor_type: 'chat', action: 'board.create' },
    ])
  })

  test('deleted once in a while it comes back each time', async () => {
    await using town = await open()
    const id = await town.add('Shop')
    await town.says('board on')
    for (let time = 0; time < 3; time += 1) {
      town.platform.delete(town.messages()[0]!)
      await (time % 2 === 0 ? town.falls(id) : town.rises(id))
      await town.later(23 * HOUR)
      await town.later(2 * HOUR)
      expect(town.messages()).toMatchObject([{ pinned: true }])
    }
  })

  test('switched off it says so in its last form and is pinned no more', async () => {
    await using town = await open()
    const id = await town.add('Shop')
    await town.says('board on')
    expect(await said(town.says('board off'))).toMatch(/^No board is kept in this ch\S+ any more/)
    await town.later(SECOND)
    await town.falls(id)
    await town.later(MINUTE)
    expect(town.messages()).toMatchObject([{ pinned: false, edits: 1 }])
    expect(town.messages()[0]!.text).toContain('This board is no longer kept')
    expect(await town.db.selectFrom('boards').select('id').execute()).toEqual([])
    expect(await said(town.says('board off'))).toMatch(/^No board is kept/)
    await town.says('board on')
    expect(town.messages()).toMatchObject([{ pinned: false }, { pinned: true }])
  })

  test('a place that is linked no more has no board that looks alive', async () => {
    await using town = await open()
    await town.add('Shop')
    await town.says('board on')
    await town.account.deleteFrom('chat_links').execute()
    await town.later(MINUTE)
    expect(town.messages()).toMatchObject([{ pinned: false, edits: 1 }])
    expect(await town.db.selectFrom('boards').select('id').execute()).toEqual([])
  })

  test('linked anew at once it has another one, and the one before is over', async () => {
    await using town = await open()
    await town.add('Shop')
    await town.says('board on')
    await town.account.deleteFrom('chat_links').execute()
    await town.link()
    expect(await said(town.says('board show'))).toMatch(/^No board is kept/)
    await town.says('board on')
    await town.later(MINUTE)
    await town.later(MINUTE)
    expect(town.messages()).toMatchObject([{ pinned: false }, { pinned: true }])
  })

  test('where it may not be pinned it stands unpinned, and what to do is said', async () => {
    await using town = await open()
    await town.add('Shop')
    mayPin(town, false)
    const answer = await said(town.says('board on'))
    expect(answer).toMatch(/is not pinned\nWhy: Uptalk may not pin messages in this ch/)
    expect(answer).toContain('Allow that, then once more: /uptime board on')
    expect(town.messages()).toMatchObject([{ pinned: false }])
    mayPin(town, true)
    expect(await said(town.says('board on'))).toMatch(/^The board is pinned/)
    expect(town.messages()).toMatchObject([{ pinned: true }])
  })

  test('what waits to be told in the chat goes first', async () => {
    await using town = await open()
    const id = await town.add('Shop')
    await town.says('board on')
    await town.falls(id)
    await town.account.updateTable('notifications').set({ state: 'pending' }).execute()
    await town.later(MINUTE)
    expect(town.messages()).toMatchObject([{ edits: 0 }])
    await town.told()
    await town.later(SECOND)
    expect(town.messages()).toMatchObject([{ edits: 1 }])
  })

  test('put out of the chat it rests, and goes on when the bot is back', async () => {
    await using town = await open()
    const id = await town.add('Shop')
    await town.says('board on')
    const { place } = town.platform
    await town.desk.placeLeft(place, 'Uptalk was removed')
    await town.falls(id)
    await town.later(MINUTE)
    expect(town.messages()).toMatchObject([{ edits: 0 }])
    expect(await said(town.says('board show'))).toContain('Uptalk was removed')
    await town.desk.placeBack(place)
    await town.told()
    await town.later(MINUTE)
    expect(town.messages()).toMatchObject([{ edits: 1, pinned: true }])
  })

  test('a viewer looks at it, and changes nothing', async () => {
    await using town = await open()
    const cat = { userId: '3', displayName: 'Cat', standing: 'member' } as const
    expect(await said(town.says('board on', cat))).toMatch(/needs the manager role/)
    expect(await said(town.says('board show', cat))).toMatch(/^No board is kept/)
    expect(town.messages()).toEqual([])
  })

  test('what is asked of it is answered beside it', async () => {
    await using town = await open()
    const id = await town.add('Shop')
    await town.says('board on')
    await town.falls(id)
    const cat = { userId: '3', displayName: 'Cat', standing: 'member' } as const
    const ask = { actor: cat, place: town.platform.place }
    const press = async (what: string) => town.desk.press(ask, what)
    expect(await press('v1:incs:1:.')).toMatchObject({ audience: 'asker' })
    const list = await press('v1:list:1:.')
    expect(list.audience).toBe('asker')
    expect(words(list)).toContain('1 monitor')
    const fresh = await press('v1:board:0')
    expect(fresh.audience).toBe('all')
    expect(words(fresh)).toContain('1 of 1 is down')
  })
})

function mayPin({ platform }: Town, may: boolean): void {
  if ('room' in platform) Object.assign(platform.room as object, { mayPin: may })
  else Object.assign((platform as { fake?: { channel: object } }).fake!.channel, { mayPin: may })
}
