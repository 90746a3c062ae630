export { type Bucket, getBucket, listBuckets } from './buckets.ts'
export { BUCKET_MS, type BucketKind } from './fresh.ts'
export { readOn } from './journal.ts'
export { type Kept, keepReading } from './keep.ts'
export { keepLastDay } from './last-day.ts'
export { type Latest } from './tail.ts'
export {
  type LastColumns,
  moveOn,
  readNewestAt,
  readLatest,
  shapeOf,
  tellLatest,
} from './latest.ts'
export { readNewest } from './newest.ts'
export { packHistory } from './pack.ts'
export { countPlain, type PlainLook, readPlain } from './plain.ts'
export { type KeptFigures, type PastFigures, type PastHistory, PastTally } from './past.ts'
export { recordHistory } from './record.ts'
export { DAYS_KEPT_MS, forgetChecks, hoursFrom, recordSamples, type Sample } from './samples.ts'
export type { Observed } from './tally.ts'
export {
  markOf,
  readSteps,
  readWholes,
  slowTime,
  type Step,
  type Steps,
  type Whole,
} from './series.ts'
export {
  addObserved,
  averageTimes,
  formatPercent,
  observedTime,
  responseTimes,
  uptimePercent,
} from './uptime.ts'
