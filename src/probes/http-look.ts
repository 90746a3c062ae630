import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { exchange, type Tried } from '../network/index.ts'
import type { Assertion } from './assertions.ts'
import { certificateExpiry, sooner } from './certificate-expiry.ts'
import { judgeCertificate } from './certificate.ts'
import { conclude } from './conclude.ts'
import type { Probe, Target, Tools } from './contract.ts'
import { startDeadline } from './deadline.ts'
import { readPage } from './http-body.ts'
import { type HttpOptions, statusRange } from './http-options.ts'
import { follow, type Hop, locationOf } from './http-redirect.ts'
import type { Code, Details, Expiry, Finding } from './outcome.ts'
import { judgeInTime } from './page-judge.ts'
import { startStopwatch, type Stopwatch } from './stopwatch.ts'

// As in exchange.ts: an import of it would load undici.
const { STATUS_CODES } = process.getBuiltinModule('node:http')

/** Of HTTP, or of a kind that asks for more. */
type WebOptions = HttpOptions & { readonly assertions?: readonly Assertion[] }

/** What one look carries along its chain of requests. */
interface Look {
  readonly options: WebOptions
  readonly tools: Tools
  readonly signal: AbortSignal
  readonly watch: Stopwatch
  details: Details
  /** Of the certificate met on the way that ends first. */
  expiry: Expiry | undefined
  redirects: number
  downgraded: boolean
}

type Step = { readonly finding: Finding } | { readonly next: Hop }

const finding = (code: Code, message: string): Step => ({ finding: { code, message } })

/** Connects for one hop; its sockets go to `open`, which closes them. */
async function dial(look: Look, { url }: Hop, open: DisposableStack): Promise<Duplex | Finding> {
  const { options, signal, watch, tools } = look
  const keep = <S extends Duplex>(socket: S): S => {
    open.defer(() => void socket.destroy())
    return socket
  }
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const families = { ip4: options.isAllowIp4, ip6: options.isAllowIp6 }
  const found = await watch.time('dns', tools.network.resolve(host, families, signal))
  if (!found.ok) return found.failure
  const secured = url.protocol === 'https:'
  const port = url.port === '' ? (secured ? 443 : 80) : Number(url.port)
  const met = await watch.time('connect', tools.network.connect(found.value, port, signal))
  if (!met.ok) return met.failure
  look.details = { ...look.details, ...met.value.address }
  const socket = keep(met.value.socket)
  if (!secured) return socket
  const shaken = await watch.time('tls', tools.network.secure(socket, host, ['http/1.1'], signal))
  if (!shaken.ok) return shaken.failure
  keep(shaken.value.socket)
  const now = tools.clock.now()
  const judged = judgeCertificate(shaken.value, host, now)
  look.details = { ...look.details, certificate: judged.certificate }
  if (!options.tlsVerify) return shaken.value.socket
  look.expiry = sooner(look.expiry, certificateExpiry(judged.certificate, options.warnDays, now))
  if (judged.problem !== undefined) return judged.problem
  return shaken.value.socket
}

function headersOf({ url, headers, body }: Hop, { userAgent }: Tools): Record<string, string> {
  return {
    host: url.host,
    'user-agent': userAgent,
    accept: '*/*',
    'accept-encoding': 'gzip, br',
    ...headers,
    ...(body !== null && { 'content-length': String(Buffer.byteLength(body)) }),
  }
}

async function ask(look: Look, hop: Hop, socket: Duplex): Promise<Tried<IncomingMessage>> {
  const { url, method, body } = hop
  const question = {
    method,
    path: url.pathname + url.search,
    headers: headersOf(hop, look.tools),
    body: body === null ? null : Buffer.from(body),
  }
  return look.watch.time('firstByte', exchange(socket, url.host, question, look.signal))
}

async function judgeAnswer(look: Look, hop: Hop, response: IncomingMessage): Promise<Step> {
  const { options, signal, watch } = look
  const status = response.statusCode ?? 0
  const tell = (bytes: number, truncated: boolean) => {
    const http = { status, finalUrl: hop.url.href, redirects: look.redirects, bytes, truncated }
    look.details = { ...look.details, http }
  }
  tell(0, false)
  const expected = options.expectedStatuses.some((text) => {
    const [from, to] = statusRange(text) ?? [0, 0]
    return from <= status && status <= to
  })
  if (!expected)
    return finding('http_status', `HTTP ${status} ${STATUS_CODES[status] ?? ''}`.trim())
  const { bodyContains, bodyNotContains, bodyMatches } = options
  const { assertions = [] } = options
  const asked = { bodyContains, bodyNotContains, bodyMatches, assertions }
  const texts = [bodyContains, bodyNotContains, bodyMatches]
  const wanted = assertions.length > 0 || texts.some((it) => it !== null)
  const page = await watch.time('body', readPage(response, wanted, signal))
  tell(page.bytes, page.truncated)
  const problem = page.trouble ?? (await judgeInTime(page, asked, signal))
  if (problem !== undefined) return { finding: problem }
  return look.downgraded
    ? finding('redirect_downgrade', `HTTP ${status}, but redirects from https to plain http`)
    : finding('ok', `HTTP ${status}`)
}

async function step(look: Look, hop: Hop): Promise<Step> {
  using open = new DisposableStack()
  const socket = await dial(look, hop, open)
  if ('code' in socket) return { finding: socket }
  const answer = await ask(look, hop, socket)
  if (!answer.ok) return { finding: answer.failure }
  const status = answer.value.statusCode ?? 0
  const location = locationOf(answer.value)
  if (location === undefined || look.options.maxRedirects === 0)
    // Awaited here: the sockets close when this function returns.
    return await judgeAnswer(look, hop, answer.value)
  const http = {
    status,
    finalUrl: hop.url.href,
    redirects: look.redirects,
    bytes: 0,
    truncated: false,
  }
  look.details = { ...look.details, http }
  if (look.redirects >= look.options.maxRedirects)
    return finding('too_many_redirects', `more than ${look.options.maxRedirects} redirects`)
  const turn = follow(hop, status, location)
  if ('problem' in turn) return { finding: turn.problem }
  look.redirects += 1
  look.downgraded ||= turn.downgrade
  return { next: turn.next }
}

async function chase(look: Look, target: Target<WebOptions>): Promise<Finding> {
  const { method, headers, body } = target.options
  let hop: Hop = { url: new URL(target.url), method, headers, body }
  for (;;) {
    const came = await step(look, hop)
    if ('finding' in came) return came.finding
    hop = came.next
  }
}

export const lookByHttp: Probe<WebOptions> = async (target, outer, tools) => {
  const watch = startStopwatch(tools.clock)
  using deadline = startDeadline(tools.clock, target.timeoutMs, outer)
  const look: Look = {
    options: target.options,
    tools,
    signal: deadline.signal,
    watch,
    details: {},
    expiry: undefined,
    redirects: 0,
    downgraded: false,
  }
  const chased = await chase(look, target)
  const { expiry } = look
  const isExpiring = chased.code === 'ok' && expiry !== undefined && expiry.threshold !== null
  const found = isExpiring ? { code: expiry.code, message: expiry.message } : chased
  // Read once: the sentence and the figure are to agree.
  const reading = watch.read()
  const said =
    found.code === 'ok'
      ? { ...found, message: `${found.message} in ${reading.durationMs} ms` }
      : found
  return conclude(said, look.details, reading, deadline, outer, expiry)
}
