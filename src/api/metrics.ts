import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import { listIncidents } from '../incidents/index.ts'
import { SECOND } from '../kernel/index.ts'
import { listFigures } from '../monitors/index.ts'
import type { AccountDb } from '../storage/index.ts'
import { checkFigures } from './check-figures.ts'
import type { ApiDeps } from './deps.ts'

const LABELS = ['id', 'name', 'type'] as const
const MOST_INCIDENTS = 100_000

let ofProcess: Registry | undefined

/** One for the process, as what it measures: collecting begins when somebody asks first. */
function processFigures(): Registry {
  if (ofProcess === undefined) {
    ofProcess = new Registry()
    collectDefaultMetrics({ register: ofProcess })
  }
  return ofProcess
}

function partFigures({ health, settings }: ApiDeps): Registry {
  const registry = new Registry()
  const registers = [registry]
  new Gauge({
    name: 'uptalk_build_info',
    help: 'Always 1; the label says which version runs.',
    labelNames: ['version'],
    registers,
  }).set({ version: settings.version }, 1)
  const parts = new Gauge({
    name: 'uptalk_part_up',
    help: 'Whether a part of the process works; parts that are off are left out.',
    labelNames: ['part'],
    registers,
  })
  for (const [part, state] of Object.entries(health().parts))
    if (state !== 'off') parts.set({ part }, state === 'ok' ? 1 : 0)
  return registry
}

async function accountFigures(db: AccountDb): Promise<Registry> {
  const registry = new Registry()
  const gauge = (name: string, help: string) =>
    new Gauge({ name, help, labelNames: LABELS, registers: [registry] })
  const up = gauge(
    'uptalk_target_up',
    'Whether a target is up, degraded too; those paused or not looked at yet are left out.',
  )
  const response = gauge(
    'uptalk_target_response_seconds',
    'How long the last check of a target took, where it passed.',
  )
  const incidents = gauge('uptalk_incidents_open', 'How many incidents of a target are open.')
  const open = new Map<number | null, number>()
  for (const { monitor_id: id } of await listIncidents(
    db,
    { isOpen: true },
    { limit: MOST_INCIDENTS, offset: 0 },
  ))
    open.set(id, (open.get(id) ?? 0) + 1)
  for (const { id, name, type, status, lastStatus, lastMs } of await listFigures(db)) {
    const labels = { id: String(id), name, type }
    incidents.set(labels, open.get(id) ?? 0)
    if (status === 'paused' || status === 'pending') continue
    up.set(labels, status === 'down' ? 0 : 1)
    if (lastMs !== null && (lastStatus === 'up' || lastStatus === 'degraded'))
      response.set(labels, lastMs / SECOND)
  }
  return registry
}

/**
 * The process, and the targets of the account that asks, in Prometheus' text format. Series are
 * made anew each time, so that none outlives its target.
 */
export async function metricsText(deps: ApiDeps, reader: AccountDb | undefined): Promise<string> {
  const registries = [processFigures(), partFigures(deps)]
  if (reader !== undefined) registries.push(await accountFigures(reader))
  const texts = await Promise.all([
    ...registries.map((registry) => registry.metrics()),
    checkFigures(deps.counts()),
  ])
  return texts.join('\n')
}

export const METRICS_TYPE = Registry.PROMETHEUS_CONTENT_TYPE
