import { DAY, HOUR, type Instant, MINUTE, SECOND } from '../../src/kernel/index.ts'
import { planMaintenance, settleMaintenances } from '../../src/maintenance/index.ts'
import { editMonitor, pauseMonitor, resumeMonitor } from '../../src/monitors/index.ts'
import {
  addObserved,
  listBuckets,
  type Observed,
  observedTime,
  packHistory,
  readSteps,
  readWholes,
} from '../../src/stats/index.ts'
import { Eye, refused, unseen, well } from '../support/eye.ts'
import { START } from '../support/history.ts'
import { House } from '../support/house.ts'

const SEEN = { '.': well, x: refused, '?': unseen } as const
/** A moment seen is nothing, a moment down is something. */
const minutesOf = ({ observedMs, downMs }: Observed): [number, number] => [
  Math.round(observedMs / SECOND) / 60,
  Math.ceil(downMs / SECOND) / 60,
]

/** One monitor, looked at by the engine itself, by minutes since the beginning of a UTC day. */
export class Life implements AsyncDisposable {
  readonly house: House
  readonly id: number
  readonly #eye: Eye

  private constructor(house: House, eye: Eye, id: number) {
    this.house = house
    this.#eye = eye
    this.id = id
  }

  static async begin(is: object): Promise<Life> {
    const eye = new Eye()
    const house = await House.open({ probe: eye.probe, startsAt: START })
    const { monitor } = await house.add({ timeoutSeconds: 10, ...is })
    return new Life(house, eye, monitor.id)
  }

  /** Looks at each of these minutes and sees what the marks say; `x` has failed, `?` was not seen. */
  async looks(from: number, marks: string, every = 1): Promise<void> {
    for (const [index, mark] of marks.split('').entries()) {
      await this.at(from + index * every)
      this.#eye.sees = () => SEEN[mark as keyof typeof SEEN]
      await this.house.engine.check(this.house.account, this.id)
    }
    await this.house.engine.flush()
  }

  /** Sets the clocks. */
  async at(minute: number): Promise<void> {
    const { clock } = this.house
    clock.step(START + minute * MINUTE - clock.now())
  }

  pause = () => pauseMonitor(this.house.account, this.house.change, this.id, null)
  resume = () => resumeMonitor(this.house.account, this.house.change, this.id)
  edit = (change: object) =>
    editMonitor(this.house.account, this.house.change, this.id, (it) => ({ ...it, ...change }))

  async maintain(from: number, to: number): Promise<void> {
    const [startsAt, endsAt] = [START + from * MINUTE, START + to * MINUTE]
    await planMaintenance(this.house.account, this.house.change, { name: 'move', startsAt, endsAt })
    await settleMaintenances(this.house.db, startsAt, false)
    // The engine reads them once a second.
    await this.house.clock.turn(2 * SECOND)
  }

  /** Minutes observed and down, by each of the figures there are of them. */
  async minutes(from: number, to: number): Promise<Readonly<Record<string, [number, number]>>> {
    const span = [START + from * MINUTE, START + to * MINUTE] as const
    return Object.fromEntries(await surfaces(this.house, this.id, ...span))
  }

  async pack(): Promise<void> {
    await packHistory(this.house.db, this.house.clock.now() + 5 * DAY, async () => true)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.house[Symbol.asyncDispose]()
  }
}

/** Every figure there is of a span: as one, as a whole, in the steps of a chart, by hours and by days. */
async function surfaces(
  { account }: House,
  id: number,
  from: Instant,
  to: Instant,
): Promise<(readonly [string, [number, number]])[]> {
  const page = { limit: 5000, offset: 0 }
  const began = [
    { op: '>=', at: from },
    { op: '<', at: to },
  ] as const
  const found: [string, Observed][] = [
    ['observedTime', (await observedTime(account, [id], from, to)).get(id)!],
    ['readWholes', (await readWholes(account, [id], from, to)).get(id)!],
    [
      'readSteps',
      addObserved(
        await readSteps(account, id, {
          from,
          stepMs: 10 * MINUTE,
          count: Math.ceil((to - from) / (10 * MINUTE)),
        }),
      ),
    ],
  ]
  const { interval_ms } = await account
    .selectFrom('monitors')
    .select('interval_ms')
    .executeTakeFirstOrThrow()
  // Listed are the hours and days that were looked at in.
  for (const [kind, size] of [
    ['hour', HOUR],
    ['day', DAY],
  ] as const)
    if (interval_ms <= size && from % size === 0 && to % size === 0)
      found.push([
        `${kind}s`,
        addObserved((await listBuckets(account, kind, { monitorId: id, began }, page)).buckets),
      ])
  return found.map(([name, times]) => [name, minutesOf(times)])
}
