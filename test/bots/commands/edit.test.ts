import { describe, expect, test } from 'vitest'
import { BOB, CAT, openHouse, words } from './house.ts'

const said = (text: string) => text.split('\n').slice(0, 2).join(' | ')

async function house() {
  const it = await openHouse()
  await it.says(BOB, 'add https://shop.example/ "Main shop"')
  await it.says(BOB, 'add 10.0.0.1 Router')
  return it
}

describe('a setting is changed, from what to what', () => {
  test.each([
    ['edit shop interval 1m', 'interval: 5 min → 1 min'],
    ['edit "Main shop" interval 90', 'interval: 5 min → 1 min 30 s'],
    ['edit Main shop timeout 10s', 'timeout: 30 s → 10 s'],
    ['edit shop name New shop', 'name: Main shop → New shop'],
    ['edit shop url https://new.example/x', 'url: https://shop.example/ → https://new.example/x'],
    ['edit shop tags web,eu', 'tags: none → ["web","eu"]'],
    ['edit shop confirmations 3', 'confirmations: 2 → 3'],
    ['edit shop alertAfter 5m', 'alertAfter: off → 5 min'],
    ['edit shop reminder 30m', 'reminder: off → 30 min'],
    ['edit shop degraded 800ms', 'degraded: none → 800 ms'],
    ['edit shop degraded 2s', 'degraded: none → 2000 ms'],
    ['edit shop bodyContains Hello world', 'bodyContains: none → Hello world'],
    ['edit shop expectedStatuses 200,301', 'expectedStatuses: ["200-299"] → ["200","301"]'],
    ['edit shop tlsVerify false', 'tlsVerify: true → false'],
    ['edit shop warnDays off', 'warnDays: [30,14,7,3,1] → none'],
    ['edit shop warnDays 7,1', 'warnDays: [30,14,7,3,1] → [7,1]'],
    ['edit shop dependsOn router', 'dependsOn: none → [2]'],
    ['edit shop INTERVAL 1m', 'interval: 5 min → 1 min'],
    ['edit router packets 5', 'packets: 3 → 5'],
    ['edit shop objective 99.9', 'objective: none → 99.9 % in 30 d'],
    ['edit shop objective 99.95%', 'objective: none → 99.95 % in 30 d'],
    ['edit shop objective 99,5 % in 7 d', 'objective: none → 99.5 % in 7 d'],
    ['edit shop objective 99 over 14 days', 'objective: none → 99 % in 14 d'],
  ])('%s', async (line, change) => {
    const it = await house()
    expect(words(await it.says(BOB, line))).toContain(change)
  })
})

test('what is the same stays as it is, and off is what it is off', async () => {
  const it = await house()
  expect(words(await it.says(BOB, 'edit shop interval 5m'))).toContain('Main shop is as it was')
  await it.says(BOB, 'edit shop reminder 30m')
  expect(words(await it.says(BOB, 'edit shop reminder off'))).toContain('reminder: 30 min → off')
  await it.says(BOB, 'edit shop objective 99.9 7d')
  // Days that are left out stay.
  expect(words(await it.says(BOB, 'edit shop objective 99'))).toContain(
    'objective: 99.9 % in 7 d → 99 % in 7 d',
  )
  expect(words(await it.says(BOB, 'edit shop objective off'))).toContain(
    'objective: 99 % in 7 d → none',
  )
  await it.says(BOB, 'edit shop bodyContains hello')
  expect(words(await it.says(BOB, 'edit shop bodyContains off'))).toContain(
    'bodyContains: hello → none',
  )
})

test.each([
  ['edit shop interval 1s', /^"interval" must be .*10/],
  ['edit shop interval soon', /^"interval" must be a time such as 5m, not "soon"/],
  ['edit shop confirmations 99', /^"confirmations" must be a whole number from 1 to 10, not 99/],
  ['edit shop packets 5', /^"packets" is no option of HTTP/],
  ['edit shop headers x', /^"headers" may hold secrets, which belong in no chat/],
  ['edit shop bodyMatches (?=x)', /^"bodyMatches" must be a pattern RE2 can read/],
  ['edit shop dependsOn shop', /^"dependsOn" must not lead back to itself/],
  ['edit shop dependsOn nobody', /nobody/],
  ['edit shop url ftp://x', /^"url" must begin with http/],
  ['edit shop objective 100', /^"objective" must be a number from 50 to less than 100/],
  ['edit shop objective 99.9 in 100 d', /^"the days of objective" must be a whole number from 1/],
  ['edit shop objective high', /^"objective" must be a percentage such as 99.9 or 99.9 % in 7 d/],
  ['edit shop', /setting/],
])('%s is refused', async (line, message) => {
  const it = await house()
  expect(said(words(await it.says(BOB, line)))).toMatch(message)
  const rows = await it.ours.selectFrom('monitors').select('rev').execute()
  expect(rows.map(({ rev }) => rev)).toEqual([1, 1])
})

test('it takes a manager', async () => {
  const it = await house()
  expect(words(await it.says(CAT, 'edit shop interval 1m'))).toMatch(
    /Changing a monitor needs the manager role/,
  )
})
