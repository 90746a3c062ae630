import { expect, test } from 'vitest'
import { guardPackets, makeClient } from '../../../bots/discord/client.ts'

test('of a big server only its name and owner are kept', () => {
  const client = makeClient('http://127.0.0.1:1/api')
  guardPackets(client, (error) => {
    throw error
  })
  const manager = client.ws as unknown as { handlePacket(packet: object, shard: object): boolean }
  const tell = (t: string, d: object) => manager.handlePacket({ t, d }, { id: 0 })
  const channels = [{ id: '11', name: 'general', type: 0 }]
  const roles = [{ id: '1', name: '@everyone', permissions: '0' }]
  const threads = [{ id: '12', name: 'a thread', type: 11, parent_id: '11' }]
  tell('GUILD_CREATE', { id: '1', name: 'Big', owner_id: '7', channels, roles, threads })
  tell('CHANNEL_CREATE', { guild_id: '1', ...channels[0] })
  tell('THREAD_CREATE', { guild_id: '1', ...threads[0] })
  const guild = client.guilds.cache.get('1')
  expect(guild).toMatchObject({ name: 'Big', ownerId: '7' })
  expect([client.channels, guild?.channels, guild?.roles].map((it) => it?.cache.size)).toEqual([
    0, 0, 0,
  ])
})
