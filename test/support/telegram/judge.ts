import { badRequest, Refusal } from './refusal.ts'
import type { Entity, Keyboard } from './schemas.ts'

const TEXT_MAX = 4096
const CAPTION_MAX = 1024
const ENTITIES_MAX = 100
const ROW_MAX = 8
const BUTTONS_MAX = 100
const DATA_MAX_BYTES = 64

const isLow = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff

/** Whether a cut at `at` would fall between the halves of a surrogate pair. */
const splits = (text: string, at: number): boolean => at < text.length && isLow(text.charCodeAt(at))

/**
 * Text as Telegram keeps it. Stricter than the live platform in what a client of ours never should
 * do: lone surrogates, overlapping entities and a 101st one are refused, not repaired or dropped.
 */
export function judgeText(text: string, entities: readonly Entity[]): string {
  if (text.trim() === '') throw badRequest('message text is empty')
  if (text.trim().length > TEXT_MAX) throw badRequest('message is too long')
  return judgeEntities(text, entities)
}

/** What stands below a picture, by the same rules; it may be empty, and is shorter. */
export function judgeCaption(text: string, entities: readonly Entity[]): string {
  if (text.trim().length > CAPTION_MAX) throw badRequest('message caption is too long')
  return judgeEntities(text, entities)
}

const PNG = 0x89504e47
const SIDES_MAX = 10_000
const RATIO_MAX = 20
const PHOTO_MAX = 10 * 1024 * 1024

/** The picture a parameter names, by what the platform takes as one. */
export function judgePhoto(attached: string, files: ReadonlyMap<string, Buffer>): Buffer {
  const photo = files.get(attached.slice('attach://'.length))
  if (photo === undefined) throw badRequest('there is no photo in the request')
  if (photo.length > PHOTO_MAX) throw new Refusal(413, 'Request Entity Too Large')
  if (photo.readUInt32BE() !== PNG) throw badRequest('IMAGE_PROCESS_FAILED')
  const [width, height] = [photo.readUInt32BE(16), photo.readUInt32BE(20)]
  if (width + height > SIDES_MAX || Math.max(width / height, height / width) > RATIO_MAX)
    throw badRequest('PHOTO_INVALID_DIMENSIONS')
  return photo
}

function judgeEntities(text: string, entities: readonly Entity[]): string {
  if (!text.isWellFormed()) throw badRequest('strings must be encoded in UTF-8')
  if (entities.length > ENTITIES_MAX) throw badRequest('too many entities')
  let end = 0
  for (const { type, offset, length } of entities.toSorted((a, b) => a.offset - b.offset)) {
    if (offset + length > text.length) throw badRequest(`entity ${type} beyond the end of the text`)
    if (splits(text, offset) || splits(text, offset + length))
      throw badRequest('entity begins or ends in a middle of a UTF-16 symbol')
    if (offset < end) throw badRequest(`entity ${type} overlaps another one`)
    end = offset + length
  }
  return text
}

export function judgeKeyboard(markup: Keyboard | undefined): void {
  const rows = markup?.inline_keyboard ?? []
  if (rows.flat().length > BUTTONS_MAX) throw badRequest('reply markup is too long')
  for (const row of rows) {
    if (row.length === 0 || row.length > ROW_MAX) throw badRequest('BUTTON_ROW_INVALID')
    for (const { callback_data, url } of row) {
      const bytes = Buffer.byteLength(callback_data ?? 'x')
      if (bytes < 1 || bytes > DATA_MAX_BYTES) throw badRequest('BUTTON_DATA_INVALID')
      if (url !== undefined && !/^(https?|tg):\/\/[^/]*\./.test(url))
        throw badRequest(`inline keyboard button URL '${url}' is invalid: Wrong HTTP URL`)
    }
  }
}

const CLICKABLE =
  /(?<![\w@/])@\w{3,}|(?<![\w/])\/\w+(?:@\w+)?|(?<!\w)#\w+|(?<!\w)\$[A-Z]{3,8}\b|\b(?:https?:\/\/)?[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}\b(?:\/\S*)?|\b(?:tg|https?):\/\/\S+/giu

/** What Telegram would make clickable by itself: everything that looks the part outside code. */
export function clickable(text: string, entities: readonly Entity[]): string[] {
  const code = entities.filter(({ type }) => type === 'code' || type === 'pre')
  return [...text.matchAll(CLICKABLE)]
    .filter(({ index }) => !code.some((it) => index >= it.offset && index < it.offset + it.length))
    .map(([found]) => found)
}
