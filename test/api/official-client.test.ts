import { expect, test } from 'vitest'
import { addIncident } from './history.ts'
import { openHouse } from './house.ts'

type Json = Record<string, unknown>

/** Speaks as UptyBots' own client does: JSON-LD both ways, merge patches, IRIs it was given. */
function buildClient(base: string, key: string) {
  const ask = async (method: string, path: string, body?: Json): Promise<Json> => {
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/ld+json'
    const answer = await fetch(`${base}${path}`, {
      method,
      headers: {
        'X-API-Key': key,
        Accept: 'application/ld+json',
        ...(body === undefined ? {} : { 'Content-Type': type }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    const json = (text === '' ? {} : JSON.parse(text)) as Json
    if (!answer.ok) throw new Error(String(json['detail']))
    return json
  }
  const list = async (path: string, given: Record<string, string | number | undefined>) => {
    const query = new URLSearchParams()
    for (const [name, value] of Object.entries(given)) query.set(name, String(value ?? ''))
    const json = await ask('GET', `${path}?${query.toString()}`)
    return (json['hydra:member'] ?? json['member']) as Json[]
  }
  const create = async (type: string, fields: Json) => {
    const { '@id': user } = await ask('GET', '/api/me')
    const suffix = type === 'HTTP' ? '' : `/type_${type.toLowerCase()}`
    return ask('POST', `/api/targets${suffix}`, { ...fields, type, user })
  }
  return { ask, list, create }
}

test('the official client lives with us as with UptyBots', async () => {
  await using house = await openHouse()
  const base = await house.app.listen({ host: '127.0.0.1', port: 0 })
  const client = buildClient(base, house.ours.keys.admin)

  const made = await client.create('HTTP', {
    name: 'Shop',
    url: 'https://shop.example/',
    isActive: true,
    frequency: 5,
    requestTimeout: 30,
  })
  expect(made).toMatchObject({ '@id': '/api/targets/1', '@type': 'Target', user: '/api/users/1' })
  await client.create('HTTP', { name: 'Docs', url: 'https://docs.example/' })

  const some = { type: 'HTTP', statusSummary: '', page: 1, itemsPerPage: 30 }
  expect(await client.list('/api/targets', some)).toMatchObject([
    { name: 'Docs' },
    { name: 'Shop' },
  ])
  expect(await client.list('/api/targets', { 'order[id]': 'desc', itemsPerPage: 1 })).toMatchObject(
    [{ id: 2 }],
  )
  expect(await client.list('/api/targets', { statusSummary: 'up' })).toEqual([])

  expect(
    await client.ask('PATCH', '/api/targets/1', { name: 'Store', frequency: 10 }),
  ).toMatchObject({
    name: 'Store',
    frequency: 10,
  })
  expect(await client.ask('PATCH', '/api/targets/1/is_active', { isActive: false })).toMatchObject({
    statusSummary: 'PAUSED',
  })
  await client.ask('PATCH', '/api/targets/1/is_active', { isActive: true })

  await addIncident(house, house.ours, 1)
  expect(await client.list('/api/target_incidents', { 'target.id': 1, page: 1 })).toMatchObject([
    { target: '/api/targets/1', isOpen: true },
  ])

  await expect(client.ask('PATCH', '/api/targets/1', { frequency: 0 })).rejects.toThrow(
    'frequency: must be a whole number from 1 to 1440, not 0',
  )
  expect(await client.ask('DELETE', '/api/targets/2')).toEqual({})
  await expect(client.ask('GET', '/api/targets/2')).rejects.toThrow('Nothing of yours has this id.')
})
