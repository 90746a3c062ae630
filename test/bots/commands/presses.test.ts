import { describe, expect, test } from 'vitest'
import { ANN, CAT, ELSEWHERE, EVE, openHouse, words } from './house.ts'

async function houseWithShopDown() {
  const house = await openHouse()
  await house.add('Shop')
  await house.falls(1)
  return house
}

describe('a button carries no right', () => {
  const PRESSES = [
    'v1:ack:1',
    'v1:pause:1:60',
    'v1:pause:1:60a',
    'v1:check:1',
    'v1:resume:1',
    'v1:delask:1',
    'v1:ackm:1',
    'v1:noteask:1',
  ]

  test.each([...PRESSES, 'v1:addask:0', 'v1:alon:0', 'v1:aloff:0', 'v1:almute:1o'])(
    '%s pressed by a viewer is refused',
    async (press) => {
      await using house = await houseWithShopDown()
      const reply = await house.presses(CAT, press)
      expect(words(reply)).toMatch(/ needs the (?:responder|manager) role/)
      expect(reply).toMatchObject({ audience: 'asker', exitCode: 1 })
    },
  )

  test.each([...PRESSES, 'v1:show:1', 'v1:inc:1', 'v1:incs:1:1', 'v1:del:1:abc', 'v1:keep:1:abc'])(
    '%s with an id of another account is no longer there',
    async (press) => {
      await using house = await houseWithShopDown()
      const reply = await house.desk.press({ actor: EVE, place: ELSEWHERE }, press)
      expect(words(reply)).toMatch(/^(?:That is no longer there|That question is answered or over)/)
      expect(await house.ours.selectFrom('monitors').select('is_active').execute()).toEqual([
        { is_active: 1 },
      ])
    },
  )

  test.each([
    'v2:ack:1',
    'v1:dance:1',
    'v1:ack',
    'v1:ack:../1',
    '',
    'x'.repeat(200),
    'v1:constructor:1',
  ])('%s is from an older Uptalk, and the state follows', async (press) => {
    await using house = await houseWithShopDown()
    expect(house.desk.pressCard(press)).toBeUndefined()
    expect(words(await house.presses(CAT, press))).toMatch(
      /^This button is from an older Uptalk\. 1 of 1 is down\ndown Shop/,
    )
  })

  test('every button there is fits the wire and belongs to a command', async () => {
    await using house = await houseWithShopDown()
    for (let more = 0; more < 25; more += 1) await house.add(`More ${more}`)
    for (const line of [
      '',
      'list',
      'list down',
      'show shop',
      'incidents',
      'check shop',
      'ack shop',
      'pause more',
      'delete shop',
      'pause shop',
      'add x.example.com',
      'alerts',
      'alerts mute 1h',
      'alerts off',
    ])
      for (const { press } of (await house.says(ANN, line)).actions) {
        expect(press).toMatch(/^v1:[a-z]+:[0-9a-z]+(?::[0-9a-z]+)?$/)
        expect(press.length).toBeLessThanOrEqual(64)
        expect(house.desk.pressCard(press)).toBeDefined()
        const answer = words(await house.presses(ANN, press))
        expect(answer).not.toMatch(/older Uptalk|Something broke/)
      }
  })
})
