import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Monitor, listMonitors } from '../../src/monitors/index.ts'
import { House, sealer } from '../support/house.ts'
import { KumaHome } from './kuma-home.ts'
import { takeKuma } from './take.ts'

async function monitorsOf(house: House): Promise<Monitor[]> {
  const views = await listMonitors(house.account, sealer, {})
  return views.map(({ monitor }) => monitor).toSorted((a, b) => a.id - b.id)
}

/** One monitor as it came over, and what was said of it. */
async function takeOne(fields: Record<string, unknown>, version: 1 | 2 = 1) {
  await using house = await House.open()
  using kuma = new KumaHome(version)
  kuma.monitor(fields)
  const { taken, refused } = await takeKuma(house, kuma.file)
  const [monitor] = await monitorsOf(house)
  return { monitor, notes: taken[0]?.notes ?? [], why: refused[0]?.why }
}

describe('from Uptime Kuma come', () => {
  test('pages, with all that is asked of them, and secrets sealed', async () => {
    await using house = await House.open()
    using kuma = new KumaHome(1)
    kuma.monitor({
      method: 'POST',
      body: '{"ask": "how"}',
      headers: '{"X-Token": "hush", "X-Number": 7}',
      basic_auth_user: 'ann',
      basic_auth_pass: 'secret',
      accepted_statuscodes_json: '["200-299", "404"]',
      ignore_tls: 1,
      maxredirects: 3,
      maxretries: 2,
      retry_interval: 30,
      resend_interval: 10,
      timeout: 12,
      expiry_notification: 0,
    })
    expect((await takeKuma(house, kuma.file)).taken).toMatchObject([{ notes: [] }])
    const [monitor] = await monitorsOf(house)
    expect(monitor).toMatchObject({
      type: 'HTTP',
      name: 'shop',
      url: 'https://shop.example/',
      isActive: true,
      intervalMs: 60_000,
      timeoutMs: 12_000,
      externalRef: 'kuma:1',
      managedBy: null,
      policy: { confirmations: 3, retrySeconds: 30, reminderSeconds: 600 },
      options: {
        method: 'POST',
        body: '{"ask": "how"}',
        headers: {
          'x-token': 'hush',
          'x-number': '7',
          'content-type': 'application/json',
          authorization: `Basic ${Buffer.from('ann:secret').toString('base64')}`,
        },
        expectedStatuses: ['200-299', '404'],
        tlsVerify: false,
        maxRedirects: 3,
        warnDays: [],
      },
    })
    const { options } = await house.account
      .selectFrom('monitors')
      .select('options')
      .executeTakeFirstOrThrow()
    expect(options).not.toMatch(/hush|how|Basic/)
    const audited = await house.account.selectFrom('audit_logs').selectAll().execute()
    expect(audited.map(({ action, actor_type: type }) => `${type} ${action}`)).toEqual([
      'cli monitor.create',
      'cli monitor.resume',
    ])
    expect(JSON.stringify(audited)).not.toMatch(/hush|how|Basic/)
  })

  test.each([
    [{ type: 'keyword', keyword: 'well' }, { bodyContains: 'well' }],
    [{ type: 'keyword', keyword: 'ill', invert_keyword: 1 }, { bodyNotContains: 'ill' }],
    [
      { type: 'json-query', json_path: 'status.checks[0]', expected_value: 'ok' },
      { assertions: [{ path: '$.status.checks[0]', op: 'equals', value: 'ok' }] },
    ],
    [
      { type: 'json-query', json_path: '$.count', expected_value: '5' },
      { assertions: [{ path: '$.count', op: 'equals', value: 5 }] },
    ],
  ])('what the page must say: %j', async (fields, options) => {
    expect((await takeOne(fields)).monitor?.options).toMatchObject(options)
  })

  test.each([
    [
      { type: 'port', hostname: 'db.example', port: 5432 },
      { type: 'PORT', url: 'db.example:5432' },
    ],
    [
      { type: 'port', hostname: '2001:db8::1', port: 22 },
      { type: 'PORT', url: '[2001:db8::1]:22' },
    ],
    [
      { type: 'ping', hostname: '10.0.0.7', ip_family: 'ipv4', ping_count: 4 },
      {
        type: 'PING',
        url: '10.0.0.7',
        options: { packets: 4, isAllowIp4: true, isAllowIp6: false },
      },
    ],
    [{ url: 'https://ann:pw@shop.example/x' }, { url: 'https://shop.example/x' }],
    [{ active: 0 }, { isActive: false }],
  ])('%j', async (fields, wanted) => {
    expect((await takeOne(fields, 2)).monitor).toMatchObject(wanted)
  })

  test('groups and tags as tags, and a paused group pauses what is in it', async () => {
    await using house = await House.open()
    using kuma = new KumaHome(1)
    const outer = kuma.monitor({ name: 'Zürich', type: 'group', active: 0 })
    const inner = kuma.monitor({ name: 'Web & API', type: 'group', parent: outer })
    const id = kuma.monitor({ parent: inner })
    kuma.tag(id, 'Env', 'Production')
    kuma.tag(id, '日本')
    const { taken, refused } = await takeKuma(house, kuma.file)
    expect({ taken, refused }).toMatchObject({
      taken: [{ notes: ['1 of its tags cannot be a tag here.'] }],
      refused: [],
    })
    expect(await monitorsOf(house)).toMatchObject([
      { tags: ['env:production', 'web-api', 'zurich'], isActive: false },
    ])
  })

  test('monitors of a backup, without history', async () => {
    await using house = await House.open()
    using kuma = new KumaHome(1)
    const file = path.join(kuma.folder, 'anything.txt')
    const backup = {
      version: '1.23.16',
      notificationList: [{ name: 'mail' }],
      monitorList: [
        {
          id: 4,
          name: 'shop',
          type: 'http',
          url: 'https://shop.example/',
          active: true,
          interval: 60,
          retryInterval: 20,
          accepted_statuscodes: ['301'],
          ignoreTls: true,
          tags: [{ tag_id: 1, name: 'prod', value: '' }],
        },
      ],
    }
    writeFileSync(file, JSON.stringify(backup))
    expect(await takeKuma(house, file)).toMatchObject({
      taken: [{ reference: 'kuma:4', checks: 0, outages: 0 }],
      left: { notifications: 1, statusPages: 0 },
    })
    expect(await monitorsOf(house)).toMatchObject([
      {
        policy: { retrySeconds: 20 },
        options: { expectedStatuses: ['301'], tlsVerify: false },
        tags: ['prod'],
      },
    ])
  })
})

