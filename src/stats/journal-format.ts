import type { Instant, MonitorId } from '../kernel/index.ts'
import { Reader, Writer } from './bytes.ts'

/** A look as the journal has it: the account is its row's. */
export interface JournalLook {
  readonly monitorId: MonitorId
  readonly at: Instant
  readonly status: string
  readonly code: string
  readonly ms: number
  readonly observedMs: number
}

// Row by row, in order of the monitors: a small step to the next one, the time since the earliest
// look, and how long it speaks for as a change from the look before, whose monitor often has the
// same rhythm. About seven bytes a look of a batch of many.
const FORMAT = 1

const kindOf = ({ status, code }: JournalLook): string => `${status} ${code}`

/** Looks of one account; those of a monitor come out in the order they went in. */
export function writeLooks(looks: readonly JournalLook[]): Buffer {
  const out = new Writer()
  const kinds = [...new Set(looks.map(kindOf))]
  const earliest = looks.reduce((least, { at }) => Math.min(least, at), Infinity)
  out.count(FORMAT)
  out.count(looks.length)
  if (looks.length === 0) return out.done()
  out.count(earliest)
  out.count(kinds.length)
  for (const kind of kinds) out.text(kind)
  let [monitorId, observedMs] = [0, 0]
  for (const it of looks.toSorted((a, b) => a.monitorId - b.monitorId)) {
    out.count(it.monitorId - monitorId)
    out.count(it.at - earliest)
    out.count(kinds.indexOf(kindOf(it)))
    out.count(it.ms)
    out.change(it.observedMs - observedMs)
    ;({ monitorId, observedMs } = it)
  }
  return out.done()
}

type Visit = (
  monitorId: MonitorId,
  at: Instant,
  kind: string,
  ms: number,
  observedMs: number,
) => void

/** As a migration made them of rows: monitor, time, status, code, milliseconds, reach. */
type Listed = readonly (readonly [number, number, string, string, number, number])[]

/** @throws Error for what no version of this program wrote */
export function readLooks(looks: Uint8Array | string, visit: Visit): void {
  if (typeof looks === 'string') {
    for (const [id, at, status, code, ms, observedMs] of JSON.parse(looks) as Listed)
      visit(id, at, `${status} ${code}`, ms, observedMs)
    return
  }
  const from = new Reader(looks)
  const format = from.count()
  if (format !== FORMAT) throw new Error(`a journal of format ${format} is not known here`)
  const count = from.count()
  if (count === 0) return
  const earliest = from.count()
  const kinds = Array.from({ length: from.count() }, () => from.text())
  let [monitorId, observedMs] = [0, 0]
  for (let index = 0; index < count; index += 1) {
    monitorId += from.count()
    const at = earliest + from.count()
    const kind = kinds[from.count()]
    if (kind === undefined) throw new Error('the journal names no such kind')
    const ms = from.count()
    observedMs += from.change()
    visit(monitorId, at, kind, ms, observedMs)
  }
}
