import { start } from './0001-start.ts'
import { checksInTime } from './0002-checks-in-time.ts'
import { domainLookups } from './0003-domain-lookups.ts'
import { judgement } from './0004-judgement.ts'
import { readableLogs } from './0005-readable-logs.ts'
import { verifications } from './0006-verifications.ts'
import { channels } from './0007-channels.ts'
import { statusPages } from './0008-status-pages.ts'
import { keyTargets } from './0009-key-targets.ts'
import { summaries } from './0010-summaries.ts'
import { storms } from './0011-storms.ts'
import { boards } from './0012-boards.ts'
import { roleGrants } from './0013-role-grants.ts'
import { packedHistory } from './0014-packed-history.ts'
import { objectives } from './0015-objectives.ts'
import { incidentsInTime } from './0016-incidents-in-time.ts'
import { pausedAt } from './0017-paused-at.ts'
import { monitorCounts } from './0018-monitor-counts.ts'
import { journal } from './0019-journal.ts'
import { looksInTime } from './0020-looks-in-time.ts'

/** Forward only, in this order, each in a transaction; never edited once released. */
export const MIGRATIONS: readonly string[] = [
  start,
  checksInTime,
  domainLookups,
  judgement,
  readableLogs,
  verifications,
  channels,
  statusPages,
  keyTargets,
  summaries,
  storms,
  boards,
  roleGrants,
  packedHistory,
  objectives,
  incidentsInTime,
  pausedAt,
  monitorCounts,
  journal,
  looksInTime,
]
