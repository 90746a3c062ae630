import { describe, expect, test } from 'vitest'
import { BOB, CAT, openHouse, words } from './house.ts'

async function shops() {
  const house = await openHouse()
  for (const name of ['Shop', 'Shop EU', 'Workshop', 'API', '2 fast']) await house.add(name)
  return house
}

describe('which monitor', () => {
  test.each([
    ['shop', 'Shop waits'],
    ['SHOP', 'Shop waits'],
    ['work', 'Workshop waits'],
    ['p e', 'Shop EU waits'],
    ['#4', 'API waits'],
    ['4', 'API waits'],
    ['2', '2 fast waits'],
    ['#99', 'There is no monitor #99.'],
    ['shpo', 'There is no monitor shpo.\nNearest: Shop, Shop EU, '],
  ])('%s', async (typed, answer) => {
    await using house = await shops()
    expect(words(await house.says(CAT, `show ${typed}`))).toContain(answer)
  })

  test('several are offered, and the choice does what was asked', async () => {
    await using house = await shops()
    const reply = await house.says(BOB, 'pause sho 2h')
    expect(words(reply)).toBe(
      [
        'sho could be 2 monitors. Which one?',
        'pending Shop #1 · waits for its first look',
        'pending Shop EU #2 · waits for its first look',
        '[Shop #1] [Shop EU #2]',
      ].join('\n'),
    )
    expect(words(await house.presses(BOB, reply.actions[1]!.press))).toMatch(
      /^Shop EU is paused until <clock 2027-03-01T16:00/,
    )
  })

  test('two of the same name are told apart by their numbers', async () => {
    await using house = await shops()
    await house.add('API')
    expect((await house.says(BOB, 'check api')).actions.map(({ label }) => label)).toEqual([
      'API #4',
      'API #6',
    ])
  })
})
