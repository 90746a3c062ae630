import type { Image, Reply } from '../../../bots/commands/reply.ts'
import { name, text } from '../../../bots/commands/reply.ts'

const TO = Date.parse('2027-03-01T14:00:00Z')

/** A reply with a chart, whose alt says `alt` and then a name. */
export const withChart = (reply: Reply, alt = 'Uptime of ', called = 'Shop'): Reply => ({
  ...reply,
  image: {
    chart: {
      from: TO - 3_600_000,
      to: TO,
      zone: 'UTC',
      period: 'last hour',
      strips: [{ name: called, figure: '100 %', marks: ['up', 'down', 'up'] }],
    },
    alt: [text(alt), name(called)],
  } satisfies Image,
})
