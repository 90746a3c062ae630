import { z } from 'zod'
import { addNote, getIncident, listIncidents } from '../../src/incidents/index.ts'
import { detailsButton } from './buttons.ts'
import { accountCommand, type Call } from './command.ts'
import { no, press, refusal, say, signed } from './compose.ts'
import { findMonitor } from './find.ts'
import { asks } from './forms.ts'
import { monitorRule } from './options.ts'
import { incidentValue } from './present.ts'
import { type Action, name, type Reply, verbatim } from './reply.ts'
import { fill, words } from './sentences.ts'

const SAYS = {
  noted: 'Noted at {monitor}: {text}',
  neverDown: '{monitor} has had no incident to note anything at.',
  neverDownShort: 'It has had no incident.',
  textRule: 'must be 1 to 1000 characters, such as: restarting the pod',
  addNote: 'Add note',
  what: 'What is to be noted at {monitor}?',
  title: 'Note at incident #{id}',
  note: 'Note; every channel sees it',
} as const

const LONGEST = 1000

export const noteRule = z
  .string(SAYS.textRule)
  .trim()
  .min(1, SAYS.textRule)
  .max(LONGEST, SAYS.textRule)

export const noteAction = (incidentId: number): Action => ({
  label: SAYS.addNote,
  press: press('noteask', incidentId),
  line: `note #${incidentId} TEXT`,
})

async function askNote({ db, place }: Call, id: number): Promise<Reply> {
  const { monitor_name } = await getIncident(db, id)
  return asks(place, fill(SAYS.what, { monitor: name(monitor_name) }), {
    title: words(SAYS.title, { id }),
    line: `note #${id}`,
    fields: [
      {
        name: 'text',
        label: SAYS.note,
        example: 'restarting the pod',
        longest: LONGEST,
        required: true,
      },
    ],
  })
}

async function noteReply(call: Call, id: number, said: string): Promise<Reply> {
  await addNote(call.db, call.now, call.by, id, said)
  const incident = await getIncident(call.db, id)
  return say(fill(SAYS.noted, { monitor: name(incident.monitor_name), text: verbatim(said) }), {
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
  said: string,
): Promise<Reply> {
  const page = { limit: 1, offset: 0 }
  const [open] = await listIncidents(call.db, { monitorId: monitor.id, isOpen: true }, page)
  const [last] = await listIncidents(call.db, { monitorId: monitor.id }, page)
  const incident = open ?? last
  if (incident !== undefined) return noteReply(call, incident.id, said)
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
    text: noteRule,
  },
  role: 'responder',
  doing: 'Writing notes',
  run: async (call, { incident, text: said }) => {
    const number = /^#(\d{1,15})$/.exec(incident)
    if (number !== null) return noteReply(call, Number(number[1]), said)
    const found = await findMonitor(call, incident, (view) => press('show', view.monitor.id))
    return 'view' in found ? noteMonitor(call, found.view.monitor, said) : found.reply
  },
  forms: { noteask: (call, { id }) => askNote(call, id) },
})
