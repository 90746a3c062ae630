import { setImmediate as others } from 'node:timers/promises'
import { Argument, Command, Option } from 'commander'
import { csvLine, SECOND, systemClock, toIso } from '../../src/kernel/index.ts'
import { listOutlines, type Outline } from '../../src/monitors/index.ts'
import { type Bucket, type BucketKind, listBuckets } from '../../src/stats/index.ts'
import { readBounds } from './bounds.ts'
import type { TerminalIo } from './io.ts'
import { shown } from './say.ts'
import { openSession } from './session.ts'

const SAYS = {
  about: 'How monitors were by the day or the hour, as CSV, the oldest first',
  monitor: 'one monitor instead of all',
  account: 'the account; the first one if left out',
  by: 'a row for each UTC day or hour; hours are kept for 90 days',
  since: 'not before: 30d ago, 2027-04-02, "2027-04-02 22:00"',
  until: 'not after, likewise; a date is the whole day',
} as const

/** More than a monitor has. */
const MOST_ROWS = 100_000

interface Asked {
  readonly account?: string
  readonly by: BucketKind
  readonly since: string
  readonly until?: string
}

const HEAD = [
  'monitor',
  'name',
  'date',
  'uptime',
  'minResponseTime',
  'maxResponseTime',
  'avgResponseTime',
  'p95ResponseTime',
  'checks',
  'failures',
  'downtimeSeconds',
  'observedSeconds',
] as const

const rowOf = ({ id, name }: Outline['monitor'], it: Bucket): string =>
  csvLine([
    id,
    name,
    toIso(it.at),
    it.uptime,
    it.minMs,
    it.maxMs,
    it.avgMs,
    it.p95Ms,
    it.checks,
    it.failures,
    Math.round(it.downMs / SECOND),
    Math.round(it.observedMs / SECOND),
  ])

/** What is kept of how monitors were, for spreadsheets and programs. */
export const exportCommand = (io: TerminalIo, done: (code: number) => void): Command =>
  new Command('export')
    .description(SAYS.about)
    .addArgument(new Argument('[monitor]', SAYS.monitor))
    .addOption(new Option('--account <name>', SAYS.account))
    .addOption(new Option('--by <span>', SAYS.by).choices(['day', 'hour']).default('day'))
    .addOption(new Option('--since <time>', SAYS.since).default('30d'))
    .option('--until <time>', SAYS.until)
    .action(async (typed: string | undefined, asked: Asked) => {
      await using session = await openSession(io, asked.account)
      const { db, desk, account } = session
      const began = readBounds(asked, account.timezone, systemClock.now())
      // Found as every command finds it, by name, a part of it or #id.
      const found =
        typed === undefined ? null : await desk.run(session.ask, 'show', { monitor: typed })
      const { id } = (found?.value ?? {}) as { readonly id?: number }
      if (found !== null && id === undefined) {
        io.err.write(`${shown(io, session, found, true)}\n`)
        done(found.exitCode ?? 1)
        return
      }
      const all = (await listOutlines(db)).map(({ monitor }) => monitor).toReversed()
      const chosen = id === undefined ? all : all.filter((it) => it.id === id)
      io.out.write(csvLine(HEAD))
      for (const monitor of chosen) {
        const filter = { monitorId: monitor.id, began }
        const page = { limit: MOST_ROWS, offset: 0 }
        const { buckets } = await listBuckets(db, asked.by, filter, page, 'asc')
        io.out.write(buckets.map((it) => rowOf(monitor, it)).join(''))
        // Whoever reads may have seen enough, which is heard of only now.
        await others()
      }
    })
