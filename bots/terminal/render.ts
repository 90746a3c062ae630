import { type Instant, plain } from '../../src/kernel/index.ts'
import { type Action, type Node, type Reply, type Run, SIGNS } from '../commands/index.ts'
import type { Chart } from '../charts/index.ts'
import { layOut, padTo, type Segment, type Style, widthOf } from './layout.ts'
import { timeWords } from '../commands/index.ts'
import { writeStrip, writeTimes } from './spark.ts'

export interface Screen {
  readonly color: boolean
  readonly columns: number
  /** Time zone of the account. */
  readonly zone: string
  readonly now: Instant
  /** Whether what is typed here goes through a shell, which takes `#3` for a comment. */
  readonly isShell: boolean
}

const LONGEST = 300
const LONGEST_NAME = 60
const WIDEST_NAME = 24
const INDENT = 2

const TONES: Readonly<Record<Reply['tone'], Style>> = {
  ok: 'green',
  bad: 'red',
  warn: 'yellow',
  quiet: 'bold',
}

// Our own words hold none; one that does would still be no escape sequence.
const CONTROLS = /\p{Cc}/gu

function segmentOf(run: Run, screen: Screen): Segment {
  switch (run.kind) {
    case 'name':
      return { text: plain(run.text, LONGEST_NAME), style: 'bold' }
    case 'address':
    case 'verbatim':
      return { text: run.text === '' ? '–' : plain(run.text, LONGEST) }
    case 'time':
      return { text: timeWords(run.at, run.style, screen.zone, screen.now) }
    case 'strong':
      return { text: run.text.replaceAll(CONTROLS, ''), style: 'bold' }
    default:
      return { text: run.text.replaceAll(CONTROLS, '') }
  }
}

const segmentsOf = (runs: readonly Run[], screen: Screen): Segment[] =>
  runs.map((run) => segmentOf(run, screen))

const indent: Segment = { text: ' '.repeat(INDENT) }

/** Labels of a width, so that what they name stands in a column. */
function linesOf(node: Node, screen: Screen): string[] {
  switch (node.kind) {
    case 'facts': {
      const wide = Math.max(0, ...node.facts.map(([label]) => widthOf(label)))
      return node.facts.flatMap(([label, runs]) =>
        layOut(
          [
            indent,
            { text: padTo(label, wide), style: 'dim' },
            { text: '  ' },
            ...segmentsOf(runs, screen),
          ],
          INDENT + wide + 2,
          screen,
        ),
      )
    }
    case 'rows': {
      const named = node.rows.map((row) => ({ ...row, name: plain(row.name, LONGEST_NAME) }))
      const widest = Math.max(0, ...named.map(({ name }) => widthOf(name)))
      const wide = Math.min(widest, WIDEST_NAME)
      return named.flatMap(({ state, name, tail }) =>
        layOut(
          [
            indent,
            { text: padTo(SIGNS[state], 2) },
            { text: ' ' },
            { text: padTo(name, wide), style: 'bold' },
            { text: '  ' },
            ...segmentsOf(tail, screen),
          ],
          INDENT + 3,
          screen,
        ),
      )
    }
    case 'note':
      return layOut(
        [
          indent,
          ...segmentsOf(node.runs, screen).map(({ text }) => ({ text, style: 'dim' as const })),
        ],
        INDENT,
        screen,
      )
    default:
      return layOut([indent, ...segmentsOf(node.runs, screen)], INDENT, screen)
  }
}

const LEGEND = '▂ up · ▅ degraded · █ down'

/** What is a picture elsewhere: a line of signs for each of its rows, as wide as fits. */
function chartLines({ strips, times }: Chart, screen: Screen): string[] {
  const rows = [
    ...(times === undefined
      ? []
      : [{ label: 'Response', signs: (room: number) => writeTimes(times, room) }]),
    ...strips.map(({ name, marks }) => ({
      label: times === undefined ? plain(name, WIDEST_NAME) : 'Uptime',
      signs: (room: number) => writeStrip(marks, room),
    })),
  ]
  const widest = Math.max(...rows.map(({ label }) => widthOf(label)))
  const room = screen.columns - INDENT - widest - 2
  return [
    ...rows.map(({ label, signs }) =>
      `${' '.repeat(INDENT)}${padTo(label, widest)}  ${signs(room)}`.trimEnd(),
    ),
    ...layOut([indent, { text: LEGEND, style: 'dim' }], INDENT, screen),
  ]
}

/** Buttons as what to type. */
function typedActions(actions: readonly Action[], screen: Screen): string[] {
  const lines = actions.flatMap(({ line, disabled }) =>
    line === undefined || disabled === true
      ? []
      : [screen.isShell ? line.replaceAll(/#\d+/g, "'$&'") : line],
  )
  if (lines.length === 0) return []
  return layOut([indent, { text: `→ ${lines.join(' · ')}`, style: 'dim' }], INDENT + 2, screen)
}

/** A Reply as lines for a terminal; every line says in words what colour and signs say. */
export function renderTerminal(reply: Reply, screen: Screen): string {
  const sign = reply.sign === undefined ? '' : `${SIGNS[reply.sign]} `
  const headline = segmentsOf(reply.headline, screen).map(({ text }) => ({
    text,
    style: TONES[reply.tone],
  }))
  return [
    ...layOut([{ text: sign }, ...headline], INDENT, screen),
    ...reply.body.flatMap((node) => linesOf(node, screen)),
    ...(reply.image === undefined ? [] : chartLines(reply.image.chart, screen)),
    ...typedActions(reply.actions, screen),
  ].join('\n')
}
