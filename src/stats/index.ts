export { type Bucket, BUCKET_MS, type BucketKind, getBucket, listBuckets } from './buckets.ts'
export { keepLastDay, type LastDay } from './last-day.ts'
export { forgetChecks, recordSamples, type Sample } from './samples.ts'
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
  type Observed,
  observedTime,
  responseTimes,
  uptimePercent,
} from './uptime.ts'
