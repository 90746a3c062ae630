import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Trouble, Troubles } from './faults.ts'
import { type Files, HANDLERS, type Platform } from './methods.ts'
import { Refusal } from './refusal.ts'
import { isMethod, type Method, type Params, readParams } from './schemas.ts'

/** One call as it arrived, whatever became of it. */
export interface Call {
  readonly method: Method
  readonly body: Readonly<Record<string, unknown>>
  /** Of a form, by the names they are attached under. */
  readonly files: Files
}

export interface Desk {
  readonly token: () => string
  readonly troubles: Troubles
  readonly platform: (gone: AbortSignal) => Omit<Platform, 'files'>
  /** A call arrived; and one was answered. */
  readonly heard: (call: Call) => void
  readonly changed: () => void
}

async function readForm(bytes: Buffer, type: string): Promise<Pick<Call, 'body' | 'files'>> {
  const form = await new Response(new Uint8Array(bytes), {
    headers: { 'content-type': type },
  }).formData()
  const body: Record<string, unknown> = {}
  const files = new Map<string, Buffer>()
  for (const [key, value] of form)
    if (typeof value === 'string') body[key] = key === 'caption' ? value : jsonOr(value)
    else files.set(key, Buffer.from(await value.arrayBuffer()))
  return { body, files }
}

/** Whatever is no text is JSON in a form. */
function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}

async function bodyOf(request: IncomingMessage): Promise<Pick<Call, 'body' | 'files'>> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const bytes = Buffer.concat(chunks)
  const type = request.headers['content-type'] ?? ''
  if (bytes.length === 0) return { body: {}, files: new Map() }
  if (type.startsWith('multipart/form-data')) return await readForm(bytes, type)
  if (!type.startsWith('application/json'))
    throw new Refusal(400, 'Bad Request: only JSON bodies and forms are spoken here')
  return { body: JSON.parse(bytes.toString()) as Record<string, unknown>, files: new Map() }
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
  const { body, files } = await bodyOf(request)
  desk.heard({ method: name, body, files })
  if (token !== desk.token()) return refusal(response, new Refusal(401, 'Unauthorized'))
  const trouble = desk.troubles.take(name)
  if (trouble !== undefined && make(trouble, response, false)) return undefined
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  const handle = HANDLERS[name] as (on: Platform, given: Params<Method>) => unknown
  const result = await handle({ ...desk.platform(gone.signal), files }, readParams(name, body))
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
