import Sqlite from 'better-sqlite3'
import { sql } from 'kysely'
import { expect, onTestFinished, test, vi } from 'vitest'
import { RESOURCES } from '../../src/api/resources.ts'
import { addIncident, linked } from './history.ts'
import { openHouse } from './house.ts'

/** What grows with time, and must cost no more to read for it. */
const HISTORY = 'checks|samples|incidents|notifications|request_logs|audit_logs|verifications'
const SCAN = new RegExp(`^SCAN (?:${HISTORY})\\b(?!.* USING )`)
const VALUES = ['1', 'down', '/api/targets/1', '2027-03-01T00:00:00Z']

const lists = RESOURCES.flatMap(({ routes }) => routes).filter(({ method }) => method === 'GET')

test.each(lists.map((route) => [route.path, route] as const))(
  'GET %s reads no history from end to end',
  async (path, route) => {
    const prepare = vi.spyOn(Sqlite.prototype, 'prepare')
    onTestFinished(() => prepare.mockRestore())
    await using house = await openHouse()
    const { id } = await house.add()
    await addIncident(house, house.ours, id)
    await linked(house, house.ours, 's1')
    const names = Object.keys(route.parameters ?? {})
    const queries = ['', ...names.flatMap((name) => VALUES.map((value) => `?${name}=${value}`))]
    const restricted = { name: 'one', scope: 'read', targets: [`/api/targets/${id}`] }
    const { json } = await house.ask('POST', '/api/api_keys', { body: restricted })
    for (const key of [house.ours.keys.admin, String(json['key'])])
      for (const query of queries)
        await house.ask('GET', `${path.replace('{id}', '1')}${query}`, { key })
    const asked = new Set(prepare.mock.calls.map(([text]) => text))
    prepare.mockRestore()
    const scans: string[] = []
    for (const text of asked) {
      if (!/^(?:select|with)\b/i.test(text)) continue
      const plan = sql.raw<{ detail: string }>(`explain query plan ${text.replaceAll('?', '1')}`)
      const { rows } = await plan.execute(house.db)
      for (const { detail } of rows) if (SCAN.test(detail)) scans.push(`${detail}: ${text}`)
    }
    expect(asked.size).toBeGreaterThan(0)
    expect(scans).toEqual([])
  },
)
