import type { Instant, MonitorId } from '../kernel/index.ts'
import { Reader, Writer } from './bytes.ts'
import { isGood } from './tally.ts'

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
/** The last one: it differs little from what the look took. */
const TOTAL = PARTS.length - 1

// Row by row, in order of the monitors: a small step to the next one, the time since the earliest
// look, and how long it speaks for as a change from the look before, whose monitor often has the
// same rhythm. About seven bytes a look of a batch of many, and as many for its parts.
const FORMAT = 1

const kindOf = ({ status, code }: JournalLook): string => `${status} ${code}`

/** What a kind, as `readLooks` hands it on, says of a look. */
export interface LookKind {
  readonly status: string
  readonly code: string
  readonly isGood: boolean
}

export function lookKindOf(kind: string): LookKind {
  const [status = '', code = ''] = kind.split(' ')
  return { status, code, isGood: isGood({ status }) }
}

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
  const parts = PARTS.map((part) => timings[part])
  out.count(parts.reduce((bits: number, it, at) => bits + (it === undefined ? 0 : 1 << at), 0))
  for (const [at, it] of parts.entries()) {
    if (it === undefined) continue
    const tenths = Math.round(it * TENTHS)
    if (at === TOTAL) out.change(tenths - ms * TENTHS)
    else out.count(tenths)
  }
}

/** In tenths of a millisecond, one after another; -1: left out. */
export type Parts = number[]

function readParts(from: Reader, ms: number, into: Parts): void {
  const bits = from.count()
  for (let at = 0; at < TOTAL; at += 1) into[at] = (bits & (1 << at)) === 0 ? -1 : from.count()
  into[TOTAL] = (bits & (1 << TOTAL)) === 0 ? -1 : from.change() + ms * TENTHS
}

function skipParts(from: Reader): void {
  for (let bits = from.count(); bits > 0; bits >>= 1) if (bits % 2 === 1) from.skip()
}

/** Undefined where nothing is known of them. */
export function toTimings(parts: Parts): Timings | undefined {
  const known = PARTS.flatMap((part, at) => (parts[at] === -1 ? [] : [[part, parts[at]! / TENTHS]]))
  return known.length === 0 ? undefined : Object.fromEntries(known)
}

/** `parts` are another look's the next time. */
type Visit<Kind> = (
  monitorId: MonitorId,
  at: Instant,
  kind: Kind,
  ms: number,
  observedMs: number,
  parts: Parts,
) => void

/** As a migration made them of rows: monitor, time, status, code, milliseconds, reach. */
type Listed = readonly (readonly [number, number, string, string, number, number])[]

/**
 * `toKind` is given status and code as one; without `hasParts` `visit` is told nothing of the parts.
 * @throws Error for what no version of this program wrote
 */
export function readLooks<Kind>(
  looks: Uint8Array | string,
  toKind: (kind: string) => Kind,
  visit: Visit<Kind>,
  hasParts = true,
): void {
  const parts: Parts = PARTS.map(() => -1)
  if (typeof looks === 'string') {
    for (const [id, at, status, code, ms, observedMs] of JSON.parse(looks) as Listed)
      visit(id, at, toKind(`${status} ${code}`), ms, observedMs, parts)
    return
  }
  const from = new Reader(looks)
  const format = from.count()
  if (format !== FORMAT) throw new Error(`a journal of format ${format} is not known here`)
  const count = from.count()
  if (count === 0) return
  const earliest = from.count()
  const kinds = Array.from({ length: from.count() }, () => toKind(from.text()))
  let [monitorId, observedMs] = [0, 0]
  for (let index = 0; index < count; index += 1) {
    monitorId += from.count()
    const at = earliest + from.count()
    const kind = kinds[from.count()]
    if (kind === undefined) throw new Error('the journal names no such kind')
    const ms = from.count()
    observedMs += from.change()
    if (hasParts) readParts(from, ms, parts)
    else skipParts(from)
    visit(monitorId, at, kind, ms, observedMs, parts)
  }
}
