import type { BurntBudget, IncidentNews, Storm } from '../../src/notifications/index.ts'
import { showButton } from './buttons.ts'
import { BESIDE, dotted, press, say, signed } from './compose.ts'
import { endOf } from './news-parts.ts'
import { named } from './news-storm.ts'
import { leftRuns, sloWords } from './objectives.ts'
import { causeRuns } from './phrases.ts'
import { type Action, facts, line, name, type Reply, text, time } from './reply.ts'
import { fill } from './sentences.ts'

const SAYS = {
  burning: '{monitor} burns its error budget too fast',
  spent: '{monitor} has used up its error budget',
  over: {
    resolved: '{monitor} burns its error budget no longer',
    changed: '{monitor} has another objective now; its warning ends here',
    deleted: '{monitor} was deleted; its warning ends here',
  },
  pace: '{times} times the pace that lasts, over the last hour',
  span: 'Warned from {from} to {to}.',
  many: '{count} monitors burn their error budgets too fast',
  manyOver: 'All {count} burn their error budgets no longer',
  usedUp: '{count} of them used it up',
  still: '{count} still do',
  since: 'Since {clock}',
  labels: { objective: 'Objective', budget: 'Budget', pace: 'Pace', seen: 'Seen' },
} as const

/** The warning stays what it is: what is asked of it is answered beside it. */
const actionsOf = ({ monitorId }: IncidentNews): Action[] =>
  monitorId === null ? [] : [{ ...showButton(monitorId), press: press('show', monitorId, BESIDE) }]

/** A budget is spent too fast or used up, or was. */
export function burningAlert(it: IncidentNews, budget: BurntBudget): Reply {
  const monitor = name(it.monitorName)
  const promised = [
    [SAYS.labels.objective, [text(sloWords(budget))]],
    [SAYS.labels.budget, leftRuns(budget)],
  ] as const
  if (it.endReason === null)
    return say(fill(it.code === 'budget_spent' ? SAYS.spent : SAYS.burning, { monitor }), {
      ...signed('degraded'),
      body: [
        facts(
          ...promised,
          [SAYS.labels.pace, fill(SAYS.pace, { times: budget.burnRate })],
          [SAYS.labels.seen, causeRuns(it.message, it.code)],
        ),
      ],
      actions: actionsOf(it),
    })
  const isOver = it.endReason !== 'changed' && it.endReason !== 'deleted'
  return say(fill(isOver ? SAYS.over.resolved : SAYS.over[it.endReason], { monitor }), {
    ...signed(isOver ? 'up' : 'pending'),
    body: [
      facts(...promised),
      line(...fill(SAYS.span, { from: time(it.startedAt, 'clock'), to: time(endOf(it), 'clock') })),
    ],
    actions: actionsOf(it),
  })
}

/** Many that burn at once, in one message. */
export function burningStorm(storm: Storm): Reply {
  const count = storm.outages
  if (storm.endedAt !== null)
    return say(fill(SAYS.manyOver, { count }), {
      ...signed('up'),
      body: [
        line(...named(storm)),
        line(
          ...fill(SAYS.span, {
            from: time(storm.since, 'clock'),
            to: time(storm.endedAt, 'clock'),
          }),
        ),
      ],
    })
  return say(fill(SAYS.many, { count }), {
    ...signed('degraded'),
    body: [
      line(...named(storm)),
      line(
        ...dotted(
          fill(SAYS.since, { clock: time(storm.since, 'clock') }),
          storm.code === 'budget_spent' ? fill(SAYS.usedUp, { count: storm.ofThatCode }) : null,
          storm.open === count ? null : fill(SAYS.still, { count: storm.open }),
        ),
      ),
    ],
  })
}
