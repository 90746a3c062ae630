import { z } from 'zod'
import { type Account, editAccount, PLANS, zoneRule } from '../../accounts/index.ts'
import { countIncidents } from '../../incidents/index.ts'
import { nameRule, DAY, Fault, toIso } from '../../kernel/index.ts'
import { countByStatus, listMonitorIds } from '../../monitors/index.ts'
import { addObserved, observedTime, uptimePercent } from '../../stats/index.ts'
import { bodyOf } from '../fields.ts'
import { type Answer, type Call, type Resource, route } from '../route.ts'

const READ_ONLY = ['id', 'plan', 'limits', 'summary', 'key'] as const

async function userItem({ db, now, principal }: Call, account: Account): Promise<Answer> {
  const limits = PLANS[account.plan]
  const ids = await listMonitorIds(db)
  const observed = await observedTime(db, ids, now - DAY, now)
  const { scope, expiresAt, prefix } = principal
  return {
    kind: 'item',
    type: 'User',
    path: `/api/users/${account.id}`,
    fields: {
      id: account.id,
      name: account.name,
      plan: account.plan,
      timezone: account.timezone,
      limits: {
        requestsPerMinute: limits.requestsPerMinute,
        targets: limits.monitors,
        apiKeys: limits.keys,
        minIntervalSeconds: limits.minIntervalSeconds,
      },
      summary: {
        ...(await countByStatus(db)),
        openIncidents: await countIncidents(db, { isOpen: true }),
        uptime24h: uptimePercent(addObserved(observed.values())),
      },
      key: {
        prefix: `${prefix}****`,
        scope,
        targets: null,
        expiresAt: expiresAt === null ? null : toIso(expiresAt),
      },
    },
  }
}

const settings = z.strictObject({ name: nameRule.optional(), timezone: zoneRule.optional() })

export const users: Resource = {
  name: 'User',
  title: 'The account a key belongs to',
  path: '/api/me',
  fields: [
    ['id', 'integer', 'read'],
    ['name', 'string', 'write'],
    ['plan', 'string', 'read'],
    ['timezone', 'string', 'write'],
    ['limits', 'object', 'read'],
    ['summary', 'object', 'read'],
    ['key', 'object', 'read'],
  ],
  routes: [
    route({
      method: 'GET',
      path: '/api/me',
      scope: 'read',
      run: (call) => userItem(call, call.account),
    }),
    route({
      method: 'PATCH',
      path: '/api/me',
      scope: 'admin',
      body: bodyOf(settings, { readOnly: READ_ONLY }),
      revOf: () => 0,
      run: async (call, _, { name, timezone }) => {
        const change = {
          ...(name === undefined ? {} : { name }),
          ...(timezone === undefined ? {} : { timezone }),
        }
        return userItem(call, await editAccount(call.db, call.now, call.by, change))
      },
    }),
    route({
      method: 'GET',
      path: '/api/users/{id}',
      scope: 'read',
      find: async ({ account, id }) => {
        if (id !== account.id) throw new Fault('account_unknown', { name: `#${id}` })
        return account
      },
      run: (call, account) => userItem(call, account),
    }),
  ],
}
