/** The records of a CSV file as RFC 4180 has them, strictly. @throws where it is none */
export function readCsv(text: string): string[][] {
  const records: string[][] = []
  let record: string[] = []
  const cell = /"((?:[^"]|"")*)"(,|\r\n)|([^",\r\n]*)(,|\r\n)/y
  while (cell.lastIndex < text.length) {
    const at = cell.lastIndex
    const found = cell.exec(text)
    if (found === null) throw new Error(`no CSV from ${JSON.stringify(text.slice(at, at + 40))} on`)
    const [, quoted, endOfQuoted, bare, endOfBare] = found
    record.push(quoted?.replaceAll('""', '"') ?? bare!)
    if ((endOfQuoted ?? endOfBare) === ',') continue
    records.push(record)
    record = []
  }
  if (record.length > 0) throw new Error('the last line does not end')
  return records
}
