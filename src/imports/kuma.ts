import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs'
import { SECOND } from '../kernel/index.ts'
import { PastTally } from '../stats/index.ts'
import { sqliteCode } from '../storage/index.ts'
import { Fitting } from './fit.ts'
import { Beats } from './kuma-beats.ts'
import { type KumaFile, type KumaTag, openKumaFile } from './kuma-file.ts'
import { wantedOf } from './kuma-monitor.ts'
import { type KumaRow, readRow } from './kuma-row.ts'
import {
  type Past,
  type PastBounds,
  type Source,
  type SourceMonitor,
  SourceTrouble,
} from './source.ts'

const SQLITE = 'SQLite format 3\0'
/** Backups hold no checks: what is larger is something else. */
const LARGEST_BACKUP = 256 * 1024 * 1024
/** Times the interval, and then some for the look itself: longer is a gap, as for our own. */
const GAP = 1.5
const LOOK_SECONDS = 30

function beginOf(path: string): string {
  try {
    const file = openSync(path, 'r')
    try {
      const bytes = Buffer.alloc(SQLITE.length)
      return bytes.toString('latin1', 0, readSync(file, bytes))
    } finally {
      closeSync(file)
    }
  } catch (error) {
    throw unreadable(path, error)
  }
}

function unreadable(path: string, error: unknown): SourceTrouble {
  const { code = 'unknown' } = error as NodeJS.ErrnoException
  return new SourceTrouble(`${path} cannot be read (${code}).`, 1, { cause: error })
}

const stranger = (path: string) =>
  new SourceTrouble(
    `${path} is neither Uptime Kuma's database (kuma.db) nor a JSON backup of its version 1.`,
    1,
  )

interface Material {
  readonly monitors: readonly unknown[]
  /** By the monitor's id. */
  readonly tags: ReadonlyMap<number, readonly KumaTag[]>
  readonly left: Source['left']
  /** Null: a backup has none. */
  readonly file: KumaFile | null
}

const wordOf = (it: unknown): string => (typeof it === 'string' ? it : '')
const listOf = (it: unknown): readonly unknown[] => (Array.isArray(it) ? (it as unknown[]) : [])

function readBackup(path: string): Material {
  let backup: Record<string, unknown> | null = null
  try {
    if (statSync(path).size <= LARGEST_BACKUP)
      backup = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown> | null
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw unreadable(path, error)
  }
  const monitors = backup?.['monitorList']
  if (!Array.isArray(monitors)) throw stranger(path)
  const tags = (monitors as { id?: unknown; tags?: unknown }[]).map(
    (it) =>
      [
        Number(it?.id),
        listOf(it?.tags).map((tag) => {
          const { name, value } = (tag ?? {}) as Record<string, unknown>
          return { name: wordOf(name), value: wordOf(value) }
        }),
      ] as const,
  )
  const notifications = listOf(backup?.['notificationList']).length
  return { monitors, tags: new Map(tags), left: { notifications, statusPages: 0 }, file: null }
}

/** The groups a monitor is in, the nearest first; a ring of them ends where it began. */
function groupsOf(row: KumaRow, rows: ReadonlyMap<number, KumaRow>): readonly KumaRow[] {
  const groups: KumaRow[] = []
  for (let at = row.parent; at !== null;) {
    const group = rows.get(at)
    if (group === undefined || group === row || groups.includes(group)) break
    groups.push(group)
    at = group.parent
  }
  return groups
}

function readPast(file: KumaFile | null, row: KumaRow, type: unknown, bounds: PastBounds): Past {
  const tally = new PastTally(bounds)
  const intervalMs = (row.interval ?? 60) * SECOND
  const gapMs = GAP * intervalMs + Math.max(row.timeout ?? 0, LOOK_SECONDS) * SECOND
  const beats = new Beats(tally, { type, now: bounds.now, gapMs })
  if (file !== null) for (const beat of file.beats(row.id)) beats.add(beat)
  beats.end()
  const kept = file?.figures(row.id, intervalMs, bounds.now) ?? {
    hours: new Map(),
    days: new Map(),
  }
  const { unreadable: lost } = beats
  return {
    history: tally.done(kept),
    incidents: beats.incidents,
    notes: lost === 0 ? [] : [`${lost} of its checks have no time that can be, and are left out.`],
  }
}

/**
 * Uptime Kuma's monitors with their history: from its database, or without history from a JSON backup
 * of its version 1. The file is only read, and may be in use.
 * @throws SourceTrouble
 */
export function openKuma(path: string, minIntervalSeconds: number): Source & Disposable {
  const material = beginOf(path) === SQLITE ? openKumaFile(path) : readBackup(path)
  const { file, left } = material
  const rows = new Map(
    material.monitors.flatMap((it) => readRow(it) ?? []).map((row) => [row.id, row] as const),
  )
  const toMonitor = (row: KumaRow): SourceMonitor => {
    const groups = groupsOf(row, rows)
    const wanted = wantedOf(
      row,
      {
        tags: material.tags.get(row.id) ?? [],
        groups: groups.map(({ name }) => name),
        areGroupsActive: groups.every(({ active }) => active),
        minIntervalSeconds,
      },
      new Fitting(),
    )
    const type = 'config' in wanted ? wanted.config['type'] : undefined
    return {
      reference: `kuma:${row.id}`,
      name: row.name,
      type: row.type,
      wanted,
      readPast: async (bounds) => {
        try {
          return readPast(file, row, type, bounds)
        } catch (error) {
          const code = sqliteCode(error)
          if (code === undefined) throw error
          throw new SourceTrouble(`${path} cannot be read to its end (${code}).`, 1, {
            cause: error,
          })
        }
      },
    }
  }
  return {
    monitors: [...rows.values()].filter(({ type }) => type !== 'group').map(toMonitor),
    left,
    [Symbol.dispose]: () => file?.close(),
  }
}
