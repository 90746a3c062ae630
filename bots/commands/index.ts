export { buildDesk } from './build.ts'
export { CARDS } from './catalogue.ts'
export type { Actor, Ask, CommandCard, Desk, Option, Place } from './desk.ts'
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
export { formatDuration } from './words.ts'
