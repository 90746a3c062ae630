import { expect, test } from 'vitest'
import { show } from '../../support/discord/index.ts'
import { onlineBot } from './bot.ts'

test('a command is asked at the desk, and answered in the channel', async () => {
  await using bot = await onlineBot()
  const { message, ephemeral } = await bot.fake.command({ name: 'status' })
  expect(show(message)).toBe('heard status')
  expect(ephemeral).toBe(false)
  expect(bot.fake.messages()).toEqual([message])
  expect(bot.fake.refused).toEqual([])
})
