import { createServer } from 'node:http'
import { createServer as createTls } from 'node:https'
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'

/** A server in a process of its own: answers 200, counts who came, says so when asked. */
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
  response.end('well')
}

const plain = createServer({ keepAlive: false }, answer)
const secure =
  key === undefined || cert === undefined
    ? undefined
    : createTls({ key: readFileSync(key), cert: readFileSync(cert) }, answer)

plain.listen(0, '127.0.0.1', () => {
  const { port } = plain.address() as AddressInfo
  if (secure === undefined) return process.stdout.write(`${JSON.stringify({ port })}\n`)
  return secure.listen(0, '127.0.0.1', () => {
    const tlsPort = (secure.address() as AddressInfo).port
    process.stdout.write(`${JSON.stringify({ port, tlsPort })}\n`)
  })
})
