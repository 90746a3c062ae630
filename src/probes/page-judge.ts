import { Worker } from 'node:worker_threads'
import type { Finding } from './outcome.ts'
import { type Asked, isQuick, judgePage, type Read } from './page-verdict.ts'

/** Threads at once: more would take the processors from the rest of the house. */
const MOST_THREADS = 4
const MEMORY = { maxOldGenerationSizeMb: 192, stackSizeMb: 4 }

const undecided: Finding = {
  code: 'probe_overloaded',
  message: 'what is asked of the page could not be decided in time',
}

let free = MOST_THREADS
const waiting = new Set<() => void>()

/** A place among the threads, to be given back; nothing when `signal` was faster. */
async function takeTurn(signal: AbortSignal): Promise<Disposable | undefined> {
  if (signal.aborted) return undefined
  if (free > 0) free -= 1
  else {
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const call = () => resolve(true)
    const giveUp = () => {
      // Once out of the queue a place cannot be handed to us any more.
      if (waiting.delete(call)) resolve(false)
    }
    waiting.add(call)
    signal.addEventListener('abort', giveUp, { once: true })
    const got = await promise
    signal.removeEventListener('abort', giveUp)
    if (!got) return undefined
  }
  return {
    [Symbol.dispose]() {
      const [next] = waiting
      if (next === undefined) free += 1
      else if (waiting.delete(next)) next()
    },
  }
}

async function judgeAside(
  read: Read,
  asked: Asked,
  signal: AbortSignal,
): Promise<Finding | undefined> {
  using turn = await takeTurn(signal)
  if (turn === undefined || signal.aborted) return undecided
  const thread = new Worker(new URL('page-thread.ts', import.meta.url), {
    workerData: { read, asked },
    resourceLimits: MEMORY,
    execArgv: [],
  })
  const end = Promise.withResolvers<Finding | null>()
  const stop = () => end.resolve(undecided)
  thread.once('message', (found: Finding | null) => end.resolve(found))
  thread.once('error', (error: NodeJS.ErrnoException) => {
    // A page that asks for more memory than it may have is not decided either.
    if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') stop()
    else end.reject(error)
  })
  signal.addEventListener('abort', stop, { once: true })
  try {
    return (await end.promise) ?? undefined
  } finally {
    signal.removeEventListener('abort', stop)
    await thread.terminate()
  }
}

/**
 * What `read` says about what is asked of it; nothing when all holds. What may take long is judged
 * in a thread of its own, which ends with `signal`.
 */
export async function judgeInTime(
  read: Read,
  asked: Asked,
  signal: AbortSignal,
): Promise<Finding | undefined> {
  return isQuick(read, asked) ? judgePage(read, asked) : judgeAside(read, asked, signal)
}
