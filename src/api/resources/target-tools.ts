import { PLANS } from '../../accounts/index.ts'
import type { ChangeTools, MonitorLimits } from '../../monitors/index.ts'
import type { Call } from '../route.ts'

export function limitsOf({ account, deps }: Call): MonitorLimits {
  const { monitors, minIntervalSeconds } = PLANS[account.plan]
  return { plan: account.plan, monitors, minIntervalSeconds, refusal: deps.refusal }
}

/** What targets are changed with. */
export const toolsOf = (call: Call): ChangeTools => ({
  now: call.now,
  by: call.by,
  sealer: call.deps.sealer,
  limits: limitsOf(call),
})
