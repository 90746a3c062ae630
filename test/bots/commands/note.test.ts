import { expect, test } from 'vitest'
import { ANN, BOB, CAT, openHouse, words } from './house.ts'

test('what somebody writes down stands at the incident, by name or number, also when it is over', async () => {
  await using house = await openHouse()
  await house.add('Shop')
  await house.falls(1)
  expect(words(await house.says(BOB, 'note shop restarting the pod'))).toContain(
    'Noted at Shop: restarting the pod',
  )
  expect(words(await house.says(ANN, 'note #1 it was the disk'))).toContain('it was the disk')
  const notes = await house.ours.selectFrom('incident_notes').select(['text', 'author']).execute()
  expect(notes).toEqual([
    { text: 'restarting the pod', author: 'Bob' },
    { text: 'it was the disk', author: 'Ann' },
  ])
  await house.ours.updateTable('incidents').set({ resolved_at: 1 }).execute()
  expect(words(await house.says(BOB, 'note shop afterwards'))).toContain('Noted at Shop')
})

test('what cannot be noted is said', async () => {
  await using house = await openHouse()
  await house.add('Shop')
  expect(words(await house.says(CAT, 'note shop x'))).toMatch(/^Writing notes needs the responder/)
  expect(words(await house.says(BOB, 'note shop x'))).toBe(
    'Shop has had no incident to note anything at.',
  )
  expect(words(await house.says(BOB, 'note #9 x'))).toContain('There is no incident #9')
  expect((await house.says(BOB, 'note shop')).exitCode).toBe(2)
})

test('an owner unties the place after a second word; nobody else does', async () => {
  await using house = await openHouse()
  expect(words(await house.says(BOB, 'unlink'))).toMatch(/^Unlinking needs the owner role/)
  const asked = await house.says(ANN, 'unlink')
  expect(words(asked)).toContain('Untie this server from main?')
  const [untie, keep] = asked.actions.map(({ press }) => press)
  expect(words(await house.presses(BOB, untie!))).toMatch(/^Unlinking needs the owner role/)
  expect(words(await house.presses(ANN, keep!))).toBe('It stays linked.')
  expect(words(await house.presses(ANN, untie!))).toContain('answered or over')
  const again = await house.says(ANN, 'unlink')
  expect(words(await house.presses(ANN, again.actions[0]!.press))).toBe(
    'This server is not linked any more.',
  )
  expect(words(await house.says(ANN, 'status'))).toContain("isn't linked yet")
  expect(await house.ours.selectFrom('channels').selectAll().execute()).toEqual([])
})
