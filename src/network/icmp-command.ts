import { type ChildProcess, spawn } from 'node:child_process'
import { codeOf, OUT_OF_SOCKETS } from './failure.ts'
import { PATIENCE_MS, type Pinged, type PingWay, SPACING_MS } from './icmp.ts'

const LONGEST_OUTPUT = 64 * 1024
const LONGEST_LINE = 300

// iputils says icmp_seq, busybox seq; both count what came twice.
const REPLY = /^\d+ bytes from \S+ .*\bseq=(\d{1,5}) .*\btime=(\d{1,7}(?:\.\d{1,6})?) ?ms(.*)$/
const SENT = /^(\d{1,5}) packets transmitted/m
const HOST_UNREACHABLE = /Destination (?:Host|Net(?:work)?) Unreachable|No route/i
const NO_NETWORK = /Network is unreachable|Cannot assign requested address|Address family/i

/** What `ping`, run in the C locale, said; `sent` is how many it can have sent by then. */
export function readPings(output: string, packets: number, sent = packets): Pinged {
  const rtts = new Map<number, number>()
  for (const line of output.split('\n')) {
    const [, sequence, ms, more] =
      REPLY.exec(line.slice(0, LONGEST_LINE).replace('icmp_seq', 'seq')) ?? []
    const isNew = sequence !== undefined && !rtts.has(Number(sequence)) && rtts.size < packets
    if (isNew && !more!.includes('DUP')) rtts.set(Number(sequence), Number(ms))
  }
  const said = SENT.exec(output)?.[1]
  if (rtts.size === 0) {
    if (NO_NETWORK.test(output)) return { kind: 'unreachable', code: 'network_unreachable' }
    if (HOST_UNREACHABLE.test(output)) return { kind: 'unreachable', code: 'host_unreachable' }
    if (said === undefined && !output.startsWith('PING'))
      return {
        kind: 'broken',
        why: output.trim().split('\n')[0]?.slice(0, 120) || 'it said nothing',
      }
  }
  return {
    kind: 'heard',
    sent: Math.max(rtts.size, Math.min(packets, said === undefined ? sent : Number(said))),
    rttsMs: [...rtts].toSorted(([a], [b]) => a - b).map(([, ms]) => ms),
  }
}

function start(command: string, wanted: readonly string[]): ChildProcess | Pinged {
  try {
    // Nothing of our own settings: tokens are none of its business.
    return spawn(command, wanted, {
      env: { PATH: process.env['PATH'], LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  } catch (error) {
    return troubleOf(command, error)
  }
}

const troubleOf = (command: string, error: unknown): Pinged =>
  OUT_OF_SOCKETS.has(codeOf(error))
    ? { kind: 'overloaded' }
    : { kind: 'broken', why: `there is no program ${command}` }

/** The system's own `ping`, which may do what we may not. */
export function pingByCommand(command = 'ping'): PingWay {
  return ({ address }, packets, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve({ kind: 'heard', sent: 0, rttsMs: [] })
      const seconds = [String(SPACING_MS / 1000), String(PATIENCE_MS / 1000)] as const
      const wanted = ['-n', '-c', String(packets), '-i', seconds[0], '-W', seconds[1], address]
      const began = performance.now()
      const child = start(command, wanted)
      if ('kind' in child) return resolve(child)
      let output = ''
      const end = (came: Pinged) => {
        signal.removeEventListener('abort', stop)
        // Whatever it started may hold them open for longer than it lives.
        child.stdout?.destroy()
        child.stderr?.destroy()
        resolve(came)
      }
      // First of all: without a listener a child that never began would end the process.
      child.once('error', (error) => end(troubleOf(command, error)))
      const stop = () => {
        child.kill('SIGKILL')
        const sent = 1 + Math.floor((performance.now() - began) / SPACING_MS)
        end(readPings(output === '' ? 'PING' : output, packets, Math.min(sent, packets)))
      }
      const hear = (chunk: Buffer) => {
        if (output.length < LONGEST_OUTPUT) output += chunk.toString('latin1')
      }
      child.stdout?.on('data', hear)
      child.stderr?.on('data', hear)
      child.once('close', () => end(readPings(output, packets)))
      signal.addEventListener('abort', stop, { once: true })
    })
}
