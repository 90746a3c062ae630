import { press } from './compose.ts'
import type { Action } from './reply.ts'

const SAYS = {
  acknowledge: 'Acknowledge',
  checkNow: 'Check now',
  details: 'Details',
  pauseHour: 'Pause 1 h',
  show: 'Show',
} as const

// The buttons that more than one command offers.

export const showButton = (monitorId: number): Action => ({
  label: SAYS.show,
  press: press('show', monitorId),
  line: `show #${monitorId}`,
})

/** `a`: answered beside an alert, which changes by itself. */
type Beside = 'a'

export const checkButton = (monitorId: number, beside?: Beside): Action => ({
  label: SAYS.checkNow,
  press: press('check', monitorId, beside),
  line: `check #${monitorId}`,
})

export const pauseButton = (monitorId: number, beside: Beside | '' = ''): Action => ({
  label: SAYS.pauseHour,
  press: press('pause', monitorId, `60${beside}`),
  line: `pause #${monitorId} 1h`,
})

export const acknowledgeButton = (incidentId: number): Action => ({
  label: SAYS.acknowledge,
  press: press('ack', incidentId),
  line: `ack #${incidentId}`,
})

export const detailsButton = (incidentId: number): Action => ({
  label: SAYS.details,
  press: press('inc', incidentId),
})
