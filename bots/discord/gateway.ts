import { type APIGatewayBotInfo, Routes } from 'discord.js'
import { type Clock, SECOND, StopPart } from '../../src/kernel/index.ts'
import { statusOf } from './answers.ts'
import type { Wire } from './wire.ts'

const HELLO_WITHIN_MS = 10 * SECOND
const HELLO = 10
/** Who uses up a day's logins loses his token: a bot that falls over again and again stops before. */
const LOGINS_KEPT = 50

export const TOKEN_REFUSED = 'Discord refused the token; set DISCORD_TOKEN to a valid one'

/** Where to log in. @throws StopPart when the token is refused */
export async function findGateway(wire: Wire, signal: AbortSignal): Promise<string> {
  try {
    const answer = (await wire.send('get', Routes.gatewayBot(), { signal })) as APIGatewayBotInfo
    const { remaining, total } = answer.session_start_limit
    if (remaining < Math.min(LOGINS_KEPT, total / 20))
      throw new Error('Discord allows too few more logins for now')
    return answer.url
  } catch (error) {
    if (statusOf(error) === 401) throw new StopPart(TOKEN_REFUSED)
    throw error
  }
}

/**
 * Resolves once the gateway at `url` says hello. A login to one that does not leaves a client behind
 * that cannot be stopped, so it is asked first.
 */
export async function probeGateway(url: string, clock: Clock, signal: AbortSignal): Promise<void> {
  const socket = new WebSocket(`${url}?v=10&encoding=json`)
  const done = new AbortController()
  const either = AbortSignal.any([done.signal, signal])
  try {
    await new Promise<void>((resolve, reject) => {
      const lost = () => reject(new Error('the gateway does not answer'))
      socket.addEventListener('message', ({ data }) => {
        if (isHello(data)) resolve()
      })
      socket.addEventListener('error', lost)
      socket.addEventListener('close', lost)
      void clock.sleep(HELLO_WITHIN_MS, either).then(lost)
    })
  } finally {
    done.abort()
    socket.close()
  }
}

function isHello(data: unknown): boolean {
  try {
    return (JSON.parse(String(data)) as { op?: unknown }).op === HELLO
  } catch {
    return false
  }
}
