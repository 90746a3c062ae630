import { expect, test } from 'vitest'
import { wordNews } from '../../bots/commands/index.ts'
import { SIGNS } from '../../bots/commands/reply.ts'
import { DAY, type Instant, MINUTE, SECOND, toIso } from '../../src/kernel/index.ts'
import { planMaintenance } from '../../src/maintenance/index.ts'
import type { Network } from '../../src/network/index.ts'
import type { Outcome } from '../../src/probes/index.ts'
import { words } from '../bots/commands/house.ts'
import { Eye, refused, unseen, well } from '../support/eye.ts'
import { House } from '../support/house.ts'
import { until } from '../support/until.ts'

/** What happens to one monitor, by seconds since the beginning. */
interface Fate {
  readonly fails?: readonly (readonly [from: number, to: number])[]
  readonly sees?: (second: number, now: Instant) => Outcome | undefined
  /** The configuration; `dependsOn` by name. */
  readonly is?: Readonly<Record<string, unknown>>
  readonly dependsOn?: readonly string[]
}

interface History {
  readonly monitors: Readonly<Record<string, Fate>>
  readonly minutes: number
  /** At which minute how many days pass in a moment. */
  readonly leaps?: readonly (readonly [minute: number, days: number])[]
  /** Before anything is looked at. */
  readonly first?: (house: House, ids: ReadonlyMap<string, number>) => Promise<unknown>
}

const within = (second: number, spans: Fate['fails'] = []): boolean =>
  spans.some(([from, to]) => from <= second && second < to)

/** Lives through it with engine, rows and delivery, and writes down what the channel read. */
async function live({ monitors, minutes, leaps = [], first }: History): Promise<string[]> {
  const eye = new Eye()
  await using house = await House.open({ probe: eye.probe })
  const start = house.clock.now()
  const told: string[] = []
  house.pager.onHeard = () => {
    const { how, news } = house.pager.heard.at(-1)!
    const passed = Math.round((house.clock.now() - start) / SECOND) * SECOND
    const days = passed < DAY ? '' : `${Math.floor(passed / DAY)} d `
    const reply = wordNews(news)
    const mark = { post: '!', reply: '↳', edit: '~' }[how]
    const sign = reply.sign === undefined ? '' : `${SIGNS[reply.sign]} `
    const text = words(reply).split('\n')
    const note = text.find((it) => it.startsWith('and ')) ?? ''
    told.push(
      `${days}${toIso(passed).slice(11, 19)} ${mark} ${sign}${text[0]}${note && ` … ${note}`}`,
    )
  }
  const ids = new Map<string, number>()
  for (const [name, fate] of Object.entries(monitors)) {
    const dependsOn = (fate.dependsOn ?? []).map((parent) => ids.get(parent)!)
    const { monitor } = await house.add({ name, dependsOn, ...fate.is })
    ids.set(name, monitor.id)
  }
  eye.sees = ({ name }) => {
    const second = (house.clock.now() - start) / SECOND
    const fate = monitors[name]!
    return fate.sees?.(second, house.clock.now()) ?? (within(second, fate.fails) ? refused : well)
  }
  await first?.(house, ids)
  house.start()
  // The engine and the delivery each wait for something when they have nothing to do.
  const idle = () => until('nothing to do', () => house.clock.sleeping >= 2)
  await idle()
  for (let second = 0; second < minutes * 60; second += 1) {
    const leap = leaps.find(([minute]) => minute * 60 === second)
    if (leap !== undefined) house.clock.step(leap[1] * DAY)
    await house.clock.turn(SECOND)
    await idle()
  }
  return told
}

const M = 60
const T0 = Date.parse('2027-03-01T14:00:00Z')
const by = { type: 'cli', name: 'test' } as const

const slow: Outcome = { ...well, durationMs: 2400 }
const lossy: Outcome = { ...well, status: 'degraded', code: 'packet_loss', message: '50 % lost' }

