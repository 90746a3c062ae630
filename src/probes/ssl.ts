import type { Duplex } from 'node:stream'
import { z } from 'zod'
import { certificateExpiry } from './certificate-expiry.ts'
import { judgeCertificate } from './certificate.ts'
import { conclude } from './conclude.ts'
import type { Probe, ProbeKind } from './contract.ts'
import { startDeadline } from './deadline.ts'
import type { Details, Expiry, Finding } from './outcome.ts'
import { servername, splitSslAddress, sslAddress } from './ssl-address.ts'
import { startStopwatch } from './stopwatch.ts'
import { warnDays } from './warn-days.ts'

const flag = z.boolean({ error: 'must be true or false' })

const fields = z.strictObject(
  { servername, warnDays, isAllowIp4: flag.default(true), isAllowIp6: flag.default(true) },
  { error: 'must be an object like {"servername": "shop.example"}' },
)

type SslOptions = Readonly<z.output<typeof fields>>

const options: z.ZodType<SslOptions> = fields.superRefine(({ isAllowIp4, isAllowIp6 }, ctx) => {
  if (isAllowIp4 || isAllowIp6) return
  const message = 'must be true where isAllowIp4 is false'
  ctx.addIssue({ code: 'custom', path: ['isAllowIp6'], message, params: { code: 'conflict' } })
})

const look: Probe<SslOptions> = async (target, outer, tools) => {
  const watch = startStopwatch(tools.clock)
  using deadline = startDeadline(tools.clock, target.timeoutMs, outer)
  using open = new DisposableStack()
  const keep = (socket: Duplex) => open.defer(() => void socket.destroy())
  const { signal } = deadline
  let [details, expiry]: [Details, Expiry | undefined] = [{}, undefined]

  const find = async (): Promise<Finding> => {
    const { host, port } = splitSslAddress(target.url)!
    const families = { ip4: target.options.isAllowIp4, ip6: target.options.isAllowIp6 }
    const found = await watch.time('dns', tools.network.resolve(host, families, signal))
    if (!found.ok) return found.failure
    const met = await watch.time('connect', tools.network.connect(found.value, port, signal))
    if (!met.ok) return met.failure
    keep(met.value.socket)
    details = { ...met.value.address }
    const name = target.options.servername ?? host
    // No protocol is offered: whatever is spoken behind TLS is none of ours.
    const shaken = await watch.time('tls', tools.network.secure(met.value.socket, name, [], signal))
    if (!shaken.ok) return shaken.failure
    keep(shaken.value.socket)
    const now = tools.clock.now()
    const judged = judgeCertificate(shaken.value, name, now)
    details = { ...details, certificate: judged.certificate }
    expiry = certificateExpiry(judged.certificate, target.options.warnDays, now)
    if (judged.problem !== undefined) return judged.problem
    if (expiry !== undefined && expiry.threshold !== null) return expiry
    const { daysLeft } = judged.certificate
    return {
      code: 'ok',
      message: `certificate valid for ${daysLeft === 1 ? '1 day' : `${daysLeft} days`}`,
    }
  }

  const { code, message } = await find()
  return conclude({ code, message }, details, watch.read(), deadline, outer, expiry)
}

/** A certificate: its chain, its name, its dates and its strength, whatever is spoken behind it. */
export const ssl: ProbeKind<SslOptions> = {
  optionsName: 'sslInfo',
  defaultIntervalSeconds: 3600,
  example: 'shop.example',
  address: sslAddress,
  hostOf: (address) => splitSslAddress(address)?.host ?? null,
  options,
  secrets: [],
  expected: () => 'a valid certificate',
  look,
}
