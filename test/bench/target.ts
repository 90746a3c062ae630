import { createServer } from 'node:http'
import { createServer as createTls } from 'node:https'
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'

/** A server in a process of its own: counts who came, says so when asked, and answers 200; below `/fail/` 500, below `/hang/` nothing. */
const [key, cert] = process.argv.slice(2)
const seen = new Map<string, number[]>()

const answer: Parameters<typeof createServer>[1] = (request, response) => {
  if (request.url === '/seen') {
    response.end(JSON.stringify(Object.fromEntries(seen)))
    seen.clear()
    return
  }
  const who = request.url ?? ''
  const times = seen.get(who)
  const now = performance.timeOrigin + performance.now()
  if (times === undefined) seen.set(who, [now])
  else times.push(now)
  if (who.startsWith('/hang/')) return
  response.statusCode = who.startsWith('/fail/') ? 500 : 200
  response.end('well')
}

const plain = createServer({ keepAlive: false, requestTimeout: 0 }, answer)
const secure =
  key === undefined || cert === undefined
    ? undefined
    : createTls({ key: readFileSync(key), cert: readFileSync(cert) }, answer)

// A whole minute's worth of those who come may stand before the door.
plain.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => {
  const { port } = plain.address() as AddressInfo
  if (secure === undefined) return process.stdout.write(`${JSON.stringify({ port })}\n`)
  return secure.listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, () => {
    const tlsPort = (secure.address() as AddressInfo).port
    process.stdout.write(`${JSON.stringify({ port, tlsPort })}\n`)
  })
})
