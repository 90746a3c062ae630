import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { AccountDb } from '../storage/index.ts'
import { checkFigures } from './check-figures.ts'
import type { ApiDeps } from './deps.ts'
import { targetMetrics } from './target-metrics.ts'

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

/** The process, and the targets of the account that asks, in Prometheus' text format. */
export async function metricsText(deps: ApiDeps, reader: AccountDb | undefined): Promise<string> {
  const registries = [processFigures(), partFigures(deps)]
  const texts = await Promise.all([
    ...registries.map((registry) => registry.metrics()),
    checkFigures(deps.counts()),
  ])
  if (reader !== undefined) texts.push(await targetMetrics(reader, deps.clock.now()))
  return texts.join('\n')
}

export const METRICS_TYPE = Registry.PROMETHEUS_CONTENT_TYPE
