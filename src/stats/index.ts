export { forgetChecks, recordSamples, type Sample } from './samples.ts'
export { addObserved, type Observed, observedTime, responseTimes, uptimePercent } from './uptime.ts'
