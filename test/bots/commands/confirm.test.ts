import { expect, test } from 'vitest'
import { MINUTE } from '../../../src/kernel/index.ts'
import type { Actor } from '../../../bots/commands/desk.ts'
import { ANN, BOB, ELSEWHERE, EVE, type House, openHouse, words } from './house.ts'

async function asked(house: House, by: Actor = BOB) {
  await house.add('Shop')
  await house.falls(1)
  const reply = await house.says(by, 'delete shop')
  const [del, keep] = reply.actions
  return { reply, del: del!.press, keep: keep!.press }
}

const names = async ({ ours }: House) =>
  (await ours.selectFrom('monitors').select('name').execute()).map(({ name }) => name)

const OVER = 'That question is answered or over. Ask again: /uptime delete #1'

test('deleting asks the one who wants it, and says what went with it', async () => {
  await using house = await openHouse()
  const { reply, del } = await asked(house)
  expect(words(reply)).toBe(
    [
      'Delete Shop?',
      'Address: https://shop.example.com/',
      'Goes with it: 1 incident, all its checks and figures',
      'It cannot be brought back. Only the asker may confirm, within 2 min.',
      '[Delete it] [Keep it]',
    ].join('\n'),
  )
  expect(await names(house)).toEqual(['Shop'])
  expect(words(await house.presses(BOB, del))).toBe(
    'Shop is deleted.\nGone with it: 1 incident, all its checks and figures. It was down; its outage ends here.',
  )
  expect(await names(house)).toEqual([])
  const ended = await house.ours.selectFrom('incidents').select('end_reason').execute()
  expect(ended).toEqual([{ end_reason: 'deleted' }])
  const { action, actor, place } = await house.ours
    .selectFrom('audit_logs')
    .select(['action', 'actor', 'place'])
    .orderBy('id', 'desc')
    .executeTakeFirstOrThrow()
  expect({ action, actor, place }).toEqual({ action: 'monitor.delete', actor: 'Bob', place: 'Ops' })
})

test('nobody else may confirm, not even the owner; the question stays open', async () => {
  await using house = await openHouse()
  const { del, keep } = await asked(house)
  for (const press of [del, keep])
    expect(words(await house.presses(ANN, press))).toBe('Only the one who asked may confirm this.')
  expect(await names(house)).toEqual(['Shop'])
  expect(words(await house.presses(BOB, del))).toMatch(/^Shop is deleted/)
})

test('after two minutes it is too late', async () => {
  await using house = await openHouse()
  const { del } = await asked(house)
  await house.clock.turn(2 * MINUTE - 1)
  expect(words(await house.presses(ANN, del))).toMatch(/^Only/)
  await house.clock.turn(1)
  expect(words(await house.presses(BOB, del))).toBe(OVER)
  expect(await names(house)).toEqual(['Shop'])
})

test('a word works once, of two presses at the same time one', async () => {
  await using house = await openHouse()
  const { del } = await asked(house)
  const both = await Promise.all([house.presses(BOB, del), house.presses(BOB, del)])
  expect(both.filter((reply) => words(reply).startsWith('Shop is deleted'))).toHaveLength(1)
  expect(words(await house.presses(BOB, del))).toBe(OVER)
})

test('kept is kept, and the word is spent', async () => {
  await using house = await openHouse()
  const { del, keep } = await asked(house)
  expect(words(await house.presses(BOB, keep))).toBe('Shop stays.')
  expect(words(await house.presses(BOB, del))).toBe(OVER)
  expect(await names(house)).toEqual(['Shop'])
})

test('a forged word, one for another monitor, or one of another account is none', async () => {
  await using house = await openHouse()
  const { del } = await asked(house)
  await house.add('API')
  const word = del.split(':').at(-1)!
  for (const forged of ['v1:del:1', 'v1:del:1:', 'v1:del:1:000000000000', `v1:del:2:${word}`])
    expect(words(await house.presses(BOB, forged))).not.toMatch(/is deleted/)
  const theirs = await house.desk.press({ actor: EVE, place: ELSEWHERE }, del)
  expect(words(theirs)).toBe(OVER)
  expect(await names(house)).toEqual(['Shop', 'API'])
})

test('who lost the role meanwhile may no longer confirm', async () => {
  await using house = await openHouse()
  const { del } = await asked(house)
  const demoted: Actor = { ...BOB, standing: 'member' }
  expect(words(await house.presses(demoted, del))).toMatch(/needs the manager role/)
  expect(await names(house)).toEqual(['Shop'])
})
