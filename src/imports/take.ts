import { recordPastIncidents } from '../incidents/index.ts'
import { DAY, Fault, InvalidInput, type MonitorId } from '../kernel/index.ts'
import {
  addMonitor,
  type ChangeTools,
  countMonitors,
  deleteMonitor,
  editMonitor,
  parseConfig,
} from '../monitors/index.ts'
import { DAYS_KEPT_MS, hoursFrom, recordHistory } from '../stats/index.ts'
import type { AccountDb } from '../storage/index.ts'
import type { Past, PastBounds, Source } from './source.ts'

/** Who keeps a monitor whose history is not all here yet. It is paused until it is. */
const UNFINISHED = 'uptalk import'

interface Named {
  readonly name: string
  readonly reference: string
  readonly type: string
}

export interface TakenMonitor extends Named {
  readonly checks: number
  readonly outages: number
  readonly notes: readonly string[]
}

export interface RefusedMonitor extends Named {
  readonly why: string
}

/** What became of each monitor of a source. */
export interface Taken {
  readonly taken: readonly TakenMonitor[]
  /** Here since an earlier run. */
  readonly known: readonly Named[]
  readonly refused: readonly RefusedMonitor[]
  readonly left: Source['left']
}

interface How {
  /** Reads and judges all of it, and changes nothing. */
  readonly isTrial: boolean
  readonly retainChecksDays: number
}

type Known = ReadonlyMap<string, { readonly id: MonitorId; readonly isFinished: boolean }>

async function readKnown(db: AccountDb): Promise<Known> {
  const rows = await db
    .selectFrom('monitors')
    .select(['id', 'external_ref', 'managed_by'])
    .where('external_ref', 'is not', null)
    .execute()
  return new Map(
    rows.map((row) => [
      row.external_ref!,
      { id: row.id, isFinished: row.managed_by !== UNFINISHED },
    ]),
  )
}

function boundsOf(now: number, retainChecksDays: number): PastBounds {
  const looksFrom = now - retainChecksDays * DAY
  return {
    now,
    looksFrom,
    hoursFrom: hoursFrom(now, looksFrom),
    daysFrom: now - DAYS_KEPT_MS,
  }
}

/**
 * Takes over a source's monitors with their history, one after the other. One that was taken before
 * is left alone; one whose taking was broken off is taken anew.
 */
export async function takeOver(
  db: AccountDb,
  tools: ChangeTools,
  source: Source,
  { isTrial, retainChecksDays }: How,
): Promise<Taken> {
  const known = await readKnown(db)
  const bounds = boundsOf(tools.now, retainChecksDays)
  const taken: TakenMonitor[] = []
  const refused: RefusedMonitor[] = []
  const before: Named[] = []
  for (const monitor of source.monitors) {
    const { name, reference, type, wanted } = monitor
    const there = known.get(reference)
    if (there?.isFinished === true) before.push({ name, reference, type })
    else if ('refusal' in wanted) refused.push({ name, reference, type, why: wanted.refusal })
    else
      try {
        const config = { ...wanted.config, externalRef: reference, managedBy: UNFINISHED }
        parseConfig(config, tools.now, tools.limits)
        if (isTrial && there === undefined) await refuseTooMany(db, tools, taken.length)
        const past = await monitor.readPast(bounds)
        if (!isTrial) await takeOne(db, tools, { config, past, unfinished: there?.id })
        taken.push({
          name,
          reference,
          type,
          checks: past.history.checks,
          outages: past.incidents.filter(({ severity }) => severity === 'down').length,
          notes: [...wanted.notes, ...past.notes],
        })
      } catch (error) {
        if (!(error instanceof InvalidInput || error instanceof Fault)) throw error
        refused.push({ name, reference, type, why: error.message.replaceAll('\n', ' ') })
      }
  }
  return { taken, known: before, refused, left: source.left }
}

/** As adding the next one would. */
async function refuseTooMany(db: AccountDb, { limits }: ChangeTools, more: number): Promise<void> {
  if (limits.monitors === null || (await countMonitors(db, {})) + more < limits.monitors) return
  throw new Fault('plan_monitors', { plan: limits.plan, limit: String(limits.monitors) })
}

async function takeOne(
  db: AccountDb,
  tools: ChangeTools,
  it: {
    readonly config: Readonly<Record<string, unknown>>
    readonly past: Past
    readonly unfinished: MonitorId | undefined
  },
): Promise<void> {
  if (it.unfinished !== undefined) await deleteMonitor(db, tools, it.unfinished)
  const { monitor } = await addMonitor(db, tools, { ...it.config, isActive: false })
  await recordPastIncidents(db, monitor, it.past.incidents)
  await recordHistory(db, monitor.id, it.past.history)
  const { isActive = true } = it.config
  await editMonitor(db, tools, monitor.id, (config) => ({ ...config, isActive, managedBy: null }))
}
