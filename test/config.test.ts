import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
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

test.each([
  ['TRUSTED_PROXIES', '10.0.0.0/99'],
  ['TRUSTED_PROXIES', '1:2:3'],
  ['TRUSTED_PROXIES', 'loopback,fd00::/129'],
  ['TRUSTED_PROXIES', '300.0.0.1'],
  ['DNS_SERVERS', ':::::'],
  ['DNS_SERVERS', '9.9.9.999'],
  ['DNS_SERVERS', '9.9.9.9:99999'],
  ['DNS_SERVERS', '[9.9.9.9]:53'],
  ['CANARY_HOSTS', '1.1.1.1:99999'],
  ['CANARY_HOSTS', '1.1.1.1:0'],
  ['CORS_ORIGINS', '*'],
  ['CORS_ORIGINS', 'https://admin.example/'],
  ['CORS_ORIGINS', 'https://admin.example:443'],
  ['CORS_ORIGINS', 'https://Admin.example'],
  ['CORS_ORIGINS', 'null'],
])('%s=%s cannot be, and is refused by name before anything starts', (name, value) => {
  expect(() => readSettings({ [name]: value }, NOWHERE)).toThrow(
    new RegExp(`^${name} must be a list of .*, not "`),
  )
})

test.each([
  ['TRUSTED_PROXIES', 'loopback, 10.0.0.0/8,fd00::/8,192.0.2.7'],
  ['DNS_SERVERS', '9.9.9.9, 1.1.1.1:53,2620:fe::fe,[2620:fe::fe]:53'],
  ['CORS_ORIGINS', 'https://admin.example, http://localhost:5173'],
  ['CANARY_HOSTS', 'one.one.one.one:443,[2606:4700::1111]:443'],
] as const)('%s=%s is taken as it is', (name, value) => {
  expect(readSettings({ [name]: value }, NOWHERE)[name]).toEqual(value.split(/,\s*/))
})

test('a token file that holds nothing is a mistake, not a bot that stays silent', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'uptalk-settings-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = path.join(folder, 'token')
  writeFileSync(file, '\n')
  expect(() => readSettings({ TELEGRAM_TOKEN_FILE: file }, NOWHERE)).toThrow(
    `TELEGRAM_TOKEN_FILE must name a file that holds it, not "${file}" (empty).`,
  )
})

test('every mistake is named at once with its rule and value, secrets masked', () => {
  const wrong = () =>
    readSettings(
      { PORT: '70000', LOG_LEVEL: 'loud', TELEGRAM_TOKEN: 'abc def', ALLOW_INSECURE_HTTP: 'yes' },
      NOWHERE,
    )
  expect(wrong).toThrow(
    [
      'PORT must be a port from 0 to 65535, not "70000".',
      'LOG_LEVEL must be debug, info, warn, error or silent, not "loud".',
      'TELEGRAM_TOKEN must be a bot token as BotFather shows it, such as 123456:ABC…, not (hidden).',
      'ALLOW_INSECURE_HTTP must be 0 or 1, not "yes".',
    ].join('\n'),
  )
})

test('the environment goes before .env, a near miss in it is named, others are let be', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'uptalk-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const write = (text: string) => writeFileSync(path.join(folder, '.env'), text)
  write('# ours\nPORT=4000\nHOST=0.0.0.0\nDOMAIN=status.example.com\nTZ=UTC\n')
  expect(readSettings({ PORT: '5000' }, folder)).toMatchObject({ PORT: 5000, HOST: '0.0.0.0' })
  // Some editors begin a file with a mark of their own.
  write('\uFEFFPORT=4000\r\nHOST=0.0.0.0\r\n')
  expect(readSettings({}, folder)).toMatchObject({ PORT: 4000, HOST: '0.0.0.0' })
  write('TELEGRAM_TOKN=123456:abc\n')
  expect(() => readSettings({}, folder)).toThrow(
    /^TELEGRAM_TOKN in .*\.env is no setting; TELEGRAM_TOKEN was probably meant\.$/,
  )
  write('PORT=1\nDISCORD_TOKEN abc\n')
  expect(() => readSettings({}, folder)).toThrow(
    /\.env line 2 must be NAME=value or a # comment\.$/,
  )
})
