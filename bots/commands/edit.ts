import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { InvalidInput, SECOND } from '../../src/kernel/index.ts'
import {
  editMonitor,
  type Monitor,
  type MonitorConfig,
  type MonitorView,
  type Slo,
} from '../../src/monitors/index.ts'
import { type MonitorType, PROBES } from '../../src/probes/index.ts'
import { showButton } from './buttons.ts'
import { accountCommand, type Call } from './command.ts'
import { press, say } from './compose.ts'
import { findMonitor } from './find.ts'
import { sloWords } from './objectives.ts'
import { monitorOption, monitorRule, parseDuration } from './options.ts'
import { monitorValue } from './present.ts'
import { facts, name, note, type Reply, verbatim } from './reply.ts'
import { fill, words } from './sentences.ts'
import { defaultsOf, requireOption, valueOf } from './settings.ts'
import { formatDuration, inMilliseconds } from './words.ts'

const SAYS = {
  changed: '{monitor} is changed',
  asItWas: '{monitor} is as it was',
  oldToNew: '{old} → {new}',
  newAddress: 'Looked at anew; what was known of the old address ends here.',
  none: 'none',
  objectiveRule: 'must be a percentage such as 99.9 or 99.9 % in 7 d, not {given}',
  days: 'the days of objective',
  off: 'off',
  lengthRule: 'must be a time such as 5m, not {given}',
  secretRule: 'may hold secrets, which belong in no chat; set it over the API',
  settingRule: 'must be the name of a setting such as interval',
  valueRule: 'must be at most 500 characters',
} as const

type Fields = Readonly<Record<string, unknown>>

/** What can be set of every monitor, and how it is said in chat. */
const COMMON = ['name', 'url', 'interval', 'timeout', 'tags', 'dependsOn', 'objective'] as const
/** Of the policy: its own name, and the unit a bare number has. */
const POLICY: Readonly<
  Record<string, readonly [field: keyof MonitorConfig['policy'], unitMs: number | null]>
> = {
  confirmations: ['confirmations', null],
  recovery: ['recovery', null],
  alertAfter: ['alertAfterSeconds', SECOND],
  retry: ['retrySeconds', SECOND],
  reminder: ['reminderSeconds', SECOND],
  degraded: ['degradedMs', 1],
}
const OBJECTIVE = /^(\d+(?:[.,]\d+)?)\s*%?(?:\s+(?:(?:in|over)\s+)?(\d+)\s*d(?:ays?)?)?$/i
const OFF = /^(?:off|none|no|-)$/i

const refuse = (path: string, message: string) =>
  new InvalidInput([{ path, code: 'format', message }])

/** `5m`, or a bare number of `unitMs`; `off` is what `off` says. */
function lengthOf(
  setting: string,
  typed: string,
  unitMs: number,
  off: number | null,
): number | null {
  if (OFF.test(typed)) return off
  const milliseconds = /^(\d+)\s*ms$/i.exec(typed)?.[1]
  const ms =
    milliseconds !== undefined
      ? Number(milliseconds)
      : /^\d+$/.test(typed)
        ? Number(typed) * unitMs
        : parseDuration(typed)
  if (ms === undefined)
    throw refuse(setting, words(SAYS.lengthRule, { given: JSON.stringify(typed) }))
  return ms / unitMs
}

async function idsOf(call: Call, typed: string): Promise<number[] | Reply> {
  const ids: number[] = []
  for (const part of OFF.test(typed) ? [] : typed.split(',')) {
    const found = await findMonitor(call, part.trim(), (view) => press('show', view.monitor.id))
    if ('reply' in found) return found.reply
    ids.push(found.view.monitor.id)
  }
  return ids
}

/** `99.9`, `99.9 %`, `99.9 % in 7 d`; days that are left out stay as they are. */
function sloOf(setting: string, typed: string, before: Slo | null): Partial<Slo> | null {
  if (OFF.test(typed)) return null
  const [, percent, days] = OBJECTIVE.exec(typed) ?? []
  if (percent === undefined)
    throw refuse(setting, words(SAYS.objectiveRule, { given: JSON.stringify(typed) }))
  return {
    ...before,
    objective: Number(percent.replace(',', '.')),
    ...(days === undefined ? {} : { days: Number(days) }),
  }
}

/** Names of everything this monitor lets be set here, secrets left out: no chat is a place for them. */
function settingsOf({ type }: Monitor): readonly string[] {
  const { secrets } = PROBES[type]
  const options = Object.keys(defaultsOf(type)).filter((it) => !secrets.includes(it))
  return [...COMMON, ...Object.keys(POLICY), ...options]
}

/** Of every kind there is. */
const ALL = [
  ...COMMON,
  ...Object.keys(POLICY),
  ...new Set(Object.keys(PROBES).flatMap((type) => Object.keys(defaultsOf(type as MonitorType)))),
]

type Change = (config: MonitorConfig) => Fields

