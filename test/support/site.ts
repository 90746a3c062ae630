import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A web site on loopback that does as it is told and counts who comes. */
export class Site implements AsyncDisposable {
  readonly #server: Server
  readonly url: string
  status = 200
  visits = 0
  #watchers: { readonly count: number; readonly seen: () => void }[] = []

  private constructor(server: Server) {
    this.#server = server
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    server.on('request', (_, response) => {
      this.visits += 1
      response.writeHead(this.status).end('hello')
      for (const { count, seen } of this.#watchers) if (this.visits >= count) seen()
    })
  }

  static async open(): Promise<Site> {
    const server = createServer()
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    return new Site(server)
  }

  /** Resolves once there were `count` visits in all. */
  async visited(count: number): Promise<void> {
    if (this.visits < count)
      await new Promise<void>((seen) => {
        this.#watchers.push({ count, seen })
      })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => {
      this.#server.close(resolve)
    })
  }
}