/** A certificate that ends 40 days from the beginning, and the one that follows it. */
const ENDS = { old: T0 + 40 * DAY + MINUTE, new: T0 + 130 * DAY } as const

function certificate(subject: keyof typeof ENDS, now: Instant): Outcome {
  const daysLeft = Math.floor((ENDS[subject] - now) / DAY)
  const threshold = [30, 14, 7, 3, 1].findLast((days) => daysLeft < days) ?? null
  const code = 'cert_expiring'
  const message = `certificate ends in ${daysLeft} days`
  const expiry = {
    code,
    subject,
    endsAt: toIso(ENDS[subject]),
    daysLeft,
    threshold,
    message,
  } as const
  return threshold === null
    ? { ...well, expiry }
    : { ...well, status: 'degraded', code, message, expiry }
}

const window = (fromMinute: number, toMinute: number) => (house: House) =>
  planMaintenance(
    house.account,
    { now: house.clock.now(), by },
    { name: 'night work', startsAt: T0 + fromMinute * MINUTE, endsAt: T0 + toMinute * MINUTE },
  )

/** Our own line to the internet, as the canaries show it. */
const cutLine = (fromMinute: number, toMinute: number) => async (house: House) => {
  const isOnline = () => {
    const minute = (house.clock.now() - T0) / MINUTE
    return minute < fromMinute || minute >= toMinute
  }
  const network = {
    resolve: async () => ({ ok: true, value: [] }),
    connect: async () =>
      isOnline()
        ? { ok: true, value: { socket: { destroy: () => {} } } }
        : { ok: false, failure: { code: 'connect_timeout' } },
  } as unknown as Network
  house.sight = { network, canaries: ['192.0.2.1:443'] }
}

const twoMinutes = (...starts: number[]): Fate => ({
  fails: starts.map((minute) => [minute * M, (minute + 2) * M] as const),
})

