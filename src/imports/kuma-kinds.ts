/** What Uptime Kuma watches and we do not: why, and what would be near it. */
const REASONS: Readonly<Record<string, string>> = {
  push: 'waits to be called, and Uptalk only calls',
  docker: 'looks into Docker; watch a page or a port of the container',
  dns: 'asks a name server for a record',
  'real-browser': 'opens the page in a browser; watch it with uptalk add {url}',
  'tailscale-ping': 'pings by Tailscale’s own command; watch it with uptalk add {host} type=ping',
  manual: 'is set by hand, and Uptalk only says what it saw',
  'system-service': 'asks the machine Uptime Kuma runs on about a service',
  'kafka-producer': 'sends to Kafka',
}
/** What answers on a port: what would be near it is to watch that. */
const PORTS: Readonly<Record<string, number>> = {
  dns: 53,
  mqtt: 1883,
  mysql: 3306,
  postgres: 5432,
  sqlserver: 1433,
  mongodb: 27_017,
  redis: 6379,
  smtp: 25,
  rabbitmq: 5672,
  'kafka-producer': 9092,
  'grpc-keyword': 443,
  'websocket-upgrade': 443,
  steam: 27_015,
  gamedig: 27_015,
}

const HOST = /^(?:[\w-]+\.)*[\w-]+$/

/** Why a kind cannot be watched here, as a sentence about the monitor. */
export function refusalOf(
  type: string,
  it: { readonly url: string; readonly hostname: string; readonly port: number | null },
): string {
  const host = HOST.test(it.hostname) ? it.hostname : 'HOST'
  const url = URL.parse(it.url)
  const why = (REASONS[type] ?? 'is of a kind Uptalk does not know')
    .replace('{host}', host)
    .replace('{url}', url === null ? 'URL' : `${url.origin}${url.pathname}`)
  const port = PORTS[type]
  return port === undefined
    ? `It ${why}.`
    : `It ${why}; whether its port answers is watched with uptalk add ${host}:${it.port ?? port}.`
}
