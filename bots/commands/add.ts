import { z } from 'zod'
import { DAY, SECOND } from '../../src/kernel/index.ts'
import { addMonitor, type Check, type MonitorView } from '../../src/monitors/index.ts'
import { isMonitorType, type MonitorType, PROBES } from '../../src/probes/index.ts'
import { accountCommand, type Call } from './command.ts'
import { press, say, signed } from './compose.ts'
import { asks } from './forms.ts'
import { lookedShort } from './check.ts'
import { guessTarget } from './guess.ts'
import { firstLook } from './looking.ts'
import { DURATION, durationRule } from './options.ts'
import { monitorValue } from './present.ts'
import { type Action, address, facts, name, note, type Reply, text } from './reply.ts'
import { fill } from './sentences.ts'
import { formatDuration } from './words.ts'

const SAYS = {
  addOne: 'Add one',
  which: 'Which address is to be watched?',
  title: 'Watch something',
  url: 'Web address, host:port or host',
  name: 'Name; the host if left out',
} as const

const LONGEST_NAME = 50
const LONGEST_URL = 2048
const INTERVAL_RULE = 'must be 10s to 1d'
const TYPES = Object.keys(PROBES)
const TYPE_RULE = `must be ${TYPES.join(' or ')}`

/** A monitor nobody named is called after its host, and its port where it has one. */
const hostOf = (url: string): string =>
  Array.from(URL.parse(url)?.host || url)
    .slice(0, LONGEST_NAME)
    .join('')

function addedReply({ monitor }: MonitorView, check: Check | undefined): Reply {
  const called = name(monitor.name)
  const outcome = check?.outcome
  const first = outcome === undefined ? 'its first look is under way' : lookedShort(outcome)
  return say([called, text(` is watched now: ${first}`)], {
    ...signed(outcome === undefined || outcome.status === 'unknown' ? 'pending' : outcome.status),
    body: [
      facts(
        ['Address', [address(monitor.url)]],
        ['Every', [text(formatDuration(monitor.intervalMs))]],
        ['Number', [text(`#${monitor.id}`)]],
      ),
      ...(outcome?.status === 'down'
        ? [note(text('If the address is a slip, delete it and add it anew.'))]
        : []),
    ],
    actions: [
      { label: 'Show', press: press('show', monitor.id), line: `show #${monitor.id}` },
      { label: 'Check now', press: press('check', monitor.id), line: `check #${monitor.id}` },
    ],
  })
}

async function addReply(
  call: Call,
  given: {
    url: string
    name?: string | undefined
    type?: MonitorType | undefined
    interval?: number | undefined
  },
): Promise<Reply> {
  const { type, url } = guessTarget(given.url, given.type)
  const view = await addMonitor(call.db, call.tools, {
    type,
    // An address that is none has no host either; one complaint is enough.
    name: given.name ?? (hostOf(url) || 'new monitor'),
    url,
    ...(given.interval === undefined ? {} : { intervalSeconds: given.interval / SECOND }),
  })
  const check = await firstLook(call, view.monitor.id)
  return {
    ...addedReply(view, check),
    value: { ...monitorValue(view, call.now), firstCheck: check?.outcome ?? null },
  }
}

/** `line`: where the words beside it do not say already what to type. */
export const addOne = (line?: string): Action => ({
  label: SAYS.addOne,
  press: press('addask', 0),
  ...(line === undefined ? {} : { line }),
})

const askUrl = async ({ place }: Call): Promise<Reply> =>
  asks(place, fill(SAYS.which), {
    title: SAYS.title,
    line: 'add',
    fields: [
      {
        name: 'url',
        label: SAYS.url,
        example: 'https://example.com',
        longest: LONGEST_URL,
        required: true,
      },
      {
        name: 'name',
        label: SAYS.name,
        example: 'Main shop',
        longest: LONGEST_NAME,
        required: false,
      },
    ],
  })

export const add = accountCommand({
  name: 'add',
  summary: 'Watch a site, a port or a host; says what the first look saw',
  example: 'add https://example.com name="Main shop" interval=1m',
  group: 'watch',
  options: [
    {
      name: 'url',
      summary: 'Web address, host:port or host, such as https://example.com',
      kind: 'text',
      required: true,
      single: true,
    },
    {
      name: 'name',
      summary: 'What to call it; its host if left out',
      kind: 'text',
      required: false,
    },
    {
      name: 'type',
      summary: `${TYPES.join(' or ')}; told by the address if left out`,
      kind: 'text',
      required: false,
      like: new RegExp(`^(?:${TYPES.join('|')})$`, 'i'),
    },
    {
      name: 'interval',
      summary: 'How often to look, 10s to 1d; 5m if left out',
      kind: 'text',
      required: false,
      like: DURATION,
    },
  ],
  schema: {
    url: z.string(),
    name: z.string().optional(),
    type: z
      .string()
      .transform((word) => word.toUpperCase())
      .refine(isMonitorType, TYPE_RULE)
      .optional(),
    interval: durationRule(10 * SECOND, DAY, INTERVAL_RULE)
      .refine((ms) => ms % SECOND === 0, INTERVAL_RULE)
      .optional(),
  },
  role: 'manager',
  doing: 'Adding a monitor',
  slow: true,
  run: addReply,
  forms: { addask: askUrl },
})
