type Line = (fields: Readonly<Record<string, unknown>>, event: string) => void

/** What rooms log with. An event is short, lower case, past tense; all that varies is a field. */
export interface Log {
  debug: Line
  info: Line
  warn: Line
  error: Line
}

export const quietLog: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
