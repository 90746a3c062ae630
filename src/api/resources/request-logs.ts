import { z } from 'zod'
import { toIso } from '../../kernel/index.ts'
import type { AccountTx } from '../../storage/index.ts'
import { span, whole, words } from '../parameters.ts'
import { type Resource, route } from '../route.ts'
import type { Limit } from '../times.ts'
import { wire } from '../wire.ts'

const PATH = '/api/request_logs'

const shape = z.object({
  id: wire.id,
  keyPrefix: wire.text,
  method: wire.text,
  path: wire.text,
  status: wire.whole,
  durationMs: wire.whole,
  requestId: wire.text,
  requestedAt: wire.time,
})

interface Filter {
  readonly keyPrefix?: string | undefined
  readonly status?: number | undefined
  readonly requestedAt?: readonly Limit[] | undefined
}

function matching(db: AccountTx, { keyPrefix, status, requestedAt = [] }: Filter) {
  let query = db.selectFrom('request_logs')
  // As shown, its stars included, or as the log has it.
  if (keyPrefix !== undefined) query = query.where('key_prefix', '=', keyPrefix.replace(/\*+$/, ''))
  if (status !== undefined) query = query.where('status', '=', status)
  for (const { op, at } of requestedAt) query = query.where('requested_at', op, at)
  return query
}

export const requestLogs: Resource = {
  name: 'RequestLog',
  title: 'A request made with one of the keys',
  path: PATH,
  shape,
  routes: [
    route({
      method: 'GET',
      path: PATH,
      scope: 'admin',
      summary: 'Lists requests, newest first; they are kept for 30 days',
      parameters: { keyPrefix: words(20), status: whole(100, 599), requestedAt: span },
      pageSize: 30,
      run: async ({ db, query, page }) => {
        const { total } = await matching(db, query)
          .select((eb) => eb.fn.countAll<number>().as('total'))
          .executeTakeFirstOrThrow()
        const rows = await matching(db, query)
          .selectAll()
          .orderBy('id', 'desc')
          .limit(page.limit)
          .offset(page.offset)
          .execute()
        return {
          kind: 'members',
          type: 'RequestLog',
          path: PATH,
          total,
          members: rows.map((it) => ({
            path: `${PATH}/${it.id}`,
            fields: {
              id: it.id,
              keyPrefix: `${it.key_prefix}****`,
              method: it.method,
              path: it.path,
              status: it.status,
              durationMs: it.duration_ms,
              requestId: it.request_id,
              requestedAt: toIso(it.requested_at),
            },
          })),
        }
      },
    }),
  ],
}
