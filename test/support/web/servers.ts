import { type EventEmitter, once } from 'node:events'
import { createServer as createHttp, type RequestListener } from 'node:http'
import { connect, createServer as createTcp, type Server, type Socket } from 'node:net'
import { createServer as createTls, type TlsOptions } from 'node:tls'
import { Worker } from 'node:worker_threads'
import { type Paper, pemOf } from './certificate.ts'

/** A server on loopback. Closing it cuts whoever is still connected. */
export interface Site extends AsyncDisposable {
  readonly port: number
  /** `http://127.0.0.1:port` */
  readonly url: string
  /** Connections that are open now. */
  readonly open: ReadonlySet<Socket>
  /** Emits `connection`. */
  readonly arrivals: EventEmitter
  /** Resolves when nobody is connected. */
  empty(): Promise<void>
}

/** Puts a server on loopback. */
export async function stand(
  server: Server,
  scheme: string,
  host = '127.0.0.1',
  port = 0,
): Promise<Site> {
  const open = new Set<Socket>()
  let seenEmpty: (() => void)[] = []
  server.on('connection', (socket: Socket) => {
    open.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => {
      open.delete(socket)
      if (open.size > 0) return
      for (const seen of seenEmpty) seen()
      seenEmpty = []
    })
  })
  server.listen(port, host)
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    port: address.port,
    url: `${scheme}://${host}:${address.port}`,
    open,
    arrivals: server,
    async empty() {
      if (open.size > 0)
        await new Promise<void>((resolve) => {
          seenEmpty.push(resolve)
        })
    },
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** A web server that behaves. */
export const web = (answer: RequestListener): Promise<Site> => stand(createHttp(answer), 'http')

/** A server that does with each connection what it likes; it reads until the other end leaves. */
export const raw = (onConnection: (socket: Socket) => void): Promise<Site> =>
  stand(
    createTcp((socket) => {
      socket.resume()
      onConnection(socket)
    }),
    'http',
  )

/** Answers every connection with `text` as soon as something was asked, then closes. */
export const saying = (text: string | Uint8Array): Promise<Site> =>
  raw((socket) => socket.once('data', () => socket.end(text)))

/** Over TLS, with `chain[0]`'s key and the certificates of all of `chain`. */
export async function secureWeb(
  chain: readonly Paper[],
  answer: RequestListener = (_, response) => void response.end('hello'),
  options: TlsOptions = {},
): Promise<Site & { replace(options: TlsOptions): void }> {
  const http = createHttp(answer)
  const server = createTls(
    {
      key: pemOf(chain[0]!.key),
      cert: chain.map(({ cert }) => cert).join(''),
      ALPNProtocols: ['http/1.1'],
      ...options,
    },
    (socket) => http.emit('connection', socket),
  )
  server.on('tlsClientError', () => {})
  const site = await stand(server, 'https')
  return { ...site, replace: (changed) => server.setSecureContext(changed) }
}

const SLEEPER = `
const { createServer } = require('node:net')
const { parentPort, workerData } = require('node:worker_threads')
const server = createServer().listen({ port: 0, host: workerData, backlog: 1 }, () => {
  parentPort.postMessage(server.address().port)
  setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0))
})`

/** A port where the kernel drops whoever knocks: its queue is full and nobody takes from it. */
export async function blackHole(host = '127.0.0.1'): Promise<AsyncDisposable & { port: number }> {
  const worker = new Worker(SLEEPER, { eval: true, workerData: host })
  const [port] = (await once(worker, 'message')) as [number]
  const fillers = Array.from({ length: 6 }, () => connect({ port, host }).on('error', () => {}))
  await once(fillers[0]!, 'connect')
  return {
    port,
    async [Symbol.asyncDispose]() {
      for (const filler of fillers) filler.destroy()
      await worker.terminate()
    },
  }
}

/** A port nobody listens on, as far as anybody can know. */
export async function closedPort(): Promise<number> {
  await using site = await raw(() => {})
  return site.port
}
