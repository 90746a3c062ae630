import { type Instant, MINUTE } from '../../src/kernel/index.ts'
import { recordSamples, type Sample } from '../../src/stats/index.ts'
import { readTail } from '../../src/stats/journal.ts'
import type { House } from './house.ts'

export const START = Date.parse('2027-03-01T00:00:00Z')

/**
 * A day as a picture, a minute a mark: `.` well, `x` failed, `?` not seen, a blank not looked at.
 * Each look speaks for the minute before it.
 */
export async function draw(house: House, monitorId: number, picture: string): Promise<void> {
  const samples: Sample[] = []
  for (const [minute, mark] of picture.split('').entries())
    if (mark !== ' ')
      samples.push({
        monitorId,
        accountId: house.account.accountId,
        at: START + (minute + 1) * MINUTE,
        status: mark === '.' ? 'up' : mark === 'x' ? 'down' : 'unknown',
        code: mark === '.' ? 'ok' : 'connect_refused',
        ms: 10,
        observedMs: mark === '?' ? 0 : MINUTE,
      })
  await recordSamples(house.db, samples)
}

/** Even looks after `from` up to `to`, each of which speaks for the time since the one before. */
export async function watch(
  house: House,
  monitorId: number,
  from: Instant,
  to: Instant,
  { everyMs = 5 * MINUTE, ms = 10, status = 'up' } = {},
): Promise<void> {
  const samples: Sample[] = []
  for (let at = from + everyMs; at <= to; at += everyMs)
    samples.push({
      monitorId,
      accountId: house.account.accountId,
      at,
      status,
      code: status === 'down' ? 'connect_refused' : 'ok',
      ms,
      observedMs: everyMs,
    })
  await recordSamples(house.db, samples)
}

/** What is not packed yet of the account's monitors, in order of time. */
export async function readSamples({ account }: Pick<House, 'account'>) {
  const monitors = await account.selectFrom('monitors').select('id').execute()
  return readTail(account, (tail) =>
    monitors
      .flatMap(({ id }) => tail.looks(id, 0).map((look) => Object.assign(look, { monitorId: id })))
      .toSorted((a, b) => a.at - b.at),
  )
}

/** An incident from one minute of the picture to another, or still open. */
export async function drawIncident(
  house: House,
  monitorId: number,
  fromMinute: number,
  toMinute: number | null,
  severity: 'down' | 'warning' | 'burning' = 'down',
): Promise<void> {
  await house.account
    .insertInto('incidents')
    .values({
      monitor_id: monitorId,
      monitor_name: 'shop',
      url: 'http://shop.example/',
      severity,
      started_at: START + fromMinute * MINUTE,
      detected_at: START + fromMinute * MINUTE,
      resolved_at: toMinute === null ? null : START + toMinute * MINUTE,
      code: 'connect_refused',
      message: 'refused',
      failures: 2,
      told_at: START + fromMinute * MINUTE,
    })
    .execute()
}
