export interface Series {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export interface Family {
  readonly name: string
  readonly type: string
  readonly help: string
  readonly series: Series[]
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(,|$)/y
const VALUE = /^(?:NaN|[+-]Inf|[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)$/i
/** What series of a family may be called besides its name. */
const ENDS: Readonly<Record<string, readonly string[]>> = {
  histogram: ['_bucket', '_sum', '_count'],
  summary: ['_sum', '_count', ''],
}

function refuse(line: string, why: string): never {
  throw new Error(`${why}: ${JSON.stringify(line)}`)
}

function readLabels(text: string, line: string): Record<string, string> {
  const labels: Record<string, string> = {}
  LABEL.lastIndex = 0
  while (LABEL.lastIndex < text.length) {
    const [, name, value] = LABEL.exec(text) ?? refuse(line, 'labels cannot be read')
    if (Object.hasOwn(labels, name!)) refuse(line, 'a label is there twice')
    labels[name!] = value!.replaceAll(/\\([\\"n])/g, (_, it: string) => (it === 'n' ? '\n' : it))
  }
  return labels
}

function readSeries(line: string): Series {
  const [, name, , labels = '', value] =
    /^([^\s{]+)(\{(.*)\})? (\S+)$/s.exec(line) ?? refuse(line, 'no series')
  if (!NAME.test(name!) || !VALUE.test(value!)) refuse(line, 'no series')
  return {
    name: name!,
    labels: readLabels(labels, line),
    value: Number(value!.replace('Inf', 'Infinity')),
  }
}

/**
 * Prometheus' text format 0.0.4, read strictly: a family's lines are together, with one HELP and one
 * TYPE before its series, and no series is there twice. @throws where it is none
 */
export function readExposition(text: string): readonly Family[] {
  if (!text.endsWith('\n')) throw new Error('the last line does not end')
  const families: Family[] = []
  const seen = new Set<string>()
  let help: readonly string[] = []
  for (const line of text.slice(0, -1).split('\n')) {
    if (line === '') continue
    const [, what, about = '', said = ''] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? []
    if (what === 'HELP') help = [about, said]
    else if (what === 'TYPE') {
      if (help[0] !== about) refuse(line, 'TYPE without its HELP before')
      if (families.some(({ name }) => name === about)) refuse(line, 'a family is there twice')
      families.push({ name: about, type: said, help: help[1]!, series: [] })
    } else if (line.startsWith('#')) refuse(line, 'a comment')
    else {
      const series = readSeries(line)
      const family = families.at(-1) ?? refuse(line, 'a series without a family')
      const ends = ENDS[family.type] ?? ['']
      if (!ends.some((end) => series.name === family.name + end)) refuse(line, 'a series astray')
      if (family.type === 'counter' && !(series.value >= 0)) refuse(line, 'a counter below 0')
      const labels = Object.entries(series.labels).toSorted(([a], [b]) => (a < b ? -1 : 1))
      const key = JSON.stringify([series.name, labels])
      if (seen.has(key)) refuse(line, 'a series is there twice')
      seen.add(key)
      family.series.push(series)
    }
  }
  return families
}
