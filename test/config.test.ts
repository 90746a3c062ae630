import { expect, test } from 'vitest'
import { readSettings } from '../src/config.ts'

const NOWHERE = '/nonexistent'

test.each([
  ['http://127.0.0.1:4000/api', 'http://127.0.0.1:4000/api'],
  ['http://127.0.0.1:4000/api/', 'http://127.0.0.1:4000/api'],
  ['https://discord.com/api/v10', 'https://discord.com/api'],
  ['https://discord.com/api/v10//', 'https://discord.com/api'],
  ['http://127.0.0.1:4000', 'http://127.0.0.1:4000'],
])('a Discord at %s is asked at %s, whose requests add slash and version', (given, read) => {
  expect(readSettings({ DISCORD_API_URL: given }, NOWHERE).DISCORD_API_URL).toBe(read)
})

test('a Telegram may be given with a slash at its end', () => {
  const { TELEGRAM_API_URL } = readSettings({ TELEGRAM_API_URL: 'http://[::1]:81/' }, NOWHERE)
  expect(TELEGRAM_API_URL).toBe('http://[::1]:81')
})

test('without settings the platforms are the public ones', () => {
  const { DISCORD_API_URL, TELEGRAM_API_URL } = readSettings({}, NOWHERE)
  expect([DISCORD_API_URL, TELEGRAM_API_URL]).toEqual([
    'https://discord.com/api',
    'https://api.telegram.org',
  ])
})
