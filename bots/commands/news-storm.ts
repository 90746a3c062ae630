import type { IncidentNews, Storm } from '../../src/notifications/index.ts'
import { dotted, press, say, signed } from './compose.ts'
import { causeWords, downOf, formatAge, onItRuns } from './phrases.ts'
import { line, name, note, type Reply, text, time } from './reply.ts'
import { counted, fill, words } from './sentences.ts'
import { formatDuration } from './words.ts'

const SAYS = {
  fell: {
    one: '{count} monitor went down within {length}',
    other: '{count} monitors went down within {length}',
  },
  over: 'All {count} are up again · longest {length}',
  andMore: 'and {count} more',
  allCause: 'all {cause}',
  someCause: '{count} of them {cause}',
  span: '{from} – {to} · {causes}',
  onSome: '{person} is on {count}',
  since: 'Since {clock}',
  halfOver: '{down} still down, {up} up again',
  acknowledgeAll: 'Acknowledge all',
  showThem: 'Show them',
} as const

/** Some by name, and how many more. */
export function named({ names, outages }: Storm) {
  const more = outages - names.length
  return dotted(
    ...names.map((it) => [name(it)]),
    more > 0 ? fill(SAYS.andMore, { count: more }) : null,
  )
}

/** Many outages that came at once, in one message. */
export function stormAlert(it: IncidentNews, storm: Storm): Reply {
  const cause = causeWords(storm.code, storm.httpStatus)
  const causes =
    storm.ofThatCode === storm.outages
      ? words(SAYS.allCause, { cause })
      : words(SAYS.someCause, { count: storm.ofThatCode, cause })
  const within = formatAge(Math.max(1000, storm.lastAt - storm.since))
  if (storm.endedAt !== null)
    return say(fill(SAYS.over, { count: storm.outages, length: formatAge(storm.longestMs) }), {
      ...signed('up'),
      body: [
        line(...named(storm)),
        line(
          ...fill(SAYS.span, {
            from: time(storm.since, 'clock'),
            to: time(storm.endedAt, 'clock'),
            causes,
          }),
        ),
      ],
    })
  const onIt =
    storm.acknowledgedBy === null
      ? null
      : storm.acknowledged === storm.open
        ? onItRuns(storm.acknowledgedBy)
        : fill(SAYS.onSome, { person: name(storm.acknowledgedBy), count: storm.acknowledged })
  const count = storm.outages
  return say(dotted(fill(counted(SAYS.fell, count), { count, length: within }), onIt), {
    ...signed('down'),
    body: [
      line(...named(storm)),
      line(...dotted(fill(SAYS.since, { clock: time(storm.since, 'clock') }), causes)),
      ...(storm.open === storm.outages
        ? []
        : [line(...fill(SAYS.halfOver, { down: storm.open, up: storm.outages - storm.open }))]),
      note(text(downOf(it.downCount, it.watchedCount))),
    ],
    actions: [
      ...(storm.acknowledged === storm.open
        ? []
        : [{ label: SAYS.acknowledgeAll, press: press('acks', it.incidentId) }]),
      { label: SAYS.showThem, press: press('list', 1, 'down'), line: 'list down' },
    ],
  })
}

export const stormReply = (storm: Storm): Reply =>
  say(
    fill(SAYS.over, { count: storm.outages, length: formatDuration(storm.longestMs) }),
    signed('up'),
  )
