import { describe, expect, test } from 'vitest'
import { SECOND } from '../../../src/kernel/index.ts'
import { ANN, BOB, CAT, openHouse, words } from './house.ts'

describe('acknowledging', () => {
  test('the first one counts, the next is told who and when', async () => {
    await using house = await openHouse()
    await house.add('Shop')
    await house.falls(1)
    expect(words(await house.says(ANN, 'ack #1'))).toBe(
      'Ann is on it: Shop\nIncident #1, down 12 s\n[Add note] [Details] [Check now]',
    )
    await house.clock.turn(12 * SECOND)
    const late = await house.says(BOB, 'ack shop')
    expect(words(late)).toBe('Ann was first, 12 s ago')
    expect(late).toMatchObject({ audience: 'asker', exitCode: 1 })
  })

  test('a note goes along, also of who was not the first; a name of two words is no note', async () => {
    await using house = await openHouse()
    for (const [at, called] of ['Shop', 'Main desk'].entries()) {
      await house.add(called)
      await house.falls(at + 1)
    }
    expect(words(await house.says(ANN, 'ack shop restarting *the* pod'))).toBe(
      'Ann is on it: Shop\nNoted: restarting *the* pod\nIncident #1, down 12 s\n[Add note] [Details] [Check now]',
    )
    expect(words(await house.says(BOB, 'ack #1 me too'))).toBe(
      'Ann was first, just now\nNoted: me too',
    )
    expect(words(await house.says(ANN, 'ack main desk'))).toMatch(
      /^Ann is on it: Main desk\nIncident #2/,
    )
    const notes = await house.ours
      .selectFrom('incident_notes')
      .select(['incident_id', 'author', 'text'])
      .execute()
    expect(notes).toEqual([
      { incident_id: 1, author: 'Ann', text: 'restarting *the* pod' },
      { incident_id: 1, author: 'Bob', text: 'me too' },
    ])
  })

  test('of two presses at once one is first', async () => {
    await using house = await openHouse()
    await house.add('Shop')
    await house.falls(1)
    const said = await Promise.all([house.presses(ANN, 'v1:ack:1'), house.presses(BOB, 'v1:ack:1')])
    expect(said.map((reply) => words(reply).split('\n')[0])).toEqual([
      'Shop is down — Ann is on it',
      'Ann was first, just now',
    ])
  })

  test('one button takes on all that went down at once', async () => {
    await using house = await openHouse()
    for (const [at, called] of ['Shop', 'Mail'].entries()) {
      await house.add(called)
      await house.falls(at + 1)
    }
    await house.ours.updateTable('incidents').set({ storm_id: 1 }).execute()
    expect(words(await house.presses(CAT, 'v1:acks:1'))).toMatch(/needs the responder role/)
    const reply = await house.presses(BOB, 'v1:acks:1')
    expect(words(reply)).toMatch(/^2 monitors went down within .* · Bob is on it/)
    expect(reply.actions.map(({ label }) => label)).toEqual(['Show them'])
    const who = await house.ours.selectFrom('incidents').select('acknowledged_by').execute()
    expect(who.map((it) => it.acknowledged_by)).toEqual(['Bob', 'Bob'])
    expect(words(await house.presses(ANN, 'v1:acks:9'))).toBe('That is no longer there.')
    // Pressed again it changes nothing.
    expect(words(await house.presses(ANN, 'v1:acks:1'))).toMatch(/Bob is on it/)
  })

  test('the button turns the alert into its acknowledged form', async () => {
    await using house = await openHouse()
    await house.add('Shop')
    await house.falls(1)
    const reply = await house.presses(ANN, 'v1:ack:1')
    expect(reply.audience).toBe('all')
    expect(words(reply)).toContain('Acknowledged: by Ann at <clock 2027-03-01T14:00:00.000Z>')
    expect(reply.actions.map(({ label }) => label)).toEqual([
      'Add note',
      'Check now',
      'Pause 1 h',
      'Details',
    ])
  })

  test.each([
    ['ack #9', 'There is no incident #9.'],
    ['ack api', 'API has no open incident.'],
    ['ack nobody', 'There is no monitor nobody.'],
  ])('%s', async (line, says) => {
    await using house = await openHouse()
    await house.add('API')
    expect(words(await house.says(ANN, line))).toContain(says)
  })

  test('what is over needs nobody', async () => {
    await using house = await openHouse()
    await house.add('Shop')
    await house.falls(1)
    await house.says(ANN, 'pause shop')
    expect(words(await house.says(ANN, 'ack #1'))).toBe('Incident #1 is over already.')
  })
})
