import { apiKeys } from './resources/api-keys.ts'
import { auditLogs } from './resources/audit-logs.ts'
import { channels } from './resources/channels.ts'
import { chatLinks } from './resources/chat-links.ts'
import { checks } from './resources/checks.ts'
import { incidents } from './resources/incidents.ts'
import { linkCodes } from './resources/link-codes.ts'
import { maintenances } from './resources/maintenances.ts'
import { requestLogs } from './resources/request-logs.ts'
import { statusPages } from './resources/status-pages.ts'
import { dailies, hourlies } from './resources/stats.ts'
import { summaries } from './resources/summaries.ts'
import { targets } from './resources/targets.ts'
import { userNotifications } from './resources/user-notifications.ts'
import { verifications } from './resources/verifications.ts'
import { users } from './resources/users.ts'
import type { Resource } from './route.ts'

/** Everything there is on the wire; a new kind of thing is one file and one line here. */
export const RESOURCES: readonly Resource[] = [
  targets,
  incidents,
  checks,
  maintenances,
  statusPages,
  users,
  linkCodes,
  hourlies,
  dailies,
  verifications,
  channels,
  chatLinks,
  summaries,
  userNotifications,
  apiKeys,
  requestLogs,
  auditLogs,
]
