export { buildDesk } from './build.ts'
export { CARDS } from './catalogue.ts'
export type { Actor, Ask, CommandCard, Desk, Option, Place } from './desk.ts'
export { guessTarget } from './guess.ts'
export { quoteArgument } from './line.ts'
export { wordNews } from './news.ts'
export {
  type Action,
  type Node,
  type Reply,
  type Run,
  SIGNS,
  type StateSign,
  text,
} from './reply.ts'
export { parseDuration } from './options.ts'
export { formatMs } from './phrases.ts'
export { words } from './sentences.ts'
export { defaultsOf, requireOption, valueOf } from './settings.ts'
export { timeWords } from './times.ts'
export { formatDuration } from './words.ts'
