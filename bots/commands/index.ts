export { buildDesk } from './build.ts'
export { CARDS } from './catalogue.ts'
export {
  type Actor,
  type Ask,
  cardOf,
  type CommandCard,
  type Desk,
  type Named,
  type Option,
  type Place,
} from './desk.ts'
export { type Ending, openEnding } from './ending.ts'
export { askedLate, askedOther, promptRuns } from './forms.ts'
export { guessTarget } from './guess.ts'
export { quoteArgument } from './line.ts'
export { wordNews } from './news.ts'
export {
  type Action,
  type Form,
  type Node,
  type Reply,
  type Run,
  SIGNS,
  type StateSign,
  text,
} from './reply.ts'
export { parseMoment } from './moments.ts'
export { closedReply } from './rights.ts'
export { parseDuration } from './options.ts'
export { formatMs } from './phrases.ts'
export { counted, words } from './sentences.ts'
export { defaultsOf, requireOption, valueOf } from './settings.ts'
export { timeWords } from './times.ts'
export { formatDuration } from './words.ts'
