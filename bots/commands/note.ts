import { z } from 'zod'
import { addNote, getIncident, listIncidents } from '../../src/incidents/index.ts'
import { detailsButton } from './buttons.ts'
import { accountCommand, type Call } from './command.ts'
import { no, press, refusal, say, signed } from './compose.ts'
import { findMonitor } from './find.ts'
import { monitorRule } from './options.ts'
import { incidentValue } from './present.ts'
import { name, type Reply, verbatim } from './reply.ts'
import { fill } from './sentences.ts'

const SAYS = {
  noted: 'Noted at {monitor}: {text}',
  neverDown: '{monitor} has had no incident to note anything at.',
  neverDownShort: 'It has had no incident.',
  textRule: 'must be 1 to 1000 characters, such as: restarting the pod',
} as const

async function noteReply(call: Call, id: number, words: string): Promise<Reply> {
  await addNote(call.db, call.now, call.by, id, words)
  const incident = await getIncident(call.db, id)
  return say(fill(SAYS.noted, { monitor: name(incident.monitor_name), text: verbatim(words) }), {
    ...signed(incident.resolved_at === null ? 'down' : 'up'),
    tone: 'ok',
    actions: [detailsButton(incident.id)],
    value: incidentValue(incident),
  })
}

/** Its open incident, or else its last: much is written when it is over. */
async function noteMonitor(
  call: Call,
  monitor: { readonly id: number; readonly name: string },
  words: string,
): Promise<Reply> {
  const page = { limit: 1, offset: 0 }
  const [open] = await listIncidents(call.db, { monitorId: monitor.id, isOpen: true }, page)
  const [last] = await listIncidents(call.db, { monitorId: monitor.id }, page)
  const incident = open ?? last
  if (incident !== undefined) return noteReply(call, incident.id, words)
  return no(fill(SAYS.neverDown, { monitor: name(monitor.name) }), {
    tone: 'quiet',
    value: refusal('no_incident', SAYS.neverDownShort),
  })
}

export const note = accountCommand({
  name: 'note',
  summary: 'Write something down at an incident; every channel sees it',
  example: 'note shop restarting the pod',
  group: 'trouble',
  options: [
    {
      name: 'incident',
      summary: "The incident's #number, or the monitor",
      kind: 'monitor',
      required: true,
      // What follows is the note.
      single: true,
    },
    { name: 'text', summary: 'What to write down', kind: 'text', required: true, greedy: true },
  ],
  schema: {
    incident: monitorRule,
    text: z.string(SAYS.textRule).trim().min(1, SAYS.textRule).max(1000, SAYS.textRule),
  },
  role: 'responder',
  doing: 'Writing notes',
  run: async (call, { incident, text: words }) => {
    const number = /^#(\d{1,15})$/.exec(incident)
    if (number !== null) return noteReply(call, Number(number[1]), words)
    const found = await findMonitor(call, incident, (view) => press('show', view.monitor.id))
    return 'view' in found ? noteMonitor(call, found.view.monitor, words) : found.reply
  },
})
