import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Trouble, Troubles } from './faults.ts'
import { HANDLERS, type Platform } from './methods.ts'
import { Refusal } from './refusal.ts'
import { isMethod, type Method, type Params, readParams } from './schemas.ts'

/** One call as it arrived, whatever became of it. */
export interface Call {
  readonly method: Method
  readonly body: Readonly<Record<string, unknown>>
}

export interface Desk {
  readonly token: () => string
  readonly troubles: Troubles
  readonly platform: (gone: AbortSignal) => Platform
  /** A call arrived; and one was answered. */
  readonly heard: (call: Call) => void
  readonly changed: () => void
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += String(chunk)
  if (text === '') return {}
  if (!(request.headers['content-type'] ?? '').startsWith('application/json'))
    throw new Refusal(400, 'Bad Request: only JSON bodies are spoken here')
  return JSON.parse(text) as Record<string, unknown>
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  if (response.destroyed) return
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}

function refusal(response: ServerResponse, { status, message, parameters }: Refusal): void {
  answer(response, status, {
    ok: false,
    error_code: status,
    description: message,
    ...(parameters === undefined ? {} : { parameters }),
  })
}

/** Whether the trouble answered for the platform; `before` the call was carried out, or after. */
function make(trouble: Trouble, response: ServerResponse, processed: boolean): boolean {
  switch (trouble.kind) {
    case 'refuse':
      refusal(response, new Refusal(trouble.status, trouble.description, trouble.parameters))
      return true
    case 'html':
      response.writeHead(trouble.status, { 'content-type': 'text/html' })
      response.end('<html><h1>Bad Gateway</h1></html>')
      return true
    case 'cut':
      if (trouble.processed === processed) response.destroy()
      return trouble.processed === processed
    default:
      return trouble.processed === processed
  }
}

async function serve(desk: Desk, request: IncomingMessage, response: ServerResponse) {
  const [, token, name] = /^\/bot([^/]+)\/(\w+)$/.exec(request.url ?? '') ?? []
  if (token === undefined || name === undefined || !isMethod(name))
    return refusal(response, new Refusal(404, 'Not Found'))
  const body = await bodyOf(request)
  desk.heard({ method: name, body })
  if (token !== desk.token()) return refusal(response, new Refusal(401, 'Unauthorized'))
  const trouble = desk.troubles.take(name)
  if (trouble !== undefined && make(trouble, response, false)) return undefined
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  const handle = HANDLERS[name] as (on: Platform, given: Params<Method>) => unknown
  const result = await handle(desk.platform(gone.signal), readParams(name, body))
  if (trouble === undefined || !make(trouble, response, true))
    answer(response, 200, { ok: true, result })
  return undefined
}

export class BotApiServer implements AsyncDisposable {
  readonly #desk: Desk
  #server: Server | undefined
  #port = 0

  constructor(desk: Desk) {
    this.#desk = desk
  }

  /** Opens, on the same port when it was open before. */
  async open(): Promise<void> {
    const server = createServer((request, response) => {
      void serve(this.#desk, request, response)
        .catch((error: unknown) => {
          if (error instanceof Refusal) return refusal(response, error)
          const words = error instanceof Error ? (error.stack ?? error.message) : String(error)
          return refusal(response, new Refusal(500, `the fake broke: ${words}`))
        })
        .finally(this.#desk.changed)
    })
    server.listen(this.#port, '127.0.0.1')
    await once(server, 'listening')
    this.#port = (server.address() as AddressInfo).port
    this.#server = server
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  /** Refuses connections and cuts those that are there. */
  async close(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    if (server === undefined) return
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
