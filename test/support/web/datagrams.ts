import { createSocket, type RemoteInfo } from 'node:dgram'
import { EventEmitter, once } from 'node:events'

/** A peer on loopback that does with each datagram what it likes. */
export interface Peer extends AsyncDisposable {
  readonly port: number
  /** What came, in order. */
  readonly heard: readonly Buffer[]
  /** Resolves once `count` datagrams came in all. */
  came(count: number): Promise<void>
}

type Say = (bytes: string | Uint8Array) => void

/** `onDatagram` may `say` something to who asked. */
export async function peer(
  onDatagram: (heard: Buffer, say: Say) => void,
  host = '127.0.0.1',
  port = 0,
): Promise<Peer> {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4')
  const heard: Buffer[] = []
  const news = new EventEmitter()
  socket.on('message', (bytes: Buffer, from: RemoteInfo) => {
    heard.push(bytes)
    onDatagram(bytes, (answer) => {
      // Whoever asked may have left.
      socket.send(answer, from.port, from.address, () => {})
    })
    news.emit('datagram')
  })
  socket.bind(port, host)
  await once(socket, 'listening')
  return {
    port: socket.address().port,
    heard,
    async came(count) {
      while (heard.length < count) await once(news, 'datagram')
    },
    async [Symbol.asyncDispose]() {
      socket.close()
      await once(socket, 'close')
    },
  }
}
