import { describe, expect, test } from 'vitest'
import { SECOND } from '../../../src/kernel/index.ts'
import { BOB, openHouse, words } from './house.ts'

describe('adding', () => {
  test.each([
    ['add https://example.com.', 'example.com', 'https://example.com'],
    ['add <https://example.com>', 'example.com', 'https://example.com'],
    ['add example.com:8443/health', 'example.com:8443', 'https://example.com:8443/health'],
    ['add http://localhost:3000 Main shop 1m', 'Main shop', 'http://localhost:3000'],
  ])('%s', async (line, name, url) => {
    await using house = await openHouse()
    const reply = await house.says(BOB, line)
    expect(words(reply).split('\n')[0]).toBe(`${name} is watched now: up · 182 ms`)
    const row = await house.ours
      .selectFrom('monitors')
      .select(['name', 'url'])
      .executeTakeFirstOrThrow()
    expect(row.name).toBe(name)
    expect(row.url.replace(/\/$/, '')).toBe(url)
  })

  test.each([
    ['add play.example.com:25565', 'play.example.com:25565', 'PORT', 'play.example.com:25565'],
    ['add <Play.example.com:25565>.', 'Play.example.com:25565', 'PORT', 'play.example.com:25565'],
    ['add localhost:5432 Main database 1m', 'Main database', 'PORT', 'localhost:5432'],
    ['add [2001:db8::1]:53 dns', 'dns', 'PORT', '[2001:db8::1]:53'],
    ['add 10.0.0.7:22 port', '10.0.0.7:22', 'PORT', '10.0.0.7:22'],
    ['add example.com:8443 HTTP', 'example.com:8443', 'HTTP', 'https://example.com:8443'],
    ['add example.com:8443 Shop http 1m', 'Shop', 'HTTP', 'https://example.com:8443'],
    ['add example.com', 'example.com', 'PING', 'example.com'],
    ['add 10.0.0.7', '10.0.0.7', 'PING', '10.0.0.7'],
    ['add 2001:db8::1', '2001:db8::1', 'PING', '2001:db8::1'],
    ['add example.com/health', 'example.com', 'HTTP', 'https://example.com/health'],
    ['add example.com http', 'example.com', 'HTTP', 'https://example.com'],
    ['add shop.example SSL', 'shop.example', 'SSL', 'shop.example'],
    ['add name=Game type=port url=play.example.com:1', 'Game', 'PORT', 'play.example.com:1'],
    ['add play.example.com:1 "port"', 'port', 'PORT', 'play.example.com:1'],
  ])('%s is called %s and of type %s', async (line, name, type, url) => {
    await using house = await openHouse()
    const reply = await house.says(BOB, line)
    expect(words(reply).split('\n')[0]).toBe(`${name} is watched now: up · 182 ms`)
    expect(
      await house.ours.selectFrom('monitors').select(['name', 'type', 'url']).execute(),
    ).toEqual([{ name, type, url }])
  })

  test.each([
    ['add example.com type=port', /^"url" must name the port too/],
    ['add https://x.example type=PORT', /^"url" must be a host and a port alone/],
    ['add example.com:70000', /^"url" must be a host and a port like/],
    [
      'add example.com type=FTP',
      /^"type" must be HTTP or API or .*SSL.*, not "ftp"\.\nTry: \/uptime add/i,
    ],
    ['add ftp://x', /^"url" must begin with http/],
    [
      'add http://169.254.169.254/latest',
      /^"url" cannot be that: 169\.254\.169\.254 may not be watched/,
    ],
    [
      'add https://x.example interval=1s',
      /^"interval" must be 10s to 1d, not "1s"\.\nTry: \/uptime add/,
    ],
    [`add https://x.example ${'n'.repeat(51)}`, /^"name" must be 1 to 50 characters/],
    ['add', /^"url" is required/],
  ])('%s is refused by its rule', async (line, says) => {
    await using house = await openHouse()
    const reply = await house.says(BOB, line)
    expect(words(reply)).toMatch(says)
    expect(reply).toMatchObject({ audience: 'asker', exitCode: 2 })
  })

  test('the plan has its say in the words of chat', async () => {
    await using house = await openHouse()
    await house.db.updateTable('accounts').set({ plan: 'free' }).execute()
    expect(words(await house.says(BOB, 'add https://x.example interval=10s'))).toMatch(
      /^"interval" \(in seconds\) must be at least 60 on the plan free, not 10\./,
    )
  })

  test('a first look that takes longer than 10 s is not waited for', async () => {
    await using house = await openHouse()
    house.looker.outcome = 'never'
    const reply = house.says(BOB, 'add https://slow.example.com')
    await house.clock.asleep()
    await house.clock.turn(10 * SECOND)
    expect(words(await reply)).toMatch(
      /^slow.example.com is watched now: its first look is under way/,
    )
  })

  test('a looker that breaks does not undo the adding', async () => {
    await using house = await openHouse()
    house.looker.outcome = new Error('no engine')
    expect(words(await house.says(BOB, 'add https://x.example.com'))).toMatch(/is watched now/)
    expect(house.logged).toMatchObject([{ event: 'first look not seen' }])
  })
})
