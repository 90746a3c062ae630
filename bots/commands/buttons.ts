import { press } from './compose.ts'
import type { Action } from './reply.ts'

const SAYS = {
  addOne: 'Add one',
  acknowledge: 'Acknowledge',
  checkNow: 'Check now',
  details: 'Details',
  pauseHour: 'Pause 1 h',
  show: 'Show',
} as const

// The buttons that more than one command offers.

/** `line`: where the words beside it do not say already what to type. */
export const addButton = (line?: string): Action => ({
  label: SAYS.addOne,
  press: press('addask', 0),
  ...(line === undefined ? {} : { line }),
})

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
