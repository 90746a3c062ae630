import { Agent, request } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { cpuMs } from './measure.ts'

/** A server to ask, and with what: a key each in turn, for each has a quota of its own. */
export interface Asked {
  readonly pid: number
  readonly port: number
  readonly path: string
  readonly keys: readonly string[]
}

async function get(agent: Agent, { port, path }: Asked, key: string | undefined): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const headers = key === undefined ? {} : { 'x-api-key': key }
  request({ agent, host: '127.0.0.1', port, path, headers }, (response) => {
    response.resume()
    response.on('error', reject)
    response.on('end', () =>
      response.statusCode === 200
        ? resolve()
        : reject(new Error(`${path} answered ${response.statusCode}`)),
    )
  })
    .on('error', reject)
    .end()
  return promise
}

let turn = 0

/**
 * Asks over and over for `ms`, on so many connections, with a pause between; milliseconds of each
 * answer, and of CPU.
 */
export async function ask(
  asked: Asked,
  connections: number,
  ms: number,
  pauseMs = 0,
): Promise<{ readonly times: readonly number[]; readonly cpu: number }> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const times: number[] = []
  const [before, end] = [cpuMs(asked.pid), performance.now() + ms]
  const repeat = async () => {
    for (let at = performance.now(); at < end; at = performance.now()) {
      turn += 1
      await get(agent, asked, asked.keys[turn % asked.keys.length])
      times.push(performance.now() - at)
      if (pauseMs > 0) await wait(pauseMs)
    }
  }
  try {
    await Promise.all(Array.from({ length: connections }, repeat))
  } finally {
    agent.destroy()
  }
  return { times, cpu: cpuMs(asked.pid) - before }
}
