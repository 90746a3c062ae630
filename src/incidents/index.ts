export {
  acknowledgeIncident,
  type Cause,
  countIncidents,
  endIncidents,
  getIncident,
  type Incident,
  type IncidentFilter,
  listIncidents,
  openIncident,
  type Opening,
  recauseIncident,
  resolveIncident,
  unacknowledgeIncident,
} from './incidents.ts'
export {
  judge,
  type JudgePolicy,
  type JudgeState,
  type Look,
  UNJUDGED,
  type Verdict,
} from './judge.ts'
export { readNews } from './news.ts'
export { type Judged, recordJudged, recordLatest } from './verdict.ts'
