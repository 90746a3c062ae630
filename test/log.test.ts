import { expect, test } from 'vitest'
import { openLog } from '../src/log.ts'

const KEY = `upty_${'a1b2'.repeat(12)}`
const TELEGRAM = `123456789:${'Ab-_'.repeat(9)}`
const DISCORD = 'MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcdE.abcdefghijklmnopqrstuvwxyz0123456789AB'
const QUOTED = 'a "quoted" secret \\ of more than 32 characters'

function written(fields: Record<string, unknown>, event = 'happened') {
  const lines: string[] = []
  const settings = {
    LOG_LEVEL: 'info',
    DISCORD_TOKEN: undefined,
    TELEGRAM_TOKEN: undefined,
    SECRET_KEY: QUOTED,
  } as const
  openLog(settings, { write: (line: string) => lines.push(line) }).info(fields, event)
  return lines.join('')
}

test.each<[string, Record<string, unknown>, string]>([
  ['a key in a field of its own', { key: KEY }, KEY],
  ['a key in a sentence', { why: `refused ${KEY}, sorry` }, KEY],
  ['a Telegram token in a URL', { url: `https://api.telegram.org/bot${TELEGRAM}/x` }, TELEGRAM],
  ['a Discord token nobody told us of', { why: `Bot ${DISCORD}` }, DISCORD],
  ['authorization', { req: { headers: { authorization: 'Bearer hunter2' } } }, 'hunter2'],
  ['deep down', { a: { b: { c: { Authorization: 'Bearer hunter2' } } } }, 'hunter2'],
  ['a cookie deep down', { a: { b: { c: { 'set-cookie': ['s=hunter2'] } } } }, 'hunter2'],
  ['a key of another kind, deep down', { a: { b: { key: 'hunter2' } } }, 'hunter2'],
  ['a secret that is no text', { a: { secret: { is: 'hunter2' } }, token: ['hunter2'] }, 'hunter2'],
  ['a secret that is a number', { a: { b: { password: -47_110_815.5 } } }, '47110815'],
  ['the secret key, quotes and all', { why: `with ${QUOTED}` }, 'quoted'],
  ['an error', { err: new Error(`GET /bot${TELEGRAM}/getMe`) }, TELEGRAM],
])('%s does not get through', (_, fields, secret) => {
  const line = written(fields)
  expect(line).not.toContain(secret)
  expect(line).toContain('[redacted]')
  expect(JSON.parse(line)).toMatchObject({ msg: 'happened' })
})

test('a key is known by its first letters, and what is no secret stays', () => {
  expect(written({ prefix: 'upty_a1b2', monitor: 'shop' })).toContain('upty_a1b2')
  expect(written({ monitor: 'shop' })).toContain('"monitor":"shop"')
})
