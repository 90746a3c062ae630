import type { Instant } from '../kernel/index.ts'
import { Reader, Writer } from './bytes.ts'

/** One look as it is packed: the monitor and the hour are its row's. */
export interface PackedSample {
  readonly at: Instant
  readonly status: string
  readonly code: string
  readonly ms: number
  /** How much time before `at` it speaks for. */
  readonly observedMs: number
  /** Whether there is a row in `checks` that has all of it. */
  readonly isKeptWhole: boolean
}

// Columns, each as differences that are small where a monitor's rhythm is even: the times as changes
// of the step, the milliseconds as changes, status and code as runs, the reach only where it is not
// the step. A steady monitor takes less than two bytes a look.
const FORMAT = 2
/** In the one before, times and milliseconds took turns, in whole bytes. */
const IN_BYTES = 1

/** The places where `isOdd`, as distances from one to the next. */
function writePlaces(out: Writer, count: number, isOdd: (index: number) => boolean): number[] {
  const places = Array.from({ length: count }, (_, index) => index).filter(isOdd)
  out.count(places.length)
  let last = 0
  for (const place of places) {
    out.count(place - last)
    last = place
  }
  return places
}

function readPlaces(from: Reader): number[] {
  const count = from.count()
  let last = 0
  return Array.from({ length: count }, () => (last += from.count()))
}

const stepOf = (samples: readonly { readonly at: Instant }[], index: number): number =>
  index === 0 ? 0 : samples[index]!.at - samples[index - 1]!.at

/** Of each sample, those of the step and those of the milliseconds. */
function readChanges(from: Reader, format: number, count: number): readonly [number[], number[]] {
  if (format !== IN_BYTES) return [from.changes(count), from.changes(count)]
  const [steps, times]: [number[], number[]] = [[], []]
  while (steps.length < count) {
    steps.push(from.change())
    times.push(from.change())
  }
  return [steps, times]
}

/** `samples` of one hour that began at `hour`, in order of time. */
export function packSamples(hour: Instant, samples: readonly PackedSample[]): Buffer {
  const out = new Writer()
  out.count(FORMAT)
  out.count(samples.length)
  let [at, step, ms] = [hour, 0, 0]
  const [steps, times]: [number[], number[]] = [[], []]
  for (const it of samples) {
    steps.push(it.at - at - step)
    times.push(it.ms - ms)
    step = it.at - at
    ;({ at, ms } = it)
  }
  out.changes(steps)
  out.changes(times)
  const kindOf = ({ status, code }: PackedSample): string => `${status} ${code}`
  const kinds = [...new Set(samples.map(kindOf))]
  out.count(kinds.length)
  for (const kind of kinds) out.text(kind)
  for (let index = 0; index < samples.length;) {
    const kind = kindOf(samples[index]!)
    const other = samples.findIndex((it, place) => place > index && kindOf(it) !== kind)
    const end = other === -1 ? samples.length : other
    out.count(kinds.indexOf(kind))
    out.count(end - index)
    index = end
  }
  const odd = writePlaces(
    out,
    samples.length,
    (index) => samples[index]!.observedMs !== stepOf(samples, index),
  )
  for (const index of odd) out.count(samples[index]!.observedMs)
  writePlaces(out, samples.length, (index) => samples[index]!.isKeptWhole)
  return out.done()
}

/** @throws Error for what no version of this program wrote */
export function unpackSamples(hour: Instant, bytes: Uint8Array): PackedSample[] {
  const from = new Reader(bytes)
  const format = from.count()
  if (format !== FORMAT && format !== IN_BYTES)
    throw new Error(`packed samples of format ${format} are not known here`)
  const count = from.count()
  const [steps, times] = readChanges(from, format, count)
  const kinds = Array.from({ length: from.count() }, () => from.text().split(' '))
  let [at, step, ms] = [hour, 0, 0]
  const samples: { -readonly [K in keyof PackedSample]: PackedSample[K] }[] = []
  while (samples.length < count) {
    const kind = kinds[from.count()]
    if (kind === undefined) throw new Error('packed samples name no such kind')
    const [status = '', code = ''] = kind
    for (let left = from.count(); left > 0; left -= 1) {
      step += steps[samples.length]!
      at += step
      ms += times[samples.length]!
      const observedMs = samples.length === 0 ? 0 : step
      samples.push({ at, status, code, ms, observedMs, isKeptWhole: false })
    }
  }
  const odd = readPlaces(from)
  for (const index of odd) samples[index]!.observedMs = from.count()
  for (const index of readPlaces(from)) samples[index]!.isKeptWhole = true
  return samples
}
