import { expect, test } from 'vitest'
import { countLimits } from '../../../bots/telegram/limits.ts'
import { SECOND } from '../../../src/kernel/index.ts'
import { HandClock } from '../../support/clock.ts'

test('one a second to each chat', async () => {
  const clock = new HandClock()
  const limits = countLimits(clock)
  expect([limits.take('1', 'alert'), limits.take('2', 'alert'), limits.take('1', 'alert')]).toEqual(
    [0, 0, 1000],
  )
  await clock.turn(999)
  expect(limits.take('1', 'alert')).toBe(1)
  await clock.turn(1)
  expect(limits.take('1', 'alert')).toBe(0)
})

test('twenty a minute to a group, more to a person', async () => {
  const clock = new HandClock()
  const limits = countLimits(clock)
  for (let sent = 0; sent < 20; sent += 1) {
    expect([limits.take('-100', 'alert'), limits.take('100', 'alert')]).toEqual([0, 0])
    await clock.turn(SECOND)
  }
  expect([limits.take('-100', 'alert'), limits.take('100', 'alert')]).toEqual([40 * SECOND, 0])
  await clock.turn(40 * SECOND)
  expect(limits.take('-100', 'alert')).toBe(0)
})

test('answers wait for nobody, and alerts only for one another', async () => {
  const clock = new HandClock()
  const limits = countLimits(clock)
  expect([limits.take('1', 'answer'), limits.take('1', 'answer')]).toEqual([0, 0])
  expect([limits.take('1', 'alert'), limits.take('1', 'alert')]).toEqual([0, SECOND])
  expect(limits.take('1', 'answer')).toBe(0)
})

test('a board waits for alerts, is counted with them, and leaves room for more', async () => {
  const clock = new HandClock()
  const limits = countLimits(clock)
  expect([limits.take('-100', 'alert'), limits.take('-100', 'board')]).toEqual([0, SECOND])
  await clock.turn(SECOND)
  expect([limits.take('-100', 'board'), limits.take('-100', 'alert')]).toEqual([0, 0])
  for (let sent = 3; sent < 15; sent += 1) {
    await clock.turn(SECOND)
    expect(limits.take('-100', 'alert')).toBe(0)
  }
  await clock.turn(SECOND)
  expect(limits.take('-100', 'board')).toBe(46 * SECOND)
  for (let sent = 15; sent < 20; sent += 1) {
    expect(limits.take('-100', 'alert')).toBe(0)
    await clock.turn(SECOND)
  }
  expect(limits.take('-100', 'alert')).toBe(41 * SECOND)
})

test('a group that asks without end is answered slowly, and hears its alerts at once', async () => {
  const clock = new HandClock()
  const limits = countLimits(clock)
  for (let sent = 0; sent < 16; sent += 1) expect(limits.take('-100', 'answer')).toBe(0)
  for (let more = 0; more < 10; more += 1) {
    expect(limits.take('-100', 'answer')).toBe(2 * SECOND)
    await clock.turn(2 * SECOND)
    expect(limits.take('-100', 'answer')).toBe(0)
  }
  expect(limits.take('-100', 'alert')).toBe(0)
  expect(limits.take('100', 'answer')).toBe(0)
})

test('thirty a second in all', async () => {
  const clock = new HandClock()
  const limits = countLimits(clock)
  for (let chat = 0; chat < 30; chat += 1) expect(limits.take(String(chat), 'alert')).toBe(0)
  expect(limits.take('30', 'alert')).toBe(SECOND)
  await clock.turn(SECOND)
  expect(limits.take('30', 'alert')).toBe(0)
})

test('what Telegram blocked stays blocked as long as it said', async () => {
  const clock = new HandClock()
  const limits = countLimits(clock)
  limits.block('1', 7 * SECOND)
  expect([limits.take('1', 'alert'), limits.take('2', 'alert')]).toEqual([7 * SECOND, 0])
  await clock.turn(7 * SECOND)
  expect(limits.take('1', 'alert')).toBe(0)
})

test('chats long silent are forgotten, without losing count of others', async () => {
  const clock = new HandClock()
  const limits = countLimits(clock)
  for (let chat = 0; chat < 1100; chat += 1) {
    expect(limits.take(String(chat), 'alert')).toBe(0)
    await clock.turn(100)
  }
  expect(limits.take('1099', 'alert')).toBe(900)
})
