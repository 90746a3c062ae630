import { choice, flag, order, severalWords, words } from '../parameters.ts'

/** What a list of targets can be narrowed and ordered by. */
export const TARGET_FILTERS = {
  type: choice({
    HTTP: ['HTTP'],
    API: ['API'],
    PING: ['PING'],
    PORT: ['PORT'],
    SSL: ['SSL'],
    DOMAIN: ['DOMAIN'],
  }),
  search: words(200),
  isActive: flag,
  statusSummary: choice({
    GOOD: ['up', 'degraded'],
    UP: ['up', 'degraded'],
    ERROR: ['down'],
    DOWN: ['down'],
    PAUSED: ['paused'],
    PENDING: ['pending'],
  }),
  externalRef: words(120),
  managedBy: words(60),
  tags: severalWords(40),
  order: order(['id', 'name', 'createdAt']),
}
