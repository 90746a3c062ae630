import type { Clock } from '../kernel/index.ts'

/** A look's one deadline. Disposing ends its timer; the signal stays as it is then. */
export interface Deadline extends Disposable {
  readonly signal: AbortSignal
  /** This process stood still for so long that a timeout may be its own fault. */
  wasLate(): boolean
}

const SLICE_MS = 500
const LATE_MS = 1000
/** Why a signal of ours aborts. Without a reason Node makes an exception with a stack, each time. */
const OVER = 'over'

/** Aborts after `timeoutMs`, or with `outer`. */
export function startDeadline(clock: Clock, timeoutMs: number, outer: AbortSignal): Deadline {
  const expired = new AbortController()
  const expire = () => expired.abort(OVER)
  if (outer.aborted) expire()
  else outer.addEventListener('abort', expire, { once: true })
  const start = clock.monotonic()
  let late = false
  let began = start
  let slice = 0
  const measure = () => {
    if (clock.monotonic() - began - slice > LATE_MS) late = true
  }
  let callOff: (() => void) | undefined
  const wait = () => {
    began = clock.monotonic()
    const left = start + timeoutMs - began
    if (left <= 0) return expire()
    // In slices, to notice a process that stood still in the middle.
    slice = Math.min(left, SLICE_MS)
    callOff = clock.after(slice, () => {
      measure()
      wait()
    })
  }
  wait()
  return {
    signal: expired.signal,
    wasLate() {
      measure()
      return late
    },
    [Symbol.dispose]() {
      outer.removeEventListener('abort', expire)
      callOff?.()
    },
  }
}
