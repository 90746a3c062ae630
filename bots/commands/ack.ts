import {
  acknowledgeIncident,
  addNote,
  getIncident,
  type Incident,
  listIncidents,
  readNews,
  stormMembers,
} from '../../src/incidents/index.ts'
import { plain } from '../../src/kernel/index.ts'
import { getMonitor, type Outline } from '../../src/monitors/index.ts'
import { checkButton, detailsButton } from './buttons.ts'
import { accountCommand, type Call } from './command.ts'
import { no, press, refusal, say, signed } from './compose.ts'
import type { Choice } from './desk.ts'
import { findMonitor } from './find.ts'
import { wordNews } from './news.ts'
import { noteAction, noteRule } from './note.ts'
import { monitorRule } from './options.ts'
import { formatAge } from './phrases.ts'
import { incidentValue } from './present.ts'
import { line, name, note, type Reply, verbatim } from './reply.ts'
import { fill, words } from './sentences.ts'
import { relativeWords } from './times.ts'

const SAYS = {
  first: '{person} was first, {ago}',
  onIt: '{person} is on it: {monitor}',
  incident: 'Incident #{id}, down {length}',
  noted: 'Noted: {text}',
  noneOpen: '{monitor} has no open incident.',
  noneOpenShort: 'It has no open incident.',
  choice: '🔴 {monitor} · down {length} · #{id}',
} as const

const MOST = 100

function firstReply({ now }: Call, incident: Incident): Reply {
  return no(
    fill(SAYS.first, {
      person: name(incident.acknowledged_by ?? ''),
      ago: relativeWords(incident.acknowledged_at ?? now, now),
    }),
    { tone: 'quiet', value: incidentValue(incident) },
  )
}

/** Whether this call is the one that counts, and the incident as it is now. */
async function acknowledge(
  call: Call,
  id: number,
): Promise<{ first: boolean; incident: Incident }> {
  const { db, now, by } = call
  const before = await getIncident(db, id)
  const incident = await acknowledgeIncident(db, now, by, id)
  const mine = incident.acknowledged_at === now && incident.acknowledged_by === by.name
  return { first: before.acknowledged_at === null && mine, incident }
}

/** Said by who was not the first, a note is a note all the same. */
async function ackReply(call: Call, id: number, said?: string): Promise<Reply> {
  const { first, incident } = await acknowledge(call, id)
  if (said !== undefined) await addNote(call.db, call.now, call.by, id, said)
  const noted = said === undefined ? [] : [line(...fill(SAYS.noted, { text: verbatim(said) }))]
  if (!first) return { ...firstReply(call, incident), body: noted }
  return say(
    fill(SAYS.onIt, { person: name(call.by.name), monitor: name(incident.monitor_name) }),
    {
      ...signed('down'),
      tone: 'ok',
      body: [
        ...noted,
        note(
          ...fill(SAYS.incident, {
            id: incident.id,
            length: formatAge(call.now - incident.started_at),
          }),
        ),
      ],
      actions: [
        noteAction(incident.id),
        detailsButton(incident.id),
        ...(incident.monitor_id === null ? [] : [checkButton(incident.monitor_id)]),
      ],
      value: incidentValue(incident),
    },
  )
}

async function openOf(call: Call, monitorId: number): Promise<Incident | undefined> {
  const open = await listIncidents(call.db, { monitorId, isOpen: true }, { limit: MOST, offset: 0 })
  return open.find(({ severity }) => severity === 'down') ?? open[0]
}

async function ackMonitor(
  call: Call,
  monitor: { readonly id: number; readonly name: string },
  said?: string,
): Promise<Reply> {
  const incident = await openOf(call, monitor.id)
  if (incident !== undefined) return ackReply(call, incident.id, said)
  return no(fill(SAYS.noneOpen, { monitor: name(monitor.name) }), {
    tone: 'quiet',
    value: refusal('no_incident', SAYS.noneOpenShort),
  })
}

async function openChoices({ db, now }: Call, typed: string): Promise<readonly Choice[]> {
  const open = await listIncidents(db, { isOpen: true }, { limit: MOST, offset: 0 })
  const wanted = typed.toLowerCase()
  return open
    .filter((it) => `#${it.id} ${it.monitor_name}`.toLowerCase().includes(wanted))
    .map((it) => ({
      label: words(SAYS.choice, {
        monitor: plain(it.monitor_name, 50),
        length: formatAge(now - it.started_at),
        id: it.id,
      }),
      value: `#${it.id}`,
    }))
}

const pressOf = ({ monitor }: Outline): string => press('ackm', monitor.id)

export const ack = accountCommand({
  name: 'ack',
  summary: 'Say that you are on it; every channel sees it',
  example: 'ack shop restarting the pod',
  group: 'trouble',
  options: [
    {
      name: 'incident',
      summary: "The incident's #number, or the monitor that is down",
      kind: 'monitor',
      required: true,
      // What follows is the note.
      single: true,
    },
    {
      name: 'note',
      summary: 'What you do about it; every channel sees it',
      kind: 'text',
      required: false,
      greedy: true,
    },
  ],
  schema: { incident: monitorRule, note: noteRule.optional() },
  role: 'responder',
  doing: 'Acknowledging',
  run: async (call, { incident, note: said }) => {
    const number = /^#(\d{1,15})$/.exec(incident)
    if (number !== null) return ackReply(call, Number(number[1]), said)
    // `ack main shop`: the whole of it may be a name.
    const whole =
      said === undefined ? null : await findMonitor(call, `${incident} ${said}`, pressOf)
    if (whole !== null && 'view' in whole) return ackMonitor(call, whole.view.monitor)
    const found = await findMonitor(call, incident, pressOf)
    if ('view' in found) return ackMonitor(call, found.view.monitor, said)
    // Where no monitor is called so, a bare number is the incident's.
    return /^\d{1,15}$/.test(incident) ? ackReply(call, Number(incident), said) : found.reply
  },
  presses: {
    // The alert itself, as every channel will show it.
    ack: async (call, { id }) => {
      const { first, incident } = await acknowledge(call, id)
      if (!first) return firstReply(call, incident)
      const told = await readNews(call.db, id, call.now)
      return told === undefined
        ? ackReply(call, id)
        : { ...wordNews({ kind: 'alert', incident: told.news }), value: incidentValue(incident) }
    },
    // All that is open of many at once; their one message shows it.
    acks: async (call, { id }) => {
      const members = await stormMembers(call.db, id)
      for (const member of members)
        if (member.resolved_at === null && member.acknowledged_at === null)
          await acknowledge(call, member.id)
      const told = await readNews(call.db, id, call.now)
      const [first] = members
      // Pressed on a message whose storm is forgotten, or never was one.
      return told === undefined || first === undefined
        ? ackReply(call, id)
        : { ...wordNews({ kind: 'alert', incident: told.news }), value: incidentValue(first) }
    },
    ackm: async (call, { id }) =>
      ackMonitor(call, (await getMonitor(call.db, call.deps.sealer, id)).monitor),
  },
  complete: openChoices,
})