/** How the configuration changes; or an answer, where it is not clear what was meant. */
async function changeOf(
  call: Call,
  { monitor }: MonitorView,
  setting: string,
  typed: string,
): Promise<Change | Reply> {
  const policy = POLICY[setting]
  if (policy !== undefined) {
    const [field, unitMs] = policy
    const off = field === 'degradedMs' ? null : 0
    const value = unitMs === null ? valueOf(typed, 0) : lengthOf(setting, typed, unitMs, off)
    return (config) => ({ ...config, policy: { ...config.policy, [field]: value } })
  }
  switch (setting) {
    case 'name':
    case 'url':
      return (config) => ({ ...config, [setting]: typed })
    case 'interval':
      return (config) => ({ ...config, intervalSeconds: lengthOf(setting, typed, SECOND, null) })
    case 'timeout':
      return (config) => ({ ...config, timeoutSeconds: lengthOf(setting, typed, SECOND, null) })
    case 'tags': {
      const tags = OFF.test(typed) ? [] : typed.split(/[\s,]+/).filter((tag) => tag !== '')
      return (config) => ({ ...config, tags })
    }
    case 'objective': {
      return (config) => ({ ...config, slo: sloOf(setting, typed, config.slo) })
    }
    case 'dependsOn': {
      const ids = await idsOf(call, typed)
      return Array.isArray(ids) ? (config) => ({ ...config, dependsOn: ids }) : ids
    }
    default: {
      const usual = defaultsOf(monitor.type)[setting]
      const value =
        OFF.test(typed) && !Array.isArray(usual)
          ? (usual ?? null)
          : OFF.test(typed)
            ? []
            : valueOf(typed, usual)
      return (config) => ({ ...config, options: { ...config.options, [setting]: value } })
    }
  }
}

function shownAs(monitor: Monitor, setting: string): string {
  const [field] = POLICY[setting] ?? []
  const fields: Fields = { ...monitor, ...monitor.options }
  const value =
    field !== undefined
      ? monitor.policy[field]
      : setting === 'interval'
        ? monitor.intervalMs
        : setting === 'timeout'
          ? monitor.timeoutMs
          : setting === 'objective'
            ? monitor.slo && sloWords(monitor.slo)
            : fields[setting]
  if (value === null || value === undefined || (Array.isArray(value) && value.length === 0))
    return SAYS.none
  if (setting === 'interval' || setting === 'timeout') return formatDuration(Number(value))
  const unitMs = POLICY[setting]?.[1]
  if (unitMs === SECOND) return value === 0 ? SAYS.off : formatDuration(Number(value) * SECOND)
  if (unitMs === 1) return inMilliseconds(Number(value))
  return typeof value === 'string' ? value : JSON.stringify(value)
}

const OURS =
  /^(?:options|policy)\.|^(?:name|url|intervalSeconds|timeoutSeconds|tags|dependsOn|slo)\b/

/** Rules name our fields; here they are called as people set them. */
function inChatNames(error: unknown, setting: string): unknown {
  if (!(error instanceof InvalidInput)) return error
  return new InvalidInput(
    error.violations.map((it) =>
      it.path === 'slo.days'
        ? { ...it, path: SAYS.days }
        : OURS.test(it.path)
          ? { ...it, path: setting }
          : it,
    ),
  )
}

async function editReply(
  call: Call,
  given: { monitor: string; setting: string; value: string },
): Promise<Reply> {
  const found = await findMonitor(call, given.monitor, (view) => press('show', view.monitor.id))
  if ('reply' in found) return found.reply
  const { monitor } = found.view
  const known = settingsOf(monitor)
  const setting =
    known.find((it) => it.toLowerCase() === given.setting.toLowerCase()) ?? given.setting
  if (PROBES[monitor.type].secrets.includes(setting)) throw refuse(setting, SAYS.secretRule)
  requireOption(monitor.type, setting, known)
  const change = await changeOf(call, found.view, setting, given.value.trim())
  if (typeof change !== 'function') return change
  try {
    const after = await editMonitor(call.db, call.tools, monitor.id, change)
    call.deps.looker.nudge()
    return editedReply(call, monitor, after, setting)
  } catch (error) {
    throw inChatNames(error, setting)
  }
}

function editedReply(call: Call, before: Monitor, view: MonitorView, setting: string): Reply {
  const { monitor } = view
  const [old, fresh] = [shownAs(before, setting), shownAs(monitor, setting)]
  const isSame = isDeepStrictEqual(before, monitor)
  return say(fill(isSame ? SAYS.asItWas : SAYS.changed, { monitor: name(monitor.name) }), {
    tone: isSame ? 'quiet' : 'ok',
    body: [
      facts([
        setting,
        isSame
          ? [verbatim(fresh)]
          : fill(SAYS.oldToNew, { old: verbatim(old), new: verbatim(fresh) }),
      ]),
      ...(before.url !== monitor.url ? [note(...fill(SAYS.newAddress))] : []),
    ],
    actions: [showButton(monitor.id)],
    value: { monitor: monitorValue(view, call.now), setting, old, new: fresh },
  })
}

export const edit = accountCommand({
  name: 'edit',
  summary: 'Change one setting of a monitor; says what it was and what it is',
  example: 'edit shop interval 1m',
  group: 'watch',
  options: [
    monitorOption('Which monitor'),
    {
      name: 'setting',
      summary:
        'name, url, interval, timeout, tags, dependsOn, objective, confirmations, degraded …',
      kind: 'text',
      required: true,
      single: true,
      insists: true,
      like: new RegExp(`^(?:${ALL.join('|')})$`, 'i'),
    },
    { name: 'value', summary: 'What it is to be; off for none', kind: 'text', required: true },
  ],
  schema: {
    monitor: monitorRule,
    setting: z.string().trim().max(40, SAYS.settingRule),
    value: z.string().max(500, SAYS.valueRule),
  },
  role: 'manager',
  doing: 'Changing a monitor',
  run: editReply,
})
