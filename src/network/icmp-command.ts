import { spawn } from 'node:child_process'
import { PATIENCE_MS, type Pinged, type PingWay, SPACING_MS } from './icmp.ts'

const LONGEST_OUTPUT = 64 * 1024

// iputils says icmp_seq, busybox seq; both count what came twice.
const REPLY = /^\d+ bytes from .*?\b(?:icmp_)?seq=(\d+) .*?time=([\d.]+) ?ms(?! \(DUP!\))/gm
const SENT = /^(\d+) packets transmitted/m
const HOST_UNREACHABLE = /Destination (?:Host|Net(?:work)?) Unreachable|No route/i
const NO_NETWORK = /Network is unreachable|Cannot assign requested address|Address family/i

/** What `ping`, run in the C locale, said. `packets` were asked for. */
export function readPings(output: string, packets: number): Pinged {
  const rtts = new Map<number, number>()
  for (const [, sequence, ms] of output.matchAll(REPLY))
    if (!rtts.has(Number(sequence))) rtts.set(Number(sequence), Number(ms))
  const sent = SENT.exec(output)
  if (rtts.size === 0) {
    if (NO_NETWORK.test(output)) return { kind: 'unreachable', code: 'network_unreachable' }
    if (HOST_UNREACHABLE.test(output)) return { kind: 'unreachable', code: 'host_unreachable' }
    if (sent === null && !output.startsWith('PING'))
      return {
        kind: 'broken',
        why: output.trim().split('\n')[0]?.slice(0, 120) || 'it said nothing',
      }
  }
  return {
    kind: 'heard',
    sent: Math.max(rtts.size, Math.min(packets, sent === null ? packets : Number(sent[1]))),
    rttsMs: [...rtts].toSorted(([a], [b]) => a - b).map(([, ms]) => ms),
  }
}

/** The system's own `ping`, which may do what we may not. */
export function pingByCommand(command = 'ping'): PingWay {
  return ({ address }, packets, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve({ kind: 'heard', sent: 0, rttsMs: [] })
      const seconds = [String(SPACING_MS / 1000), String(PATIENCE_MS / 1000)] as const
      const wanted = ['-n', '-c', String(packets), '-i', seconds[0], '-W', seconds[1], address]
      const child = spawn(command, wanted, {
        env: { ...process.env, LC_ALL: 'C' },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      let output = ''
      const hear = (chunk: Buffer) => {
        if (output.length < LONGEST_OUTPUT) output += chunk.toString('latin1')
      }
      const stop = () => child.kill('SIGKILL')
      const end = (came: Pinged) => {
        signal.removeEventListener('abort', stop)
        resolve(came)
      }
      child.stdout.on('data', hear)
      child.stderr.on('data', hear)
      child.once('error', () => end({ kind: 'broken', why: `there is no program ${command}` }))
      child.once('close', () => end(readPings(output, packets)))
      signal.addEventListener('abort', stop, { once: true })
    })
}
