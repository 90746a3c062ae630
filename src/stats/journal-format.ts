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
  /** How long its parts took, milliseconds to one decimal. */
  readonly timings?: Timings
}

export type Timings = Readonly<Partial<Record<(typeof PARTS)[number], number>>>

const PARTS = ['dns', 'connect', 'tls', 'firstByte', 'body', 'total'] as const
const TENTHS = 10

// Row by row, in order of the monitors: a small step to the next one, the time since the earliest
// look, and how long it speaks for as a change from the look before, whose monitor often has the
// same rhythm. About seven bytes a look of a batch of many, and as many for its parts.
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
    writeParts(out, it)
    ;({ monitorId, observedMs } = it)
  }
  return out.done()
}

/** Which there are, and each; the whole as a difference from what the look took. */
function writeParts(out: Writer, { timings = {}, ms }: JournalLook): void {
  out.count(PARTS.reduce((bits, part, at) => bits + (timings[part] === undefined ? 0 : 1 << at), 0))
  for (const part of PARTS)
    if (timings[part] !== undefined)
      out.change(Math.round(timings[part] * TENTHS) - (part === 'total' ? ms * TENTHS : 0))
}

/** In tenths of a millisecond, one after another; those left out are undefined. */
function readParts(from: Reader, ms: number): Parts | null {
  const bits = from.count()
  if (bits === 0) return null
  return PARTS.map((part, at) =>
    (bits & (1 << at)) === 0 ? undefined : from.change() + (part === 'total' ? ms * TENTHS : 0),
  )
}

export type Parts = readonly (number | undefined)[]

export const toTimings = (parts: Parts): Timings =>
  Object.fromEntries(
    PARTS.flatMap((part, at) => (parts[at] === undefined ? [] : [[part, parts[at] / TENTHS]])),
  )

type Visit = (
  monitorId: MonitorId,
  at: Instant,
  kind: string,
  ms: number,
  observedMs: number,
  parts: Parts | null,
) => void

/** As a migration made them of rows: monitor, time, status, code, milliseconds, reach. */
type Listed = readonly (readonly [number, number, string, string, number, number])[]

/** @throws Error for what no version of this program wrote */
export function readLooks(looks: Uint8Array | string, visit: Visit): void {
  if (typeof looks === 'string') {
    for (const [id, at, status, code, ms, observedMs] of JSON.parse(looks) as Listed)
      visit(id, at, `${status} ${code}`, ms, observedMs, null)
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
    visit(monitorId, at, kind, ms, observedMs, readParts(from, ms))
  }
}
