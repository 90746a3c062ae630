import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { MINUTE } from '../../src/kernel/index.ts'
import { loadWatched } from '../../src/monitors/index.ts'
import { packHistory, recordSamples, type Sample } from '../../src/stats/index.ts'
import { START } from '../support/history.ts'
import { House, sealer } from '../support/house.ts'

interface Looked {
  readonly which: number
  readonly status: string
}

const batch = fc.array(
  fc.record({
    which: fc.nat(3),
    status: fc.constantFrom('up', 'up', 'degraded', 'unknown', 'down'),
  }),
  { minLength: 1, maxLength: 20 },
)

/** Batches of looks, the newer later, and runs of packing with looks in between, some cut off. */
const events = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: batch },
    { weight: 1, arbitrary: fc.record({ steps: fc.nat(3), meanwhile: batch }) },
  ),
  { maxLength: 20 },
)

test('a start takes up what was known before, however little of the journal it reads', async () => {
  await fc.assert(
    fc.asyncProperty(events, async (happened) => {
      await using house = await House.open()
      const ids: number[] = []
      for (let more = 0; more < 4; more += 1) ids.push((await house.add()).monitor.id)
      const before = { last_status: 'up', last_check_at: START, last_message: 'well' }
      await house.db.updateTable('monitor_states').set(before).execute()
      const lastGood = new Map<number, { last_good_at: number; last_good_ms: number }>()
      let [at, ms] = [START, 0]
      const look = ({ which, status }: Looked): Sample => {
        at += 7 * MINUTE
        ms += 1
        const monitorId = ids[which]!
        if (['up', 'degraded'].includes(status))
          lastGood.set(monitorId, { last_good_at: at, last_good_ms: ms })
        const { accountId } = house.account
        return { monitorId, accountId, at, status, code: 'ok', ms, observedMs: MINUTE }
      }
      const record = async (looked: readonly Looked[]) => {
        const looks = looked.map(look)
        await recordSamples(house.db, looks)
        // What is no routine its row says, too.
        for (const it of looks.filter(({ status }) => status === 'down'))
          await house.db
            .updateTable('monitor_states')
            .set({ last_status: it.status, last_check_at: it.at, last_ms: it.ms })
            .set(lastGood.get(it.monitorId) ?? {})
            .where('monitor_id', '=', it.monitorId)
            .execute()
      }
      for (const event of happened) {
        if ('steps' in event) {
          let left = event.steps
          await packHistory(house.db, at, async () => {
            await record(event.meanwhile)
            return (left -= 1) >= 0
          })
        } else await record(event)
      }
      expect(await loadWatched(house.db, sealer)).toEqual(await loadWatched(house.db, sealer, ids))
    }),
    { numRuns: 60 },
  )
}, 20_000)
