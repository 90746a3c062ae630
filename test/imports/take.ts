import { openKuma, type Taken, takeOver } from '../../src/imports/index.ts'
import { by, type House, limits, sealer } from '../support/house.ts'

/** Takes over what is in a file of Uptime Kuma's, as the command does. */
export async function takeKuma(
  house: House,
  file: string,
  how: { isTrial?: boolean; limits?: typeof limits | { monitors: number } } = {},
): Promise<Taken> {
  const allowed = { ...limits, ...how.limits }
  using source = openKuma(file, allowed.minIntervalSeconds)
  const tools = { now: house.clock.now(), by, sealer, limits: allowed }
  return await takeOver(house.account, tools, source, {
    isTrial: how.isTrial ?? false,
    retainChecksDays: 7,
  })
}
