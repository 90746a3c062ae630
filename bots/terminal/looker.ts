import { askRunning } from '../../src/engine/index.ts'
import { systemClock } from '../../src/kernel/index.ts'
import { getMonitor, type Looker, recordCheck } from '../../src/monitors/index.ts'
import type { Outlook } from '../../src/outlook.ts'
import { look } from '../../src/probes/index.ts'
import { isHeld, type Sealer } from '../../src/storage/index.ts'

const clock = systemClock

/** Looks by the server that runs on this database; where none does, from this very process. */
export function terminalLooker(file: string, sealer: Sealer, outlook: Outlook): Looker {
  return askRunning(clock, {
    isNobodyThere: () => !isHeld(file),
    looker: lookHere(sealer, outlook),
  })
}

/** One look, kept as a check. It judges nothing: states belong to the process that watches. */
const lookHere = (sealer: Sealer, outlook: Outlook): Looker => ({
  async check(db, id) {
    const { monitor } = await getMonitor(db, sealer, id)
    const startedAt = clock.now()
    const outcome = await look(
      monitor.type,
      { ...monitor, isAsked: true },
      AbortSignal.timeout(monitor.timeoutMs + 1000),
      {
        ...outlook,
        onBug: (error) => {
          throw error
        },
      },
    )
    const finishedAt = Math.max(clock.now(), startedAt)
    return recordCheck(db, { monitorId: id, cause: 'manual', startedAt, finishedAt, outcome })
  },
  nudge: () => {},
})
