export { dayStart, isCron, localDate, nextRun } from './cron.ts'
export { Bell } from './bell.ts'
export { type Chance, systemChance } from './chance.ts'
export { csvLine } from './csv.ts'
export { FAULTS, Fault, type FaultCode, type Slots } from './faults.ts'
export type { AccountId, ChannelId, Id, IncidentId, MonitorId } from './ids.ts'
export {
  InvalidInput,
  nameRule,
  nameRuleUpTo,
  parseInput,
  quote,
  tagsRule,
  type Violation,
  violationsOf,
} from './input.ts'
export { type Log, quietLog } from './log.ts'
export { nearest, probablyMeant } from './nearest.ts'
export { type Part, type PartTools, StopPart, supervise } from './runner.ts'
export { cleanName, cut, plain } from './text.ts'
export {
  type Clock,
  DAY,
  HOUR,
  type Instant,
  isoOrNull,
  MINUTE,
  SECOND,
  systemClock,
  toIso,
} from './time.ts'
