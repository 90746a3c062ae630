import { z } from 'zod'
import { DAY, SECOND } from '../../src/kernel/index.ts'
import { addMonitor, type Check, type MonitorView } from '../../src/monitors/index.ts'
import { isMonitorType, type MonitorType, PROBES } from '../../src/probes/index.ts'
import { checkButton, showButton } from './buttons.ts'
import { accountCommand, type Call } from './command.ts'
import { say, signed } from './compose.ts'
import { asks } from './forms.ts'
import { lookedShort } from './check.ts'
import { guessTarget } from './guess.ts'
import { firstLook } from './looking.ts'
import { DURATION, durationRule } from './options.ts'
import { numberRuns } from './phrases.ts'
import { monitorValue } from './present.ts'
import { address, facts, name, note, type Reply, text } from './reply.ts'
import { fill, words } from './sentences.ts'
import { formatDuration } from './words.ts'

const SAYS = {
  added: '{monitor} is watched now: {saw}',
  address: 'Address',
  every: 'Every',
  number: 'Number',
  slip: 'If the address is a slip, delete it and add it anew.',
  nameless: 'new monitor',
  intervalRule: 'must be 10s to 1d',
  or: ' or ',
  typeRule: 'must be {types}',
  which: 'Which address is to be watched?',
  title: 'Watch something',
  url: 'Web address, host:port or host',
  name: 'Name; the host if left out',
} as const

const LONGEST_NAME = 50
const LONGEST_URL = 2048
const TYPES = Object.keys(PROBES)
const TYPE_RULE = words(SAYS.typeRule, { types: TYPES.join(SAYS.or) })

/** A monitor nobody named is called after its host, and its port where it has one. */
const hostOf = (url: string): string =>
  Array.from(URL.parse(url)?.host || url)
    .slice(0, LONGEST_NAME)
    .join('')

function addedReply({ monitor }: MonitorView, check: Check | undefined): Reply {
  const outcome = check?.outcome
  return say(fill(SAYS.added, { monitor: name(monitor.name), saw: lookedShort(outcome) }), {
    ...signed(outcome === undefined || outcome.status === 'unknown' ? 'pending' : outcome.status),
    body: [
      facts(
        [SAYS.address, [address(monitor.url)]],
        [SAYS.every, [text(formatDuration(monitor.intervalMs))]],
        [SAYS.number, numberRuns(monitor.id)],
      ),
      ...(outcome?.status === 'down' ? [note(...fill(SAYS.slip))] : []),
    ],
    actions: [showButton(monitor.id), checkButton(monitor.id)],
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
    name: given.name ?? (hostOf(url) || SAYS.nameless),
    url,
    ...(given.interval === undefined ? {} : { intervalSeconds: given.interval / SECOND }),
  })
  const check = await firstLook(call, view.monitor.id)
  return {
    ...addedReply(view, check),
    value: { ...monitorValue(view, call.now), firstCheck: check?.outcome ?? null },
  }
}

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
      summary: `${TYPES.join(SAYS.or)}; told by the address if left out`,
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
    interval: durationRule(10 * SECOND, DAY, SAYS.intervalRule)
      .refine((ms) => ms % SECOND === 0, SAYS.intervalRule)
      .optional(),
  },
  role: 'manager',
  doing: 'Adding a monitor',
  slow: true,
  run: addReply,
  forms: { addask: askUrl },
})
