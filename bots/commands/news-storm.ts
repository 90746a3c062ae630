import type { IncidentNews, Storm } from '../../src/notifications/index.ts'
import { dotted, press, say, signed } from './compose.ts'
import { causeWords, formatAge, plural } from './phrases.ts'
import { line, name, note, type Reply, text, time } from './reply.ts'
import { formatDuration } from './words.ts'

const count = ({ outages }: Storm): string => plural(outages, 'monitor')

function named({ names, outages }: Storm) {
  const more = outages - names.length
  return dotted(...names.map((it) => [name(it)]), more > 0 ? `and ${more} more` : null)
}

/** Many outages that came at once, in one message. */
export function stormAlert(it: IncidentNews, storm: Storm): Reply {
  const cause = causeWords(storm.code, storm.httpStatus)
  const causes =
    storm.ofThatCode === storm.outages ? `all ${cause}` : `${storm.ofThatCode} of them ${cause}`
  const within = formatAge(Math.max(1000, storm.lastAt - storm.since))
  if (storm.endedAt !== null)
    return say(
      [text(`All ${storm.outages} are up again · longest ${formatAge(storm.longestMs)}`)],
      {
        ...signed('up'),
        body: [
          line(...named(storm)),
          line(
            time(storm.since, 'clock'),
            text(' – '),
            time(storm.endedAt, 'clock'),
            text(` · ${causes}`),
          ),
        ],
      },
    )
  const onIt =
    storm.acknowledgedBy === null
      ? null
      : [
          name(storm.acknowledgedBy),
          text(storm.acknowledged === storm.open ? ' is on it' : ` is on ${storm.acknowledged}`),
        ]
  return say(dotted([text(`${count(storm)} went down within ${within}`)], onIt), {
    ...signed('down'),
    body: [
      line(...named(storm)),
      line(...dotted([text('Since '), time(storm.since, 'clock')], causes)),
      ...(storm.open === storm.outages
        ? []
        : [line(text(`${storm.open} still down, ${storm.outages - storm.open} up again`))]),
      note(text(`${it.downCount} of ${it.watchedCount} down`)),
    ],
    actions: [
      ...(storm.acknowledged === storm.open
        ? []
        : [{ label: 'Acknowledge all', press: press('acks', it.incidentId) }]),
      { label: 'Show them', press: press('list', 1, 'down'), line: 'list down' },
    ],
  })
}

export const stormReply = (storm: Storm): Reply =>
  say(
    [text(`All ${storm.outages} are up again · longest ${formatDuration(storm.longestMs)}`)],
    signed('up'),
  )