describe('what cannot be watched is named', () => {
  test.each([
    [{ type: 'push' }, 'It waits to be called, and Uptalk only calls.'],
    [
      { type: 'mysql', database_connection_string: 'mysql://root:pw@db.example/x' },
      'It is of a kind Uptalk does not know; whether its port answers is watched with uptalk add HOST:3306.',
    ],
    [
      { type: 'dns', hostname: 'ns.example', port: 53 },
      'It asks a name server for a record; whether its port answers is watched with uptalk add ns.example:53.',
    ],
    [{ upside_down: 1 }, 'It is upside down (well while it fails), which Uptalk does not know.'],
    [{ auth_method: 'oauth2-cc' }, 'It signs in by OAuth, which Uptalk does not know.'],
    [
      { type: 'json-query', json_path: '$sum(items.price)', expected_value: '5' },
      'Its query is more than a path, which Uptalk does not know; watch it with type API and a JSONPath.',
    ],
    [
      { headers: '{"X-Token": hush}' },
      'Its headers are no JSON object; put them right in Uptime Kuma, or add it here by hand.',
    ],
    [
      { url: 'nowhere' },
      'url must begin with http:// or https://, like https://shop.example/health, not "nowhere".',
    ],
    [
      { method: 'BREW' },
      'options.method must be one of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, not "BREW".',
    ],
  ])('%j', async (fields, why) => {
    expect(await takeOne(fields)).toMatchObject({ monitor: undefined, why })
  })

  test('and what a plan has no room for, by a trial as well', async () => {
    await using house = await House.open()
    using kuma = new KumaHome(1)
    for (const name of ['shop', 'docs', 'mail']) kuma.monitor({ name })
    for (const isTrial of [true, false])
      expect(await takeKuma(house, kuma.file, { isTrial, limits: { monitors: 2 } })).toMatchObject({
        taken: [{ name: 'shop' }, { name: 'docs' }],
        refused: [
          { name: 'mail', why: expect.stringMatching(/^The plan business holds 2 monitors/) },
        ],
      })
  })
})

test.each([
  [{ interval: 1 }, 'Its interval 1 s became 10 s.'],
  [{ interval: 9_999_999 }, 'Its interval 9999999 s became 86400 s.'],
  [{ maxretries: 400 }, 'Failures before it is down: 401 became 10.'],
  [{ timeout: 300 }, 'Its timeout 300 s became 60 s.'],
  [{ name: `bad\u0007${'x'.repeat(80)}` }, `The name became "bad${'x'.repeat(46)}…".`],
  [{ name: '' }, 'The name became "(no name)".'],
  [{ body: 'x' }, 'Its body is left out: GET has none.'],
  [{ description: 'mine' }, 'Its description is left out.'],
])('what is not as it was is said: %j', async (fields, note) => {
  expect((await takeOne(fields)).notes).toContain(note)
})

test('a cell may hold anything', async () => {
  const odd = { interval: 'soon', retry_interval: 'x', port: 'y', maxretries: 'z', timeout: '' }
  const { monitor } = await takeOne({ ...odd, accepted_statuscodes_json: '{', headers: '' })
  expect(monitor).toMatchObject({ intervalMs: 60_000, policy: { confirmations: 1 } })
})
