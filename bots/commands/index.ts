export { buildDesk } from './build.ts'
export { CARDS } from './catalogue.ts'
export type { DeskDeps } from './command.ts'
export type { Actor, Ask, Choice, CommandCard, Desk, Option, Place, PlatformName } from './desk.ts'
export { quoteArgument } from './line.ts'
export { wordNews } from './news.ts'
export {
  type Action,
  address,
  facts,
  line,
  name,
  type Node,
  note,
  type Reply,
  type Run,
  SIGNS,
  type StateSign,
  strong,
  text,
  time,
  verbatim,
} from './reply.ts'
export { formatDuration } from './words.ts'
