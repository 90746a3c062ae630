import { expect, test } from 'vitest'
import { wordNews } from '../../../bots/commands/index.ts'
import type { Actor } from '../../../bots/commands/desk.ts'
import type { Reply, Run } from '../../../bots/commands/reply.ts'
import type { IncidentNews } from '../../../src/notifications/index.ts'
import { HOSTILE } from './hostile.ts'
import { ANN, openHouse, REFUSED, SERVER } from './house.ts'

const runsOf = (reply: Reply): readonly Run[] => [
  ...reply.headline,
  ...reply.body.flatMap((node) => {
    if (node.kind === 'facts') return node.facts.flatMap(([, runs]) => runs)
    if (node.kind === 'rows') return node.rows.flatMap(({ tail }) => tail)
    return node.runs
  }),
]

/** All that a renderer takes for our own words. */
const ownWords = (reply: Reply): string =>
  [
    ...runsOf(reply).map((run) => (run.kind === 'text' || run.kind === 'strong' ? run.text : '')),
    ...reply.body.flatMap((node) => (node.kind === 'facts' ? node.facts.map(([it]) => it) : [])),
    ...reply.actions.map(({ press, line = '' }) => `${press} ${line}`),
  ].join('\n')

// Told apart from our own words by a mark, since `x` and `\` occur in those, too.
const MARK = 'ßß'

test.each(HOSTILE.map((words, at) => [at, words] as const))(
  'fixture %i never passes for our own words',
  async (_, hostile) => {
    await using house = await openHouse()
    const marked = `${MARK}${hostile}`.slice(0, 200)
    const evil: Actor = { userId: ANN.userId, displayName: marked, standing: 'creator' }
    const id = await house.add('Shop')
    // As an old database or a careless import might hold it.
    await house.ours
      .updateTable('monitors')
      .set({ name: marked, url: `http://x/${marked}` })
      .execute()
    await house.falls(id)
    await house.ours.updateTable('channels').set({ name: marked, off_reason: marked }).execute()
    await house.ours.updateTable('incidents').set({ message: marked, expected: marked }).execute()
    await house.ours.updateTable('monitor_states').set({ last_message: marked }).execute()
    house.looker.outcome = { ...REFUSED, message: marked }
    const place = { ...SERVER, title: marked }
    const quoted = JSON.stringify(marked.slice(0, 50))
    const replies: Reply[] = []
    for (const line of [
      'status',
      'list',
      'show #1',
      'stats #1',
      'stats',
      'check #1',
      'incidents',
      'ack #1',
      'ack #1',
      'whoami',
      'pause #1 2h',
      'list',
      `pause #1 2h ${marked}`,
      'resume #1',
      'maintenance start #1',
      'maintenance plan #1 22:00 2h daily',
      'maintenance list',
      'maintenance end #1',
      'maintenance end #2',
      `maintenance end ${quoted}`,
      `maintenance start ${quoted}`,
      `maintenance start all for=${quoted}`,
      `maintenance plan all for=1h repeat=${quoted}`,
      `maintenance plan all for=1h from=${quoted}`,
      'alerts off',
      'alerts',
      'alerts on',
      'alerts here',
      `alerts ${quoted}`,
      `alerts on ${quoted}`,
      `alerts level ${quoted}`,
      `alerts mute ${quoted}`,
      `alerts mention ${quoted}`,
      'summary',
      `summary now ${quoted}`,
      `summary schedule ${quoted}`,
      `summary schedule 09:00 ${quoted}`,
      `summary timezone ${quoted}`,
      'delete #1',
      `show ${quoted}`,
      `show ${MARK}`,
      `list ${quoted}`,
      `add ${quoted}`,
      `add https://x.example ${quoted}`,
      `help ${quoted}`,
      `link ${quoted}`,
      `pause #1 for=${quoted}`,
      quoted,
      `whoami ${quoted}`,
    ])
      replies.push(await house.desk.runLine({ actor: evil, place }, line))
    for (const press of ['v1:inc:1', 'v1:ack:1', marked])
      replies.push(await house.desk.press({ actor: evil, place }, press))
    const incident = {
      incidentId: 1,
      monitorId: 1,
      monitorName: marked,
      message: marked,
      expected: marked,
      startedAt: 1,
      detectedAt: 1,
      severity: 'down',
      note: { text: marked, author: marked },
      dependants: 0,
      alsoOn: 0,
      endsAt: 2,
      budget: null,
      storm: null,
      flapping: null,
      shownAt: 1,
    } as IncidentNews
    const budget = { objective: 99.9, days: 30, budgetMs: 9, leftMs: 3, burnRate: 2 }
    const flapping = { since: 1, outages: 4, isDown: true, steadiedAt: null }
    const storm = {
      since: 1,
      lastAt: 2,
      outages: 5,
      open: 5,
      names: [marked],
      code: 'x',
      httpStatus: null,
      ofThatCode: 5,
      acknowledged: 5,
      acknowledgedBy: marked,
      acknowledgedAt: 1,
      longestMs: 1,
      endedAt: null,
    }
    for (const changes of [
      { resolvedAt: null },
      { resolvedAt: 1, endReason: 'paused' },
      { resolvedAt: null, flapping },
      { resolvedAt: null, storm: storm },
      { resolvedAt: 5, storm: { ...storm, endedAt: 5 } },
      { resolvedAt: null, endReason: null, severity: 'warning' },
      { resolvedAt: 1, endReason: 'resolved', severity: 'warning' },
      { resolvedAt: null, endReason: null, severity: 'degraded' },
      { resolvedAt: 1, endReason: 'worsened', severity: 'degraded' },
      { resolvedAt: null, endReason: null, severity: 'burning', budget },
      { resolvedAt: 1, endReason: 'deleted', severity: 'burning', budget },
    ] as const)
      replies.push(
        wordNews({
          kind: 'alert',
          incident: {
            ...incident,
            ...changes,
            code: 'x',
            acknowledgedBy: marked,
            acknowledgedAt: 1,
          },
        }),
      )
    replies.push(wordNews({ kind: 'notice', channelName: marked, why: marked }))
    replies.push(
      wordNews({ kind: 'unseen', monitorId: 1, monitorName: marked, since: 1, why: marked }),
    )
    for (const reply of replies) expect(ownWords(reply)).not.toContain(MARK)
    expect(
      replies.some((reply) => runsOf(reply).some((run) => JSON.stringify(run).includes(MARK))),
    ).toBe(true)
  },
)
