import type { Clock } from './time.ts'

/** A wait that can be cut short. A ring while nobody waits is kept for the next who does. */
export class Bell {
  #ringing = new AbortController()

  ring(): void {
    // Without a reason Node makes an exception with a stack, each time.
    this.#ringing.abort('rung')
  }

  async wait(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
    const ring = () => this.ring()
    if (signal.aborted) return
    signal.addEventListener('abort', ring, { once: true })
    await clock.sleep(ms, this.#ringing.signal)
    signal.removeEventListener('abort', ring)
    this.#ringing = new AbortController()
  }
}
