import type { Body } from './world.ts'

export type Files = ReadonlyMap<number, { readonly name: string; readonly bytes: Buffer }>

const LARGEST = 10 * 1024 * 1024

/** A form: `payload_json`, and `files[n]`. */
export async function readForm(
  bytes: Buffer,
  type: string,
): Promise<{ readonly body: unknown; readonly files: Files }> {
  const form = await new Response(new Uint8Array(bytes), {
    headers: { 'content-type': type },
  }).formData()
  const files = new Map<number, { name: string; bytes: Buffer }>()
  for (const [key, value] of form) {
    const [, at] = /^files\[(\d+)\]$/.exec(key) ?? []
    if (at !== undefined && typeof value !== 'string')
      files.set(Number(at), { name: value.name, bytes: Buffer.from(await value.arrayBuffer()) })
  }
  const json = form.get('payload_json')
  return { body: typeof json === 'string' ? (JSON.parse(json) as unknown) : undefined, files }
}

/** What the platform minds about files and about what a message says of them. */
export function judgeFiles(body: unknown, files: Files): string[] {
  const whole = (body ?? {}) as { readonly data?: Body } & Body
  const { attachments, embeds } = whole.data ?? whole
  const told = new Map((attachments ?? []).map((it) => [it.id, it]))
  const problems: string[] = []
  const wrong = (is: boolean, what: string) => {
    if (is) problems.push(what)
  }
  for (const [at, { name, bytes }] of files) {
    const about = told.get(String(at))
    wrong(about === undefined, `files[${at}]: not among the attachments`)
    wrong(about !== undefined && about.filename !== name, `files[${at}]: called otherwise`)
    wrong(bytes.length > LARGEST, `files[${at}]: more than 10 MiB`)
    wrong(name.endsWith('.png') && bytes.readUInt32BE() !== 0x89504e47, `files[${at}]: no PNG`)
  }
  for (const { id, description, filename } of told.values()) {
    wrong(Number(id) < 10 && !files.has(Number(id)), `attachment ${id}: no such file`)
    wrong(description === '' || (description ?? '').length > 1024, `attachment ${id}: description`)
    wrong(!/^[\w.-]+$/.test(filename ?? ''), `attachment ${id}: filename`)
  }
  for (const { image } of embeds ?? []) {
    const [, name] = /^attachment:\/\/(.+)$/.exec(image?.url ?? '') ?? []
    wrong(
      name !== undefined && ![...told.values()].some(({ filename }) => filename === name),
      `embed: no attachment ${name}`,
    )
  }
  return problems
}