test.each<[name: string, history: History, told: string[]]>([
  ['a quiet hour', { monitors: { shop: {} }, minutes: 60 }, []],
  ['a restart of 15 s', { monitors: { shop: { fails: [[5 * M, 5 * M + 15]] } }, minutes: 10 }, []],
  [
    'a deployment of 45 s seen by one look only',
    { monitors: { shop: { fails: [[5 * M + 30, 5 * M + 50]] } }, minutes: 10 },
    [],
  ],
  [
    'seven minutes of nothing',
    { monitors: { shop: { fails: [[5 * M, 12 * M]] } }, minutes: 20 },
    [
      '00:05:57 ! 🔴 shop is down — connection refused',
      '00:12:37 ~ 🟢 shop was down for 7 min',
      '00:12:37 ↳ 🟢 shop is up again after 7 min',
    ],
  ],
  [
    'it never worked',
    { monitors: { shop: { fails: [[0, 99 * M]] } }, minutes: 5 },
    ['00:00:20 ! 🔴 shop is down — connection refused'],
  ],
  [
    'refused first, then answering with errors, then well',
    {
      monitors: {
        shop: {
          sees: (second) =>
            second < 5 * M || second >= 12 * M
              ? well
              : second < 8 * M
                ? refused
                : { ...refused, code: 'http_status', message: 'HTTP 502' },
        },
      },
      minutes: 15,
    },
    [
      '00:05:57 ! 🔴 shop is down — connection refused',
      '00:08:37 ~ 🔴 shop is down — unexpected status',
      '00:12:37 ~ 🟢 shop was down for 7 min',
      '00:12:37 ↳ 🟢 shop is up again after 7 min',
    ],
  ],
  [
    'a slow leak: slower and slower, then down, then restarted',
    {
      monitors: {
        shop: {
          is: { policy: { degradedMs: 1000 } },
          sees: (second) =>
            second > 5 * M && second < 15 * M
              ? slow
              : second >= 15 * M && second < 20 * M
                ? refused
                : well,
        },
      },
      minutes: 25,
    },
    [
      '00:06:37 ! 🟡 shop is degraded — slow',
      '00:15:57 ! 🔴 shop is down — connection refused',
      '00:15:57 ~ ⚪ shop was degraded before it went down, for 10 min',
      '00:20:37 ~ 🟢 shop was down for 5 min',
      '00:20:37 ↳ 🟢 shop is up again after 5 min',
    ],
  ],
  [
    'slow for a while',
    {
      monitors: {
        shop: {
          is: { policy: { degradedMs: 1000 } },
          sees: (second) => (second > 5 * M && second < 15 * M ? slow : well),
        },
      },
      minutes: 20,
    },
    [
      '00:06:37 ! 🟡 shop is degraded — slow',
      '00:15:37 ~ 🟢 shop was degraded for 10 min',
      '00:15:37 ↳ 🟢 shop is well again after 10 min',
    ],
  ],
  [
    'every second packet lost',
    { monitors: { shop: { sees: (second) => (second > 5 * M ? lossy : well) } }, minutes: 10 },
    ['00:06:37 ! 🟡 shop is degraded — pings lost'],
  ],
  [
    'nobody comes for half an hour',
    {
      monitors: { shop: { fails: [[5 * M, 40 * M]], is: { policy: { reminderSeconds: 600 } } } },
      minutes: 45,
    },
    [
      '00:05:57 ! 🔴 shop is down — connection refused',
      '00:15:57 ↳ 🔴 shop is still down, 10 min',
      '00:25:57 ↳ 🔴 shop is still down, 20 min',
      '00:35:57 ↳ 🔴 shop is still down, 30 min',
      '00:40:37 ~ 🟢 shop was down for 35 min',
      '00:40:37 ↳ 🟢 shop is up again after 35 min',
    ],
  ],
  [
    'an outage people need not hear of: shorter than alertAfter',
    {
      monitors: {
        shop: {
          fails: [
            [5 * M, 8 * M],
            [20 * M, 30 * M],
          ],
          is: { policy: { alertAfterSeconds: 300 } },
        },
      },
      minutes: 35,
    },
    [
      '00:25:37 ! 🔴 shop is down — connection refused',
      '00:30:37 ~ 🟢 shop was down for 10 min',
      '00:30:37 ↳ 🟢 shop is up again after 10 min',
    ],
  ],
  [
    'our router rebooted',
    {
      monitors: Object.fromEntries(
        ['shop', 'api', 'mail', 'wiki'].map((name) => [name, { fails: [[5 * M, 9 * M]] as const }]),
      ),
      minutes: 15,
      first: cutLine(5, 9),
    },
    [
      '00:09:04 ! ⚪ I could not reach the internet from <clock 2027-03-01T14:05:24.480Z> to <clock 2027-03-01T14:09:04.120Z>. Nothing was judged in that time.',
    ],
  ],
  [
    'parent and child fail together',
    {
      monitors: {
        router: { fails: [[5 * M, 12 * M]] },
        shop: { fails: [[5 * M, 12 * M]], dependsOn: ['router'] },
      },
      minutes: 20,
    },
    [
      '00:05:27 ! 🔴 router is down — connection refused … and 1 that depend on it · 2 of 2 down',
      '00:12:07 ~ 🔴 router is down — connection refused',
      '00:12:37 ~ 🟢 router was down for 7 min',
      '00:12:37 ↳ 🟢 router is up again after 7 min 29 s',
    ],
  ],
  [
    'the child’s child stays down after the parent is back',
    {
      monitors: {
        router: { fails: [[5 * M, 12 * M]] },
        server: { fails: [[5 * M, 12 * M]], dependsOn: ['router'] },
        shop: { fails: [[5 * M, 18 * M]], dependsOn: ['server'] },
      },
      minutes: 22,
    },
    [
      '00:05:27 ! 🔴 router is down — connection refused … and 1 that depend on it · 2 of 3 down',
      '00:05:44 ~ 🔴 router is down — connection refused … and 2 that depend on it · 3 of 3 down',
      '00:12:07 ~ 🔴 router is down — connection refused … and 1 that depend on it · 2 of 3 down',
      '00:12:37 ~ 🟢 router was down for 7 min',
      '00:12:37 ↳ 🟢 router is up again after 7 min 29 s',
      '00:14:07 ! 🔴 shop is down — connection refused',
      '00:18:24 ~ 🟢 shop was down for 13 min',
      '00:18:24 ↳ 🟢 shop is up again after 13 min',
    ],
  ],
  [
    'the child fails alone',
    {
      monitors: { router: {}, shop: { fails: [[5 * M, 12 * M]], dependsOn: ['router'] } },
      minutes: 15,
    },
    [
      '00:05:27 ! 🔴 shop is down — connection refused',
      '00:12:07 ~ 🟢 shop was down for 7 min',
      '00:12:07 ↳ 🟢 shop is up again after 7 min',
    ],
  ],
  [
    'failures during maintenance',
    { monitors: { shop: { fails: [[12 * M, 20 * M]] } }, minutes: 40, first: window(10, 30) },
    [],
  ],
  [
    'still down when maintenance ends',
    { monitors: { shop: { fails: [[12 * M, 35 * M]] } }, minutes: 40, first: window(10, 30) },
    [
      '00:30:00 ! 🔴 shop is down — connection refused',
      '00:35:37 ~ 🟢 shop was down for 23 min',
      '00:35:37 ↳ 🟢 shop is up again after 23 min',
    ],
  ],
  [
    'down before maintenance, mended in it',
    { monitors: { shop: { fails: [[5 * M, 20 * M]] } }, minutes: 40, first: window(10, 30) },
    [
      '00:05:57 ! 🔴 shop is down — connection refused',
      '00:20:37 ~ 🟢 shop was down for 15 min',
      '00:20:37 ↳ 🟢 shop is up again after 15 min',
    ],
  ],
  [
    'flapping, then well',
    { monitors: { shop: twoMinutes(5, 10, 15, 20, 25, 30) }, minutes: 70 },
    [
      '00:05:57 ! 🔴 shop is down — connection refused',
      '00:07:37 ~ 🟢 shop was down for 2 min',
      '00:07:37 ↳ 🟢 shop is up again after 2 min',
      '00:10:57 ! 🔴 shop is down — connection refused',
      '00:12:37 ~ 🟢 shop was down for 2 min',
      '00:12:37 ↳ 🟢 shop is up again after 2 min',
      '00:15:57 ! 🔴 shop is down — connection refused',
      '00:17:37 ~ 🟢 shop was down for 2 min',
      '00:17:37 ↳ 🟢 shop is up again after 2 min',
      '00:20:57 ! 🔴 shop is flapping — down for now',
      '00:22:37 ~ 🟡 shop is flapping — up for now',
      '00:25:57 ~ 🔴 shop is flapping — down for now',
      '00:27:37 ~ 🟡 shop is flapping — up for now',
      '00:30:57 ~ 🔴 shop is flapping — down for now',
      '00:32:37 ~ 🟡 shop is flapping — up for now',
      '01:02:37 ~ 🟢 shop was flapping: 6 outages',
      '01:02:37 ↳ 🟢 shop is steady again after 6 outages',
    ],
  ],
  [
    'flapping, then down for good',
    {
      monitors: { shop: { fails: [...twoMinutes(5, 10, 15, 20).fails!, [25 * M, 70 * M]] } },
      minutes: 75,
    },
    [
      '00:05:57 ! 🔴 shop is down — connection refused',
      '00:07:37 ~ 🟢 shop was down for 2 min',
      '00:07:37 ↳ 🟢 shop is up again after 2 min',
      '00:10:57 ! 🔴 shop is down — connection refused',
      '00:12:37 ~ 🟢 shop was down for 2 min',
      '00:12:37 ↳ 🟢 shop is up again after 2 min',
      '00:15:57 ! 🔴 shop is down — connection refused',
      '00:17:37 ~ 🟢 shop was down for 2 min',
      '00:17:37 ↳ 🟢 shop is up again after 2 min',
      '00:20:57 ! 🔴 shop is flapping — down for now',
      '00:22:37 ~ 🟡 shop is flapping — up for now',
      '00:25:57 ~ 🔴 shop is flapping — down for now',
      '00:56:37 ! 🔴 shop is down — connection refused',
      '00:56:37 ~ 🟢 shop was flapping: 4 outages',
      '01:10:37 ~ 🟢 shop was down for 45 min',
      '01:10:37 ↳ 🟢 shop is up again after 45 min',
    ],
  ],
  [
    'we cannot look for two hours',
    {
      monitors: {
        shop: { sees: (second) => (second > 5 * M && second < 125 * M ? unseen : well) },
      },
      minutes: 130,
    },
    ['01:05:37 ! ⚪ shop could not be looked at since <clock 2027-03-01T14:05:36.720Z>'],
  ],
  [
    'a certificate runs down and is renewed',
    {
      monitors: {
        shop: { sees: (second, now) => certificate(second > 28 * 24 * 3600 ? 'new' : 'old', now) },
      },
      minutes: 25,
      leaps: [
        [5, 11],
        [10, 16],
        [15, 1],
        [20, 1],
      ],
    },
    [
      '11 d 00:05:37 ! 🟡 The certificate of shop ends in 28 days (<date 2027-04-10T14:01:00.000Z>)',
      '27 d 00:10:37 ~ 🟡 The certificate of shop ends in 12 days (<date 2027-04-10T14:01:00.000Z>)',
      '27 d 00:10:37 ↳ 🟡 The certificate of shop ends in 12 days (<date 2027-04-10T14:01:00.000Z>)',
      '28 d 00:15:37 ~ 🟢 The certificate of shop was renewed until <date 2027-07-09T14:00:00.000Z>',
      '28 d 00:15:37 ↳ 🟢 The certificate of shop was renewed until <date 2027-07-09T14:00:00.000Z>',
    ],
  ],
  [
    'one certificate on three monitors',
    {
      monitors: Object.fromEntries(
        ['shop', 'api', 'mail'].map((name) => [
          name,
          { sees: (second, now) => certificate(second > 12 * 24 * 3600 ? 'new' : 'old', now) },
        ]),
      ),
      minutes: 15,
      leaps: [
        [5, 11],
        [10, 2],
      ],
    },
    [
      '11 d 00:05:07 ! 🟡 The certificate of api ends in 28 days (<date 2027-04-10T14:01:00.000Z>)',
      '11 d 00:05:24 ~ 🟡 The certificate of api and 1 other ends in 28 days (<date 2027-04-10T14:01:00.000Z>)',
      '11 d 00:05:37 ~ 🟡 The certificate of api and 2 others ends in 28 days (<date 2027-04-10T14:01:00.000Z>)',
      '13 d 00:10:07 ~ 🟢 The certificate of api and 2 others was renewed until <date 2027-07-09T14:00:00.000Z>',
      '13 d 00:10:07 ↳ 🟢 The certificate of api and 2 others was renewed until <date 2027-07-09T14:00:00.000Z>',
    ],
  ],
  [
    'two servers behind one name, of which one shows the old certificate still',
    {
      monitors: {
        shop: {
          sees: (second, now) => certificate(Math.floor(second / M) % 2 === 0 ? 'old' : 'new', now),
        },
      },
      minutes: 15,
      leaps: [[1, 12]],
    },
    [
      '12 d 00:02:37 ! 🟡 The certificate of shop ends in 27 days (<date 2027-04-10T14:01:00.000Z>)',
      '12 d 00:03:37 ~ 🟢 The certificate of shop was renewed until <date 2027-07-09T14:00:00.000Z>',
      '12 d 00:03:37 ↳ 🟢 The certificate of shop was renewed until <date 2027-07-09T14:00:00.000Z>',
    ],
  ],
])(
  '%s',
  async (_, history, told) => {
    expect(await live(history)).toEqual(told)
    // Two hours of a quarter second each take a slow machine a while.
  },
  20_000,
)
