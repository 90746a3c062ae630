import { countIncidents } from '../../src/incidents/index.ts'
import { deleteMonitor, getMonitor, type MonitorView } from '../../src/monitors/index.ts'
import { typed } from './answers.ts'
import { accountCommand, type Call, type Pressed } from './command.ts'
import { no, press, refusal, say } from './compose.ts'
import { askConfirmation, takeConfirmation } from './confirm.ts'
import { findMonitor } from './find.ts'
import { monitorOption, monitorRule } from './options.ts'
import { plural } from './phrases.ts'
import { monitorValue } from './present.ts'
import { address, facts, line, name, note, type Reply, text } from './reply.ts'

const subjectOf = (id: number): string => `monitor.delete:${id}`

const goesWithIt = (incidents: number): string =>
  incidents === 0
    ? 'all its checks and figures'
    : `${plural(incidents, 'incident')}, all its checks and figures`

async function askReply(call: Call, view: MonitorView): Promise<Reply> {
  const { monitor } = view
  const incidents = await countIncidents(call.db, { monitorId: monitor.id })
  const word = await askConfirmation(call, subjectOf(monitor.id))
  return say([text('Delete '), name(monitor.name), text('?')], {
    tone: 'warn',
    body: [
      facts(['Address', [address(monitor.url)]], ['Goes with it', [text(goesWithIt(incidents))]]),
      note(text('It cannot be brought back. Only the asker may confirm, within 2 min.')),
    ],
    actions: [
      { label: 'Delete it', press: press('del', monitor.id, word), danger: true },
      { label: 'Keep it', press: press('keep', monitor.id, word) },
    ],
    exitCode: 1,
    value: { confirm: { monitor: monitorValue(view, call.now), incidents } },
  })
}

async function confirmed(call: Call, { id, extra }: Pressed): Promise<Reply | undefined> {
  switch (await takeConfirmation(call, extra, subjectOf(id))) {
    case 'yes':
      return undefined
    case 'other':
      return no([text('Only the one who asked may confirm this.')], {
        value: refusal('not_asker', 'Only the one who asked may confirm this.'),
      })
    default:
      return no(
        [
          text(
            `That question is answered or over. Ask again: ${typed(call.place, `delete #${id}`)}`,
          ),
        ],
        { value: refusal('confirmation_over', 'That question is answered or over.') },
      )
  }
}

async function deleteReply(call: Call, pressed: Pressed): Promise<Reply> {
  const { db, tools } = call
  const incidents = await countIncidents(db, { monitorId: pressed.id })
  const refusedReply = await confirmed(call, pressed)
  if (refusedReply !== undefined) return refusedReply
  const view = await deleteMonitor(db, tools, pressed.id)
  const { monitor } = view
  const wasDown = monitor.isActive && view.state.status === 'down'
  return say([name(monitor.name), text(' is deleted.')], {
    tone: 'ok',
    body: [
      line(
        text(`Gone with it: ${goesWithIt(incidents)}.`),
        ...(wasDown ? [text(' It was down; its outage ends here.')] : []),
      ),
    ],
    value: { deleted: monitorValue(view, call.now), incidents },
  })
}

async function keepReply(call: Call, pressed: Pressed): Promise<Reply> {
  const { monitor } = await getMonitor(call.db, call.deps.sealer, pressed.id)
  return (
    (await confirmed(call, pressed)) ??
    say([name(monitor.name), text(' stays.')], {
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
