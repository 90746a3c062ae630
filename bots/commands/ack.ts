import {
  acknowledgeIncident,
  getIncident,
  type Incident,
  listIncidents,
  readNews,
  stormMembers,
} from '../../src/incidents/index.ts'
import { plain, SECOND } from '../../src/kernel/index.ts'
import { getMonitor } from '../../src/monitors/index.ts'
import { accountCommand, type Call } from './command.ts'
import { no, press, refusal, say, signed } from './compose.ts'
import type { Choice } from './desk.ts'
import { findMonitor } from './find.ts'
import { wordNews } from './news.ts'
import { noteAction } from './note.ts'
import { monitorRule } from './options.ts'
import { formatAge } from './phrases.ts'
import { incidentValue } from './present.ts'
import { name, note, type Reply, text } from './reply.ts'
import { formatDuration } from './words.ts'

const MOST = 100

const agoWords = (ms: number): string => (ms < SECOND ? 'just now' : `${formatDuration(ms)} ago`)

function firstReply({ now }: Call, incident: Incident): Reply {
  return no(
    [
      name(incident.acknowledged_by ?? ''),
      text(` was first, ${agoWords(now - (incident.acknowledged_at ?? now))}`),
    ],
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

async function ackReply(call: Call, id: number): Promise<Reply> {
  const { first, incident } = await acknowledge(call, id)
  if (!first) return firstReply(call, incident)
  return say([name(call.by.name), text(' is on it: '), name(incident.monitor_name)], {
    ...signed('down'),
    tone: 'ok',
    body: [
      note(text(`Incident #${incident.id}, down ${formatAge(call.now - incident.started_at)}`)),
    ],
    actions: [
      noteAction(incident.id),
      { label: 'Details', press: press('inc', incident.id) },
      ...(incident.monitor_id === null
        ? []
        : [
            {
              label: 'Check now',
              press: press('check', incident.monitor_id),
              line: `check #${incident.monitor_id}`,
            },
          ]),
    ],
    value: incidentValue(incident),
  })
}

async function openOf(call: Call, monitorId: number): Promise<Incident | undefined> {
  const open = await listIncidents(call.db, { monitorId, isOpen: true }, { limit: MOST, offset: 0 })
  return open.find(({ severity }) => severity === 'down') ?? open[0]
}

async function ackMonitor(call: Call, monitor: { id: number; name: string }): Promise<Reply> {
  const incident = await openOf(call, monitor.id)
  if (incident !== undefined) return ackReply(call, incident.id)
  return no([name(monitor.name), text(' has no open incident.')], {
    tone: 'quiet',
    value: refusal('no_incident', 'It has no open incident.'),
  })
}

async function openChoices({ db, now }: Call, typed: string): Promise<readonly Choice[]> {
  const open = await listIncidents(db, { isOpen: true }, { limit: MOST, offset: 0 })
  const wanted = typed.toLowerCase()
  return open
    .filter((it) => `#${it.id} ${it.monitor_name}`.toLowerCase().includes(wanted))
    .map((it) => ({
      label: `🔴 ${plain(it.monitor_name, 50)} · down ${formatAge(now - it.started_at)} · #${it.id}`,
      value: `#${it.id}`,
    }))
}

export const ack = accountCommand({
  name: 'ack',
  summary: 'Say that you are on it; every channel sees it',
  example: 'ack shop',
  group: 'trouble',
  options: [
    {
      name: 'incident',
      summary: "The incident's #number, or the monitor that is down",
      kind: 'monitor',
      required: true,
    },
  ],
  schema: { incident: monitorRule },
  role: 'responder',
  doing: 'Acknowledging',
  run: async (call, { incident }) => {
    const number = /^#(\d{1,15})$/.exec(incident)
    if (number !== null) return ackReply(call, Number(number[1]))
    const found = await findMonitor(call, incident, (view) => press('ackm', view.monitor.id))
    if ('view' in found) return ackMonitor(call, found.view.monitor)
    // Where no monitor is called so, a bare number is the incident's.
    return /^\d{1,15}$/.test(incident) ? ackReply(call, Number(incident)) : found.reply
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
