import {
  countIncidents,
  getIncident,
  type Incident,
  listIncidents,
} from '../../src/incidents/index.ts'
import type { Instant, MonitorId } from '../../src/kernel/index.ts'
import { getMonitor } from '../../src/monitors/index.ts'
import { acknowledgeButton } from './buttons.ts'
import { accountCommand, type Call } from './command.ts'
import { dotted, pageActions, press, say, signed } from './compose.ts'
import { findMonitor } from './find.ts'
import { noteAction } from './note.ts'
import { monitorOption, monitorRule, pageOption, pageRule } from './options.ts'
import { causeRuns, causeWords, dayAndClock, formatAge, onItRuns, pageWords } from './phrases.ts'
import { incidentValue } from './present.ts'
import {
  facts,
  name,
  note,
  type Reply,
  type Run,
  type StateSign,
  text,
  time,
  verbatim,
} from './reply.ts'
import { fill, words } from './sentences.ts'
import { formatDuration } from './words.ts'

const SAYS = {
  wasDown: 'was down {length}',
  down: 'down {length}',
  none: 'No incident so far',
  noneOpen: 'Nothing open · {over} over',
  someOpen: '{open} open · {over} over',
  moreOpen: '{count} more are open: incidents of one monitor show them',
  acknowledgeThis: 'Acknowledge #{id}',
  isDown: 'Incident #{id} · {monitor} is down',
  wasDownThis: 'Incident #{id} · {monitor} was down',
  toldAfter: 'after {length}',
  endings: {
    resolved: 'it answered again',
    paused: 'it was paused',
    worsened: 'it went down',
    deleted: 'it was deleted',
    changed: 'it got another address',
  },
  byNobody: 'by nobody',
  acknowledgedBy: 'by {person} after {length}',
  labels: {
    began: 'Began',
    told: 'Told',
    ended: 'Ended',
    lasted: 'Lasted',
    endedBy: 'Ended by',
    cause: 'Cause',
    expected: 'Expected',
    acknowledged: 'Acknowledged',
  },
} as const

const PAGE = 10

const signOf = (it: Incident): StateSign => {
  if (it.resolved_at === null) return it.severity === 'down' ? 'down' : 'degraded'
  return it.end_reason === 'paused' ? 'paused' : 'up'
}

function tailOf(it: Incident, now: Instant): Run[] {
  const cause = causeWords(it.code, it.http_status)
  const number = `#${it.id}`
  if (it.resolved_at !== null)
    return dotted(
      number,
      [time(it.started_at, 'relative')],
      fill(SAYS.wasDown, { length: formatDuration(it.resolved_at - it.started_at) }),
      cause,
    )
  return dotted(
    number,
    fill(SAYS.down, { length: formatAge(now - it.started_at) }),
    cause,
    it.acknowledged_by === null ? null : onItRuns(it.acknowledged_by),
  )
}

/** Open ones first, then those that are over, newest first. */
async function incidentsReply(
  call: Call,
  monitor: { readonly id: MonitorId; readonly name: string } | undefined,
  wanted: number,
): Promise<Reply> {
  const { db, now } = call
  const whose = monitor === undefined ? {} : { monitorId: monitor.id }
  const over = await countIncidents(db, { ...whose, isOpen: false })
  const openCount = await countIncidents(db, { ...whose, isOpen: true })
  const pages = Math.max(1, Math.ceil(over / PAGE))
  const page = Math.min(wanted, pages)
  const open =
    page > 1 ? [] : await listIncidents(db, { ...whose, isOpen: true }, { limit: PAGE, offset: 0 })
  const before = await listIncidents(
    db,
    { ...whose, isOpen: false },
    { limit: PAGE, offset: (page - 1) * PAGE },
  )
  const shown = [...open, ...before]
  const more = page > 1 ? 0 : openCount - open.length
  const about = monitor === undefined ? null : [name(monitor.name)]
  return say(dotted(headline(openCount, over), about), {
    ...signed(openCount > 0 ? 'down' : 'up'),
    body: [
      ...(shown.length === 0
        ? []
        : [
            {
              kind: 'rows' as const,
              rows: shown.map((it) => ({
                state: signOf(it),
                name: it.monitor_name,
                tail: tailOf(it, now),
              })),
            },
          ]),
      ...(more > 0 ? [note(...fill(SAYS.moreOpen, { count: more }))] : []),
      ...(pages > 1 ? [note(text(pageWords(page, pages)))] : []),
    ],
    actions: [
      ...openActions(open),
      ...pageActions(
        page,
        pages,
        (to) => press('incs', to, monitor?.id.toString(36)),
        (to) => `incidents${monitor === undefined ? '' : ` #${monitor.id}`} page=${to}`,
      ),
    ],
    exitCode: openCount > 0 ? 1 : 0,
    value: { open: openCount, over, page, pages, incidents: shown.map(incidentValue) },
  })
}

