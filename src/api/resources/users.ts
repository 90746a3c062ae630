import { z } from 'zod'
import { type Account, editAccount, PLANS, zoneRule } from '../../accounts/index.ts'
import { countIncidents } from '../../incidents/index.ts'
import { nameRule, DAY, Fault, toIso } from '../../kernel/index.ts'
import { countByStatus, listMonitorIds } from '../../monitors/index.ts'
import { addObserved, observedTime, uptimePercent } from '../../stats/index.ts'
import { bodyOf } from '../fields.ts'
import { type Answer, type Call, type Resource, route } from '../route.ts'
import { wire, written } from '../wire.ts'

const READ_ONLY = ['id', 'plan', 'limits', 'summary', 'key'] as const

async function userItem({ db, now, principal, site }: Call, account: Account): Promise<Answer> {
  const limits = PLANS[account.plan]
  const ids = await listMonitorIds(db)
  const observed = await observedTime(db, ids, now - DAY, now)
  const { scope, targets, expiresAt, prefix } = principal
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
        targets: targets?.map((id) => site.iri(`/api/targets/${id}`)) ?? null,
        expiresAt: expiresAt === null ? null : toIso(expiresAt),
      },
    },
  }
}

const count = z.int().min(0)

const shape = z.object({
  id: wire.id,
  name: written(wire.text),
  plan: wire.one('free', 'team', 'business'),
  timezone: written(wire.text),
  limits: z.object({
    requestsPerMinute: wire.whole,
    targets: wire.whole.nullable(),
    apiKeys: wire.whole,
    minIntervalSeconds: wire.whole,
  }),
  summary: z.object({
    total: count,
    up: count,
    down: count,
    paused: count,
    pending: count,
    degraded: count,
    openIncidents: count,
    uptime24h: wire.percent.nullable(),
  }),
  key: z.object({
    prefix: wire.text,
    scope: wire.one('read', 'write', 'admin'),
    targets: z.array(wire.iri('Target')).nullable(),
    expiresAt: wire.time.nullable(),
  }),
})

const settings = z.strictObject({ name: nameRule.optional(), timezone: zoneRule.optional() })

export const users: Resource = {
  name: 'User',
  title: 'The account a key belongs to',
  path: '/api/me',
  shape,
  routes: [
    route({
      method: 'GET',
      path: '/api/me',
      scope: 'read',
      isAboutTargets: true,
      summary: 'Reads your account, and the key you use',
      run: (call) => userItem(call, call.account),
    }),
    route({
      method: 'PATCH',
      path: '/api/me',
      scope: 'admin',
      summary: 'Changes your account',
      example: { timezone: 'Europe/Berlin' },
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
      isAboutTargets: true,
      summary: 'Reads your account by its id',
      find: async ({ account, id }) => {
        if (id !== account.id) throw new Fault('account_unknown', { name: `#${id}` })
        return account
      },
      run: (call, account) => userItem(call, account),
    }),
  ],
}
