import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const now = (): number => performance.timeOrigin + performance.now()

/** A server of this process that fails, and knows when whom first. */
export async function failing() {
  const failures = new Map<string, PromiseWithResolvers<number>>()
  const failureOf = (who: string) => {
    const known = failures.get(who) ?? Promise.withResolvers<number>()
    failures.set(who, known)
    return known
  }
  const first = Promise.withResolvers<number>()
  const server = createServer({ keepAlive: false }, (request, response) => {
    failureOf(request.url ?? '').resolve(now())
    first.resolve(now())
    response.writeHead(500).end()
  })
  await new Promise<void>((resolve) => {
    server.listen({ port: 0, host: '127.0.0.1', backlog: 2048 }, resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    first: first.promise,
    failedAt: (who: string): Promise<number> => failureOf(who).promise,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  }
}