const headline = (open: number, over: number): Run[] => {
  if (open + over === 0) return fill(SAYS.none)
  return open === 0 ? fill(SAYS.noneOpen, { over }) : fill(SAYS.someOpen, { open, over })
}

const MOST_BUTTONS = 3

const openActions = (open: readonly Incident[]) =>
  open
    .filter((it) => it.acknowledged_at === null)
    .slice(0, MOST_BUTTONS)
    .map((it) => ({
      label: words(SAYS.acknowledgeThis, { id: it.id }),
      press: press('ack', it.id),
      line: `ack #${it.id}`,
    }))

/** Everything about one incident, for whoever asks below its alert. */
async function detailsReply({ db }: Call, id: number): Promise<Reply> {
  const it = await getIncident(db, id)
  const ended = it.resolved_at
  const { labels } = SAYS
  return say(
    fill(ended === null ? SAYS.isDown : SAYS.wasDownThis, {
      id: it.id,
      monitor: name(it.monitor_name),
    }),
    {
      ...signed(signOf(it)),
      audience: 'asker',
      body: [
        facts(
          [labels.began, dayAndClock(it.started_at)],
          [
            labels.told,
            fill(SAYS.toldAfter, { length: formatDuration(it.detected_at - it.started_at) }),
          ],
          ...(ended === null
            ? []
            : ([
                [labels.ended, dayAndClock(ended)],
                [labels.lasted, [text(formatDuration(ended - it.started_at))]],
                [labels.endedBy, fill(SAYS.endings[it.end_reason ?? 'resolved'])],
              ] as const)),
          [labels.cause, causeRuns(it.message, it.code)],
          ...(it.expected === null ? [] : ([[labels.expected, [verbatim(it.expected)]]] as const)),
          [labels.acknowledged, acknowledgedRuns(it)],
        ),
      ],
      actions: [
        ...(ended === null && it.acknowledged_at === null ? [acknowledgeButton(it.id)] : []),
        noteAction(it.id),
      ],
      exitCode: ended === null ? 1 : 0,
      value: incidentValue(it),
    },
  )
}

const acknowledgedRuns = (it: Incident): Run[] =>
  it.acknowledged_by === null || it.acknowledged_at === null
    ? fill(SAYS.byNobody)
    : fill(SAYS.acknowledgedBy, {
        person: name(it.acknowledged_by),
        length: formatDuration(it.acknowledged_at - it.detected_at),
      })

export const incidents = accountCommand({
  name: 'incidents',
  summary: 'What is down and what was, newest first',
  example: 'incidents shop',
  group: 'trouble',
  options: [monitorOption('Those of one monitor', false), pageOption],
  schema: { monitor: monitorRule.optional(), page: pageRule },
  role: 'viewer',
  doing: 'Looking at incidents',
  run: async (call, { monitor, page = 1 }) => {
    if (monitor === undefined) return incidentsReply(call, undefined, page)
    const found = await findMonitor(call, monitor, (view) =>
      press('incs', 1, view.monitor.id.toString(36)),
    )
    return 'reply' in found ? found.reply : incidentsReply(call, found.view.monitor, page)
  },
  presses: {
    incs: async (call, { id, extra }) => {
      if (extra === '') return incidentsReply(call, undefined, Math.max(1, id))
      const { monitor } = await getMonitor(call.db, call.deps.sealer, Number.parseInt(extra, 36))
      return incidentsReply(call, monitor, Math.max(1, id))
    },
    inc: (call, { id }) => detailsReply(call, id),
  },
})
