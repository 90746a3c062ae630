import type { IncomingMessage } from 'node:http'
import { readMediaType } from './negotiate.ts'
import { Problem } from './problem.ts'

const LARGEST_BYTES = 256 * 1024
/** Of a whole set of targets. */
const LARGEST_SET_BYTES = 2 * 1024 * 1024
const YAML_TYPE = 'application/yaml'
const DEEPEST = 32

export const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

const TAKES = {
  POST: { types: ['application/ld+json', 'application/json'], header: 'accept-post' },
  PATCH: { types: ['application/merge-patch+json'], header: 'accept-patch' },
  PUT: { types: ['application/ld+json', 'application/json', YAML_TYPE], header: 'accept-put' },
} as const

const cutShort = () => new Problem('malformed-json', 'The body ended early.')
const largestOf = (method: string | undefined): number =>
  method === 'PUT' ? LARGEST_SET_BYTES : LARGEST_BYTES
const tooLarge = (method: string | undefined) =>
  new Problem('payload-too-large', `A body is at most ${largestOf(method) / 1024} KiB here.`)

/** Refuses by the headers alone what would not be read. @throws Problem */
export function refuseBody(request: IncomingMessage, method: keyof typeof TAKES): void {
  const { headers } = request
  if (Number(headers['content-length'] ?? 0) > largestOf(method)) throw tooLarge(method)
  const { types, header } = TAKES[method]
  const unsupported = (detail: string) =>
    new Problem('unsupported-media-type', detail, {}, { [header]: types.join(', ') })
  const encoding = headers['content-encoding']
  if (encoding !== undefined && encoding.trim().toLowerCase() !== 'identity')
    throw unsupported('Bodies are taken as they are, without Content-Encoding.')
  const coding = headers['transfer-encoding']
  if (coding !== undefined && coding.trim().toLowerCase() !== 'chunked')
    throw unsupported('Bodies come whole or chunked, without another Transfer-Encoding.')
  const given = headers['content-type']
  if (given === undefined) {
    if (!hasBody(request)) return
    throw unsupported(`Content-Type is missing; it must be ${types.join(' or ')}.`)
  }
  const { name, parameters } = readMediaType(given)
  if (!types.some((it) => it === name))
    throw unsupported(`Content-Type must be ${types.join(' or ')}.`)
  if ((parameters.get('charset') ?? 'utf-8').toLowerCase() !== 'utf-8')
    throw unsupported('The only charset is utf-8.')
}

/** The bytes of a body. What is too large is left to run dry, so that the answer can be read. */
export function readBytes(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    if (request.destroyed) return reject(cutShort())
    const parts: Buffer[] = []
    let size = 0
    const settle = (then: () => void) => {
      request.off('data', take).off('end', end).off('error', cutOff).off('close', cutOff)
      // Without a listener a late error would end the process.
      request.on('error', () => {})
      then()
    }
    const take = (part: Buffer) => {
      size += part.length
      parts.push(part)
      if (size <= largestOf(request.method)) return
      request.resume()
      settle(() => reject(tooLarge(request.method)))
    }
    const end = () => settle(() => resolve(Buffer.concat(parts)))
    const cutOff = () => settle(() => reject(cutShort()))
    request.on('data', take).on('end', end).on('error', cutOff).on('close', cutOff)
  })
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((it) => isDeeper(it, levels - 1))
}

const malformed = (detail: string) => new Problem('malformed-json', detail)

/** JSON, or YAML where it says so: plain data, nothing that points elsewhere. */
async function readText(text: string, isYaml: boolean): Promise<unknown> {
  if (!isYaml) return JSON.parse(text)
  const { isAlias, parseDocument, visit } = await import('yaml')
  const document = parseDocument(text, { uniqueKeys: true, merge: false })
  const [trouble] = document.errors
  if (trouble !== undefined) throw new SyntaxError(trouble.message)
  visit(document, {
    Node(_, node) {
      if (
        isAlias(node) ||
        ('anchor' in node && node.anchor !== undefined) ||
        node.tag !== undefined
      )
        throw new SyntaxError('anchors, aliases and tags are not taken')
    },
  })
  return document.toJS()
}

/** A body as an object. @throws Problem `malformed-json`, `malformed-body` */
export async function parseBody(
  bytes: Buffer,
  type?: string,
): Promise<Readonly<Record<string, unknown>>> {
  if (bytes.length === 0) throw malformed('The body is empty; an object such as {} is needed.')
  const isYaml = type !== undefined && readMediaType(type).name === YAML_TYPE
  let value: unknown
  try {
    value = await readText(new TextDecoder('utf-8', { fatal: true }).decode(bytes), isYaml)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw malformed('The body is not UTF-8.')
    throw malformed(
      isYaml ? `The body is not YAML: ${error.message.split('\n')[0]}` : 'The body is not JSON.',
    )
  }
  if (isDeeper(value, DEEPEST)) throw malformed(`JSON is at most ${DEEPEST} levels deep.`)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Problem('malformed-body', 'The body must be an object.')
  return value as Record<string, unknown>
}
