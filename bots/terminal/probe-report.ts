import { plain } from '../../src/kernel/index.ts'
import type { MonitorType, Outcome } from '../../src/probes/index.ts'
import { formatMs, SIGNS } from '../commands/index.ts'
import { padTo, widthOf } from './layout.ts'

const PHASES = [
  ['dns', 'name'],
  ['connect', 'connect'],
  ['tls', 'TLS'],
  ['firstByte', 'first byte'],
  ['body', 'body'],
  ['total', 'in all'],
] as const
const LONGEST_BAR = 30
const SIGN = { up: 'up', degraded: 'degraded', down: 'down', unknown: 'pending' } as const

type Fact = readonly [label: string, value: string]

/** Each phase from where it began, so that a glance shows where the time went. */
function phaseLines({ timings }: Outcome): string[] {
  const scale = LONGEST_BAR / Math.max(timings.total, 1)
  let began = 0
  return PHASES.flatMap(([name, label]) => {
    const ms = timings[name]
    if (ms === undefined) return []
    const length = Math.max(1, Math.round(ms * scale))
    const indent = name === 'total' ? 0 : Math.min(Math.round(began * scale), LONGEST_BAR - 1)
    if (name !== 'total') began += ms
    return [
      `  ${padTo(label, 12)}${formatMs(ms).padStart(9)}  ${' '.repeat(indent)}${'▬'.repeat(length)}`,
    ]
  })
}

const days = (count: number): string => (count === 1 ? '1 day' : `${count} days`)
const day = (iso: string): string => iso.slice(0, 10)

function webFacts({ http }: NonNullable<Outcome['details']>): Fact[] {
  if (http === undefined) return []
  const redirects = http.redirects === 0 ? '' : ` after ${http.redirects} redirects`
  return [
    ['Answer', `HTTP ${http.status} from ${plain(http.finalUrl, 300)}${redirects}`],
    ['Body', `${http.bytes} bytes${http.truncated ? ', the rest unread' : ''}`],
  ]
}

function certificateFacts({ certificate }: NonNullable<Outcome['details']>): Fact[] {
  if (certificate === undefined) return []
  const { names, problems } = certificate
  const shown = names.slice(0, 5).join(', ')
  return [
    ['Certificate', `${certificate.subject}, by ${certificate.issuer}`],
    ['Names', names.length > 5 ? `${shown} and ${names.length - 5} more` : shown || 'none'],
    [
      'Valid',
      `${day(certificate.validFrom)} to ${day(certificate.validTo)}, ${days(certificate.daysLeft)} left`,
    ],
    ['Key', `${certificate.key}, ${certificate.signature}`],
    ['SHA-256', certificate.fingerprint256],
    ...(problems.length === 0 ? [] : [['Problems', problems.join(', ')] as const]),
  ]
}

function domainFacts({ domain }: NonNullable<Outcome['details']>): Fact[] {
  if (domain === undefined) return []
  return [
    ['Domain', domain.name],
    ['Registrar', domain.registrar === null ? 'not told' : plain(domain.registrar, 120)],
    [
      'Ends',
      domain.expiresAt === null || domain.daysLeft === null
        ? 'not told'
        : `${day(domain.expiresAt)}, ${days(domain.daysLeft)} left`,
    ],
    ['Status', domain.statuses.map((status) => plain(status, 60)).join(', ') || 'not told'],
    ['Asked', `${domain.checkedAt} by ${domain.source.toUpperCase()}`],
  ]
}

function pingFacts({ ping }: NonNullable<Outcome['details']>): Fact[] {
  if (ping === undefined) return []
  const { rttMinMs, rttAvgMs, rttMaxMs } = ping
  return [
    ['Packets', `${ping.received} of ${ping.sent} came back, ${ping.lossPercent} % lost`],
    ...(rttMinMs === null || rttAvgMs === null || rttMaxMs === null
      ? []
      : [['Round trip', `min ${rttMinMs} · avg ${rttAvgMs} · max ${rttMaxMs} ms`] as const]),
  ]
}

/** What one look saw: the verdict, the phases, all that is known. Lines without markup. */
export function reportLook(type: MonitorType, url: string, outcome: Outcome): string {
  const { status, code, message, details } = outcome
  const address: Fact[] =
    details?.address === undefined ? [] : [['Address', `${details.address} (IPv${details.family})`]]
  const facts =
    details === undefined
      ? []
      : [
          ...address,
          ...webFacts(details),
          ...certificateFacts(details),
          ...domainFacts(details),
          ...pingFacts(details),
        ]
  const wide = Math.max(...facts.map(([label]) => widthOf(label)), 0) + 2
  const said = code === 'ok' ? message : `${message} (${code})`
  return [
    `${SIGNS[SIGN[status]]} ${type} ${url} is ${status}: ${said}`,
    ...phaseLines(outcome),
    ...facts.map(([label, value]) => `  ${padTo(label, wide)}${value}`),
  ].join('\n')
}
