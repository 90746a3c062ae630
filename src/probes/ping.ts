import { isIP } from 'node:net'
import { z } from 'zod'
import type { Pings } from '../network/index.ts'
import { conclude } from './conclude.ts'
import type { Probe, ProbeKind } from './contract.ts'
import { startDeadline } from './deadline.ts'
import { canResolve } from './host-name.ts'
import type { Details, Finding } from './outcome.ts'
import { startStopwatch } from './stopwatch.ts'

const LONGEST = 253
const EXAMPLE = 'server.example or 10.0.0.7'
const MUST = `must be a host name or an address, without scheme, port or path, like ${EXAMPLE}`
const NAME = /^[^\s\p{Cc}/?#@\\%:[\]-][^\s\p{Cc}/?#@\\%:[\]]*$/u

/** As `URL.hostname` has it, without brackets; nothing for what is no host. */
function hostOf(text: string): string | undefined {
  const bare = text.replace(/^\[(.*)\]$/s, '$1')
  if (isIP(bare) !== 0) return bare.includes('%') ? undefined : bare
  if (!NAME.test(text) || text.length > LONGEST || !text.isWellFormed()) return undefined
  const hostname = URL.parse(`http://${text}/`)?.hostname
  return hostname !== undefined && canResolve(hostname) ? hostname : undefined
}

const address: z.ZodType<string, string> = z
  .string({ error: MUST })
  .trim()
  .toLowerCase()
  .transform((text, ctx) => {
    if (hostOf(text) !== undefined) return text.replace(/^\[(.*)\]$/s, '$1')
    ctx.addIssue({ code: 'custom', message: MUST, params: { code: 'format' } })
    return z.NEVER
  })

const whole = (min: number, max: number) => {
  const rule = `must be a whole number from ${min} to ${max}`
  return z.int(rule).min(min, rule).max(max, rule)
}
const flag = z.boolean({ error: 'must be true or false' })

const fields = z.strictObject(
  {
    packets: whole(1, 10).default(3),
    degradedLossPercent: whole(1, 99).default(50),
    isAllowIp4: flag.default(true),
    isAllowIp6: flag.default(true),
  },
  { error: 'must be an object like {"packets": 3}' },
)

type PingOptions = Readonly<z.output<typeof fields>>

const options: z.ZodType<PingOptions> = fields.superRefine(({ isAllowIp4, isAllowIp6 }, ctx) => {
  if (isAllowIp4 || isAllowIp6) return
  const message = 'must be true where isAllowIp4 is false'
  ctx.addIssue({ code: 'custom', path: ['isAllowIp6'], message, params: { code: 'conflict' } })
})

const micros = (ms: number): number => Math.round(ms * 1000) / 1000

function figures({ sent, rttsMs }: Pings, packets: number) {
  const received = rttsMs.length
  const all = Math.max(sent, 1)
  const sum = rttsMs.reduce((total, ms) => total + ms, 0)
  const some = received > 0
  return {
    // Cut short by our own time, what was not sent was not lost.
    sent: Math.min(all, packets),
    received,
    lossPercent: Math.round((100 * (all - received)) / all),
    rttMinMs: some ? micros(Math.min(...rttsMs)) : null,
    rttAvgMs: some ? micros(sum / received) : null,
    rttMaxMs: some ? micros(Math.max(...rttsMs)) : null,
  }
}

const shown = (ms: number): string => (ms < 10 ? ms.toFixed(1) : String(Math.round(ms)))

function judge(it: NonNullable<Details['ping']>, { degradedLossPercent }: PingOptions): Finding {
  if (it.received === 0)
    return {
      code: 'ping_timeout',
      message: `no reply to ${it.sent === 1 ? '1 ping' : `${it.sent} pings`}`,
    }
  const replies = `${it.received} of ${it.sent} replies, ${shown(it.rttAvgMs!)} ms`
  return it.lossPercent >= degradedLossPercent
    ? { code: 'packet_loss', message: `${it.lossPercent} % of pings lost: ${replies}` }
    : { code: 'ok', message: replies }
}

const look: Probe<PingOptions> = async (target, outer, tools) => {
  const watch = startStopwatch(tools.clock)
  using deadline = startDeadline(tools.clock, target.timeoutMs, outer)
  const { signal } = deadline
  const wanted = target.options
  let details: Details = {}

  const find = async (): Promise<Finding> => {
    const families = { ip4: wanted.isAllowIp4, ip6: wanted.isAllowIp6 }
    const found = await watch.time(
      'dns',
      tools.network.resolve(hostOf(target.url)!, families, signal),
    )
    if (!found.ok) return found.failure
    const pinged = await tools.network.ping(found.value, wanted.packets, signal)
    if (!pinged.ok) return pinged.failure
    const ping = figures(pinged.value, wanted.packets)
    details = { ...pinged.value.address, ping }
    return judge(ping, wanted)
  }

  const found = await find()
  const reading = watch.read()
  const rtt = details.ping?.rttAvgMs
  // The packets are spaced by us: what took long is the way there and back.
  const durationMs = rtt == null ? reading.durationMs : Math.max(1, Math.round(rtt))
  return conclude(found, details, { ...reading, durationMs }, deadline, outer)
}

/** A host that answers pings, how many get lost and how long they take. */
export const ping: ProbeKind<PingOptions> = {
  optionsName: 'pingInfo',
  defaultIntervalSeconds: 300,
  example: 'server.example',
  address,
  hostOf: (text) => hostOf(text) ?? null,
  options,
  secrets: [],
  expected: () => 'replies to pings',
  look,
}
