import { describe, expect, test } from 'vitest'
import { addIncident } from './history.ts'
import { type House, openHouse } from './house.ts'

const violation = (propertyPath: string, code: string) => ({
  status: 422,
  json: { violations: [{ propertyPath, code }] },
})

const set = (house: House, body: object) => house.ask('PATCH', '/api/targets/1/is_active', { body })

describe('is_active', () => {
  test.each([
    ['nothing', {}, 'isActive', 'required'],
    ['null', { isActive: null }, 'isActive', 'type'],
    ['words', { isActive: 'true' }, 'isActive', 'type'],
    ['a strange field', { isActive: true, til: 1 }, 'til', 'unknown_field'],
    ['the past', { isActive: false, pausedUntil: '2027-03-01T13:00:00Z' }, 'pausedUntil', 'range'],
    ['31 days', { isActive: false, pausedUntil: '2027-04-01T14:00:01Z' }, 'pausedUntil', 'range'],
    ['a day', { isActive: false, pausedUntil: '2027-03-02' }, 'pausedUntil', 'format'],
    [
      'an end of activity',
      { isActive: true, pausedUntil: '2027-03-02T00:00:00Z' },
      'pausedUntil',
      'conflict',
    ],
  ])('refuses %s', async (_, body, path, code) => {
    await using house = await openHouse()
    await house.add()
    expect(await set(house, body)).toMatchObject(violation(path, code))
  })

  test('pauses, for a while or for good, and resumes with a look at once', async () => {
    await using house = await openHouse()
    const { id } = await house.add()
    const incident = await addIncident(house, house.ours, id)
    const paused = { isActive: false, statusSummary: 'PAUSED', nextCheckAt: null }
    for (let again = 0; again < 2; again += 1)
      expect(await set(house, { isActive: false })).toMatchObject({
        status: 200,
        json: { ...paused, pausedUntil: null },
      })
    expect((await house.ask('GET', `/api/target_incidents/${incident}`)).json).toMatchObject({
      isOpen: false,
      endReason: 'paused',
    })
    const until = await set(house, { isActive: false, pausedUntil: '2027-03-02T14:00:00+01:00' })
    expect(until.json).toMatchObject({ ...paused, pausedUntil: '2027-03-02T13:00:00.000Z' })
    await house.clock.turn(60_000)
    expect((await set(house, { isActive: true })).json).toMatchObject({
      isActive: true,
      statusSummary: 'PENDING',
      nextCheckAt: '2027-03-01T14:01:00.000Z',
      pausedUntil: null,
    })
  })
})
