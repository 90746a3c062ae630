import type { Settings } from '../../src/config.ts'
import { askRunning } from '../../src/engine/index.ts'
import { systemClock } from '../../src/kernel/index.ts'
import { getMonitor, type Looker, recordCheck } from '../../src/monitors/index.ts'
import { openNetwork } from '../../src/network/index.ts'
import { look } from '../../src/probes/index.ts'
import { isHeld, type Sealer } from '../../src/storage/index.ts'
import { VERSION } from '../../src/version.ts'

const clock = systemClock

/** Looks by the server that runs on this database; where none does, from this very process. */
export function terminalLooker(file: string, sealer: Sealer, settings: Settings): Looker {
  return askRunning(clock, {
    isNobodyThere: () => !isHeld(file),
    looker: lookHere(sealer, settings),
  })
}

/** One look, kept as a check. It judges nothing: states belong to the process that watches. */
function lookHere(sealer: Sealer, settings: Settings): Looker {
  const network = openNetwork({
    privateTargets: settings.PROBE_PRIVATE_TARGETS,
    dnsServers: settings.DNS_SERVERS,
  })
  const userAgent = `Uptalk/${VERSION} (+${settings.PUBLIC_URL ?? 'self-hosted uptime monitoring'})`
  return {
    async check(db, id) {
      const { monitor } = await getMonitor(db, sealer, id)
      const startedAt = clock.now()
      const outcome = await look(
        monitor.type,
        monitor,
        AbortSignal.timeout(monitor.timeoutMs + 1000),
        {
          clock,
          network,
          userAgent,
          onBug: (error) => {
            throw error
          },
        },
      )
      const finishedAt = Math.max(clock.now(), startedAt)
      return recordCheck(db, { monitorId: id, cause: 'manual', startedAt, finishedAt, outcome })
    },
    nudge: () => {},
  }
}
