import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { connect as connectTls, createSecureContext } from 'node:tls'

/** The least a check could cost: a socket, a request, the answer to its end, at a steady rate. */
const [kind, port, rate, root] = process.argv.slice(2)
const request = 'GET /bare HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n'
const secureContext = createSecureContext(root === undefined ? {} : { ca: readFileSync(root) })
const every = 1000 / Number(rate)

function once(): void {
  const socket =
    kind === 'https'
      ? connectTls({ port: Number(port), host: '127.0.0.1', secureContext })
      : connect(Number(port), '127.0.0.1')
  socket.on('error', () => {})
  socket.on('data', () => {})
  socket.once('end', () => socket.destroy())
  socket.write(request)
}

let due = performance.now()
function tick(): void {
  for (; due <= performance.now(); due += every) once()
  setTimeout(tick, Math.max(0, due - performance.now()))
}
tick()
process.stdout.write('{}\n')
