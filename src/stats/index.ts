export { type Bucket, BUCKET_MS, type BucketKind, getBucket, listBuckets } from './buckets.ts'
export { forgetChecks, recordSamples, type Sample } from './samples.ts'
export { observedOneByOne, readSteps, slowTime, type Step, type Steps } from './series.ts'
export {
  addObserved,
  averageTimes,
  formatPercent,
  type Observed,
  observedTime,
  responseTimes,
  uptimePercent,
} from './uptime.ts'
