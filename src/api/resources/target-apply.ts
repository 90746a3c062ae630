import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { InvalidInput, type Violation } from '../../kernel/index.ts'
import {
  type Applied,
  applyMonitors,
  type ChangeTools,
  type MonitorView,
} from '../../monitors/index.ts'
import { invalidParameter } from '../parameters.ts'
import type { Answer, Call, Resource } from '../route.ts'
import { wire } from '../wire.ts'
import { type Reading, readTarget } from './target-input.ts'
import { PATH, writtenFields } from './target-view.ts'

const MOST_TARGETS = 1000
const LONGEST_OWNER = 60
const TARGETS_RULE = `must be a list of at most ${MOST_TARGETS} targets`
const REFERENCE_RULE = 'must be text of 1 to 120 characters'

/** What came of applying a set. */
export const applyShape = z.object({
  dryRun: wire.flag,
  managedBy: wire.text,
  created: z.int().min(0),
  updated: z.int().min(0),
  deleted: z.int().min(0),
  unchanged: z.int().min(0),
  changes: z.array(
    z.object({
      action: wire.one('create', 'update', 'delete'),
      externalRef: wire.text,
      target: wire.iri('Target').nullable(),
      diff: z.record(wire.text, z.array(z.unknown())),
    }),
  ),
})

export const applyBody = z.strictObject({
  targets: z.array(z.record(z.string(), z.unknown()), TARGETS_RULE).max(MOST_TARGETS, TARGETS_RULE),
})

type Entry = z.output<typeof applyBody>['targets'][number]

interface Read {
  readonly reading: Reading
  readonly reference: string
}

/** Reads one of the set; its own violations are noted with its place. */
function readOne(call: Call, entry: Entry, index: number, violations: Violation[]): Read {
  const reading = readTarget(entry, {
    base: undefined,
    routeType: undefined,
    accountId: call.account.id,
    site: call.site,
    isLenient: call.isLenient,
  })
  const path = `targets[${index}]`
  for (const it of reading.violations) violations.push({ ...it, path: `${path}.${it.path}` })
  const reference = entry['externalRef']
  if (typeof reference === 'string' && reference !== '') return { reading, reference }
  const code = reference === undefined ? 'required' : 'type'
  violations.push({
    path: `${path}.externalRef`,
    code,
    message: code === 'required' ? 'is required' : REFERENCE_RULE,
  })
  return { reading, reference: '' }
}

function refuseRepeated(reads: readonly Read[], violations: Violation[]): void {
  const seen = new Set<string>()
  for (const [index, { reference }] of reads.entries()) {
    if (reference !== '' && seen.has(reference))
      violations.push({
        path: `targets[${index}].externalRef`,
        code: 'conflict',
        message: 'is there twice',
      })
    seen.add(reference)
  }
}

/** `[3].timeoutSeconds` of the domain as `targets[3].requestTimeout` of the wire. */
function inPlace(reads: readonly Read[], { path, ...rest }: Violation): Violation {
  const [, index = '0', field = ''] = /^\[(\d+)\]\.(.*)$/s.exec(path) ?? []
  const named = reads[Number(index)]!.reading.toWire({ path: field, ...rest })
  return { ...named, path: `targets[${index}].${named.path}` }
}

function diffOf(call: Call, before: MonitorView | null, after: MonitorView | null) {
  const old = before === null ? {} : writtenFields(before, call)
  const fresh = after === null ? {} : writtenFields(after, call)
  return Object.fromEntries(
    Object.keys(fresh)
      .filter((name) => before !== null && !isDeepStrictEqual(old[name], fresh[name]))
      .map((name) => [name, [old[name] ?? null, fresh[name]]]),
  )
}

function changeOf(call: Call, it: Applied, isTrial: boolean) {
  if (it.action === 'keep') return []
  const view = it.action === 'delete' ? it.before : it.after
  const iri = call.site.iri(`${PATH}/${view.monitor.id}`)
  return [
    {
      action: it.action,
      externalRef: it.reference,
      // What a trial made is there no more.
      target: it.action === 'create' && isTrial ? null : iri,
      diff: it.action === 'update' ? diffOf(call, it.before, it.after) : {},
    },
  ]
}

export const APPLIED: Pick<Resource, 'name' | 'title' | 'shape'> = {
  name: 'TargetApply',
  title: 'What came of applying a set of targets',
  shape: applyShape,
}

/** Makes the targets of one owner what the body says, all or nothing. */
export async function applyTargets(
  call: Call,
  tools: ChangeTools,
  asked: {
    readonly managedBy?: string | undefined
    readonly dryRun?: boolean | undefined
    readonly prune?: boolean | undefined
  },
  { targets }: z.output<typeof applyBody>,
): Promise<Answer> {
  const { managedBy, dryRun = false, prune = false } = asked
  if (managedBy === undefined || managedBy.length > LONGEST_OWNER)
    throw invalidParameter(
      'managedBy',
      `managedBy must be 1 to ${LONGEST_OWNER} characters: who keeps these targets, such as git:infra.`,
      ['managedBy', 'dryRun', 'prune'],
    )
  const violations: Violation[] = []
  const reads = targets.map((entry, index) => readOne(call, entry, index, violations))
  refuseRepeated(reads, violations)
  if (violations.length > 0) throw new InvalidInput(violations)
  const wishes = reads.map(({ reference, reading }) => ({ reference, wanted: reading.wanted }))
  const how = { isTrial: dryRun, prunes: prune }
  try {
    const applied = await applyMonitors(call.db, tools, managedBy, wishes, how)
    if (!dryRun) call.deps.looker.nudge()
    const count = (action: Applied['action']) => applied.filter((it) => it.action === action).length
    return {
      kind: 'item',
      type: APPLIED.name,
      path: null,
      fields: {
        dryRun,
        managedBy,
        created: count('create'),
        updated: count('update'),
        deleted: count('delete'),
        unchanged: count('keep'),
        changes: applied.flatMap((it) => changeOf(call, it, dryRun)),
      },
    }
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error
    throw new InvalidInput(error.violations.map((it) => inPlace(reads, it)))
  }
}
