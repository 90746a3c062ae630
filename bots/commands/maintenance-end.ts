import { Fault, plain } from '../../src/kernel/index.ts'
import {
  deleteMaintenance,
  endMaintenance,
  getMaintenance,
  isOn,
  listMaintenances,
  type Maintenance,
} from '../../src/maintenance/index.ts'
import { fold } from '../../src/storage/index.ts'
import { z } from 'zod'
import { accountCommand, type Call } from './command.ts'
import { no, press, refusal, say, signed } from './compose.ts'
import type { Choice } from './desk.ts'
import { listAction, planFacts, planValue, readCoverage, windowOf } from './maintenance-words.ts'
import { type Action, name, note, type Reply, verbatim } from './reply.ts'
import { fill, words } from './sentences.ts'

const SAYS = {
  over: 'The maintenance {name} is over.',
  goesOn: 'It goes on as planned:',
  toldAgain: 'From now on people are told again, and uptime is charged.',
  notOn: 'The maintenance {name} is not on just now; it comes again.',
  notOnShort: 'It is not on just now.',
  calledOff: 'The maintenance {name} is called off.',
  unclear: '{typed} could be {ids}. Which one?',
  unclearShort: 'It could be {ids}.',
  choice: { on: '#{id} {name} · on', planned: '#{id} {name} · planned' },
  deletePlan: 'Delete the plan',
  idRule: 'must be the number or the name of a maintenance',
} as const

const LONGEST_NAME = 60

const deleteAction = ({ id }: Maintenance): Action => ({
  label: SAYS.deletePlan,
  press: press('mdel', id),
})

/** Ends the window that is on; one that has not begun and comes once is called off. */
async function endReply(call: Call, it: Maintenance): Promise<Reply> {
  const { db, now, deps } = call
  if (isOn(it, now)) {
    const ended = await endMaintenance(db, call, it.id)
    deps.looker.nudge()
    const goesOn = windowOf(ended, now) !== null
    return say(fill(SAYS.over, { name: name(it.name) }), {
      ...signed('maintenance'),
      body: [
        note(...fill(goesOn ? SAYS.goesOn : SAYS.toldAgain)),
        ...(goesOn ? [planFacts(ended, await readCoverage(call), now)] : []),
      ],
      actions: goesOn ? [deleteAction(ended), listAction] : [listAction],
      value: planValue(ended, now),
    })
  }
  if (windowOf(it, now) === null) throw new Fault('maintenance_not_on', { name: it.name })
  if (it.cron === null) return deleteReply(call, it.id)
  return no(fill(SAYS.notOn, { name: name(it.name) }), {
    tone: 'quiet',
    audience: 'all',
    body: [planFacts(it, await readCoverage(call), now)],
    actions: [deleteAction(it), listAction],
    value: refusal('maintenance_not_on', SAYS.notOnShort),
  })
}

async function deleteReply(call: Call, id: number): Promise<Reply> {
  const deleted = await deleteMaintenance(call.db, call, id)
  call.deps.looker.nudge()
  return say(fill(SAYS.calledOff, { name: name(deleted.name) }), {
    ...signed('maintenance'),
    actions: [listAction],
    value: planValue(deleted, call.now),
  })
}

/** By `#3` or `3`, or by name where it is the only one on, or the only one to come. */
async function findMaintenance(
  call: Call,
  typed: string,
): Promise<{ readonly found: Maintenance } | { readonly reply: Reply }> {
  const { db, now } = call
  const number = /^#?(\d{1,15})$/.exec(typed)?.[1]
  if (number !== undefined) return { found: await getMaintenance(db, Number(number)) }
  const named = (await listMaintenances(db, now)).filter(
    (it) => fold(it.name) === fold(typed) && windowOf(it, now) !== null,
  )
  const current = named.filter((it) => isOn(it, now))
  const [only, ...others] = current.length > 0 ? current : named
  if (only === undefined) throw new Fault('maintenance_unknown', { name: typed })
  if (others.length === 0) return { found: only }
  const ids = [only, ...others].map(({ id }) => `#${id}`).join(', ')
  return {
    reply: no(fill(SAYS.unclear, { typed: verbatim(typed), ids }), {
      actions: [listAction],
      value: refusal('maintenance_unclear', words(SAYS.unclearShort, { ids })),
    }),
  }
}

async function completeIds({ db, now }: Call, typed: string): Promise<readonly Choice[]> {
  const wanted = fold(typed.trim())
  return (await listMaintenances(db, now))
    .filter((it) => windowOf(it, now) !== null && `#${it.id} ${fold(it.name)}`.includes(wanted))
    .toSorted((a, b) => Number(isOn(b, now)) - Number(isOn(a, now)) || a.id - b.id)
    .map((it) => ({
      label: words(SAYS.choice[isOn(it, now) ? 'on' : 'planned'], {
        id: it.id,
        name: plain(it.name, LONGEST_NAME),
      }),
      value: `#${it.id}`,
    }))
}

export const endCommand = accountCommand({
  name: 'maintenance end',
  summary: 'End one that is on, or call off one that is planned',
  example: 'maintenance end #3',
  group: 'quiet',
  options: [{ name: 'id', summary: 'Its number or name', kind: 'monitor', required: true }],
  schema: { id: z.string().trim().min(1, SAYS.idRule).max(100, SAYS.idRule) },
  role: 'manager',
  doing: 'Ending maintenance',
  complete: completeIds,
  run: async (call, { id }) => {
    const read = await findMaintenance(call, id)
    return 'reply' in read ? read.reply : endReply(call, read.found)
  },
  presses: {
    mend: async (call, { id }) => endReply(call, await getMaintenance(call.db, id)),
    mdel: (call, { id }) => deleteReply(call, id),
  },
})
