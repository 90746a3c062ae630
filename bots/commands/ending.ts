import { no } from './compose.ts'
import type { Reply } from './reply.ts'
import { fill } from './sentences.ts'

const SAYS = {
  stopping:
    'Uptalk is being stopped. Look again when it is back; what you asked for may be done already.',
} as const

/** The end of the process, for people who wait for an answer then. */
export interface Ending {
  /** The answer; or when the end comes first, a word of that. */
  or(work: Promise<Reply>): Promise<Reply>
  come(): void
}

export function openEnding(): Ending {
  const waiting = new Set<(reply: Reply) => void>()
  return {
    async or(work) {
      const { promise, resolve } = Promise.withResolvers<Reply>()
      waiting.add(resolve)
      try {
        return await Promise.race([work, promise])
      } finally {
        waiting.delete(resolve)
      }
    },
    come() {
      for (const resolve of waiting) resolve(no(fill(SAYS.stopping)))
    },
  }
}
