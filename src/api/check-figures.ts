import { Counter, Gauge, Registry } from 'prom-client'
import { SECOND } from '../kernel/index.ts'
import type { CheckCounts } from './deps.ts'

const LATENESS = 'uptalk_check_lateness_seconds'

/** prom-client's histogram only takes what it sees itself; these are counted already. */
function latenessText({ boundsMs, within, sumMs }: CheckCounts['lateness']): string {
  let count = 0
  const buckets = within.map((more, place) => {
    count += more
    const bound = boundsMs[place]
    return `${LATENESS}_bucket{le="${bound === undefined ? '+Inf' : bound / SECOND}"} ${count}`
  })
  return [
    `# HELP ${LATENESS} How long after their time checks began.`,
    `# TYPE ${LATENESS} histogram`,
    ...buckets,
    `${LATENESS}_sum ${sumMs / SECOND}`,
    `${LATENESS}_count ${count}`,
    '',
  ].join('\n')
}

/** How the checks of the whole process go: how many, and how punctual. */
export async function checkFigures(counts: CheckCounts): Promise<string> {
  const registry = new Registry()
  const registers = [registry]
  const gauge = (name: string, help: string, value: number) =>
    new Gauge({ name, help, registers }).set(value)
  const counter = (name: string, help: string, value: number) =>
    new Counter({ name, help, registers }).inc(value)
  gauge(
    'uptalk_targets_watched',
    'How many targets are looked at, of all accounts.',
    counts.watched,
  )
  gauge('uptalk_checks_running', 'How many checks run or wait for a free slot.', counts.running)
  counter(
    'uptalk_checks_skipped_total',
    'Checks that were due while the one before was still running.',
    counts.skipped,
  )
  counter(
    'uptalk_checks_missed_total',
    'Checks that were noticed too late to be made.',
    counts.missed,
  )
  return (await registry.metrics()) + latenessText(counts.lateness)
}
