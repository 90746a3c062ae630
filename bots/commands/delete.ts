import { countIncidents } from '../../src/incidents/index.ts'
import { deleteMonitor, getMonitor, type MonitorView } from '../../src/monitors/index.ts'
import { accountCommand, type Call, type Pressed } from './command.ts'
import { press, say } from './compose.ts'
import { askConfirmation, refusedConfirmation } from './confirm.ts'
import { findMonitor } from './find.ts'
import { monitorOption, monitorRule } from './options.ts'
import { monitorValue } from './present.ts'
import { address, facts, line, name, note, type Reply, text } from './reply.ts'
import { counted, fill, words } from './sentences.ts'

const SAYS = {
  ask: 'Delete {monitor}?',
  goesWithIt: 'Goes with it',
  history: 'all its checks and figures',
  incidentsAndHistory: {
    one: '{count} incident, all its checks and figures',
    other: '{count} incidents, all its checks and figures',
  },
  forGood: 'It cannot be brought back. Only the asker may confirm, within 2 min.',
  address: 'Address',
  deleteIt: 'Delete it',
  keepIt: 'Keep it',
  deleted: '{monitor} is deleted.',
  gone: 'Gone with it: {what}.',
  goneAndDown: 'Gone with it: {what}. It was down; its outage ends here.',
  stays: '{monitor} stays.',
} as const

const subjectOf = (id: number): string => `monitor.delete:${id}`

const goesWithIt = (incidents: number): string =>
  incidents === 0
    ? SAYS.history
    : words(counted(SAYS.incidentsAndHistory, incidents), { count: incidents })

async function askReply(call: Call, view: MonitorView): Promise<Reply> {
  const { monitor } = view
  const incidents = await countIncidents(call.db, { monitorId: monitor.id })
  const word = await askConfirmation(call, subjectOf(monitor.id))
  return say(fill(SAYS.ask, { monitor: name(monitor.name) }), {
    tone: 'warn',
    body: [
      facts(
        [SAYS.address, [address(monitor.url)]],
        [SAYS.goesWithIt, [text(goesWithIt(incidents))]],
      ),
      note(...fill(SAYS.forGood)),
    ],
    actions: [
      { label: SAYS.deleteIt, press: press('del', monitor.id, word), danger: true },
      { label: SAYS.keepIt, press: press('keep', monitor.id, word) },
    ],
    exitCode: 1,
    value: { confirm: { monitor: monitorValue(view, call.now), incidents } },
  })
}

const confirmed = (call: Call, { id, extra }: Pressed): Promise<Reply | undefined> =>
  refusedConfirmation(call, extra, subjectOf(id), `delete #${id}`)

async function deleteReply(call: Call, pressed: Pressed): Promise<Reply> {
  const { db, tools } = call
  const incidents = await countIncidents(db, { monitorId: pressed.id })
  const refusedReply = await confirmed(call, pressed)
  if (refusedReply !== undefined) return refusedReply
  const view = await deleteMonitor(db, tools, pressed.id)
  const { monitor } = view
  const wasDown = monitor.isActive && view.state.status === 'down'
  return say(fill(SAYS.deleted, { monitor: name(monitor.name) }), {
    tone: 'ok',
    body: [line(...fill(wasDown ? SAYS.goneAndDown : SAYS.gone, { what: goesWithIt(incidents) }))],
    value: { deleted: monitorValue(view, call.now), incidents },
  })
}

async function keepReply(call: Call, pressed: Pressed): Promise<Reply> {
  const { monitor } = await getMonitor(call.db, call.deps.sealer, pressed.id)
  return (
    (await confirmed(call, pressed)) ??
    say(fill(SAYS.stays, { monitor: name(monitor.name) }), {
      value: { deleted: null },
    })
  )
}

/** Asks first; `del` and `keep` answer the question. */
export const remove = accountCommand({
  name: 'delete',
  summary: 'Delete a monitor with its history; asks first',
  example: 'delete shop',
  group: 'watch',
  options: [monitorOption('Which monitor')],
  schema: { monitor: monitorRule },
  role: 'manager',
  doing: 'Deleting a monitor',
  run: async (call, { monitor }) => {
    const found = await findMonitor(call, monitor, (view) => press('delask', view.monitor.id))
    return 'reply' in found ? found.reply : askReply(call, found.view)
  },
  presses: {
    delask: async (call, { id }) => askReply(call, await getMonitor(call.db, call.deps.sealer, id)),
    del: deleteReply,
    keep: keepReply,
  },
})
