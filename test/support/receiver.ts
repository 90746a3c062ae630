import { type Site, web } from './web/servers.ts'

export interface Received {
  readonly id: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** The event it tells of. */
  readonly type: string
  readonly data: Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>
}

/** A program that is told by webhook: keeps what it gets and answers as the test likes. */
export interface Receiver extends AsyncDisposable {
  readonly url: string
  readonly got: Received[]
  /** Statuses to answer with, in turn; 204 afterwards. Zero hangs up; held is never answered. */
  readonly answers: (number | 'held' | { status: number; headers: Record<string, string> })[]
  readonly types: string[]
  /** What was told of whom: `shop target.down`. */
  readonly said: string[]
  /** Resolves once it was told `count` times. */
  heard(count: number): Promise<void>
}

export async function openReceiver(): Promise<Receiver> {
  const got: Received[] = []
  const answers: Receiver['answers'] = []
  const watchers = new Set<() => void>()
  const site: Site = await web((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const body = Buffer.concat(parts).toString('utf8')
      const headers = request.headers as Record<string, string>
      const { type, data } = JSON.parse(body) as Pick<Received, 'type' | 'data'>
      got.push({ id: headers['webhook-id'] ?? '', headers, body, type, data })
      for (const look of watchers) look()
      const answer = answers.shift() ?? 204
      if (answer === 'held') return
      if (answer === 0) request.socket.destroy()
      else if (typeof answer === 'number') response.writeHead(answer).end()
      else response.writeHead(answer.status, answer.headers).end()
    })
  })
  return {
    url: `${site.url}/hook`,
    got,
    answers,
    get types() {
      return got.map(({ type }) => type)
    },
    get said() {
      return got.map(({ type, data }) => `${String(data['target']?.['name'])} ${type}`)
    },
    heard: (count) =>
      new Promise((resolve) => {
        const look = () => {
          if (got.length < count) return
          watchers.delete(look)
          resolve()
        }
        watchers.add(look)
        look()
      }),
    [Symbol.asyncDispose]: () => site[Symbol.asyncDispose](),
  }
}
