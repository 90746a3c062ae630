import type { Instant } from '../../src/kernel/index.ts'
import type { IncidentNews } from '../../src/notifications/index.ts'
import { detailsButton } from './buttons.ts'
import { causeWords } from './phrases.ts'
import type { Action } from './reply.ts'

export const causeOf = (it: IncidentNews): string => causeWords(it.code, it.httpStatus)

export const endOf = (it: IncidentNews): Instant => it.resolvedAt ?? it.startedAt

/** Nothing more is known where the monitor is gone. */
export const details = (it: IncidentNews): Action[] =>
  it.monitorId === null ? [] : [detailsButton(it.incidentId)]
