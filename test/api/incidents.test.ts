import { describe, expect, test } from 'vitest'
import { addIncident } from './history.ts'
import { openHouse } from './house.ts'

describe('incidents', () => {
  test('show what happened, and how long it has lasted', async () => {
    await using house = await openHouse()
    const { id } = await house.add()
    await addIncident(house, house.ours, id)
    await house.clock.turn(1900)
    expect((await house.ask('GET', '/api/target_incidents/1')).json).toEqual({
      '@context': '/api/contexts/TargetIncident',
      '@id': '/api/target_incidents/1',
      '@type': 'TargetIncident',
      id: 1,
      target: `/api/targets/${id}`,
      targetName: 'Shop',
      startedAt: '2027-03-01T13:59:00.000Z',
      endedAt: null,
      isOpen: true,
      durationSeconds: 61,
      errorCode: 'connect_refused',
      errorMessage: 'connection refused',
      httpStatus: null,
      acknowledgedAt: null,
      acknowledgedBy: null,
      notes: [],
      severity: 'down',
      detectedAt: '2027-03-01T13:59:20.000Z',
      endReason: null,
    })
  })

  test('are found by target, state and severity', async () => {
    await using house = await openHouse()
    const [one, two] = [await house.add(), await house.add()]
    const over = await addIncident(house, house.ours, one.id, { resolvedAt: house.clock.now() })
    const open = await addIncident(house, house.ours, two.id)
    const found = async (query: string) =>
      (
        (await house.ask('GET', `/api/target_incidents?${query}`)).json['member'] as {
          id: number
        }[]
      ).map((it) => it.id)
    expect(await found('')).toEqual([open, over])
    expect(await found('isOpen=true')).toEqual([open])
    expect(await found(`target.id=${one.id}`)).toEqual([over])
    expect(await found(`target=/api/targets/${two.id}`)).toEqual([open])
    expect(await found('severity=warning')).toEqual([])
    expect((await house.ask('GET', '/api/target_incidents?target=shop')).status).toBe(400)
  })

  test('are acknowledged and released, while they last', async () => {
    await using house = await openHouse()
    const { id } = await house.add()
    await addIncident(house, house.ours, id)
    const set = (body: object) =>
      house.ask('PATCH', '/api/target_incidents/1/is_acknowledged', { body })
    const acknowledged = await set({ isAcknowledged: true })
    expect(acknowledged).toMatchObject({
      status: 200,
      json: {
        acknowledgedAt: '2027-03-01T14:00:00.000Z',
        acknowledgedBy: house.ours.keys.admin.slice(0, 9),
      },
    })
    expect((await set({ isAcknowledged: true })).json).toEqual(acknowledged.json)
    expect((await set({ isAcknowledged: false })).json).toMatchObject({ acknowledgedAt: null })
    expect((await set({ isAcknowledged: 1 })).status).toBe(422)
    await house.ask('PATCH', `/api/targets/${id}/is_active`, { body: { isActive: false } })
    for (const isAcknowledged of [true, false])
      expect(await set({ isAcknowledged })).toMatchObject({
        status: 409,
        json: { type: '/errors/conflict' },
      })
  })
})
