import { parentPort, workerData } from 'node:worker_threads'
import { systemClock } from '../kernel/index.ts'
import { openNetwork } from '../network/index.ts'
import type { Registry } from './contract.ts'
import type { Answer, Asked, CrewGround } from './crew.ts'
import { lookParsed } from './look.ts'

const { policy, trust, userAgent } = workerData as CrewGround
const network = openNetwork(policy, trust === undefined ? {} : { trust })
const running = new Map<number, AbortController>()
let answers: Answer[] = []

/** All that is known by the end of a turn goes at once: each message wakes the other side. */
function answer(it: Answer): void {
  if (answers.push(it) > 1) return
  setImmediate(() => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port, not a window
    parentPort?.postMessage(answers)
    answers = []
  })
}

const registry: Registry = {
  ask: () => Promise.reject(new Error('domains are not asked for in a thread')),
}

async function run({ id, type, target }: Extract<Asked, { readonly target: unknown }>) {
  const ending = new AbortController()
  running.set(id, ending)
  const onBug = (bug: unknown) => answer({ id, bug })
  const tools = { clock: systemClock, network, registry, userAgent, onBug }
  const outcome = await lookParsed(type, target, ending.signal, tools)
  running.delete(id)
  answer({ id, outcome })
}

parentPort?.on('message', (asked: readonly Asked[]) => {
  for (const it of asked)
    if ('target' in it) void run(it)
    else running.get(it.id)?.abort('called off')
})
