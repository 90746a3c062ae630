import { z } from 'zod'
import { editLink, getLink, type LinkRow, listLinks, unlink } from '../../accounts/index.ts'
import { InvalidInput, toIso } from '../../kernel/index.ts'
import { listChannels } from '../../notifications/index.ts'
import { rawBody } from '../fields.ts'
import { readMerge } from '../merge.ts'
import { type Call, type Resource, route } from '../route.ts'
import { wire, written } from '../wire.ts'

const PATH = '/api/chat_links'

const shape = z.object({
  id: wire.id,
  platform: wire.text,
  chatId: wire.text,
  title: written(wire.text),
  /** The first of its channels that is told. */
  channel: wire.iri('Channel').nullable(),
  defaultRole: written(wire.one('viewer', 'responder', 'manager', 'none')),
  linkedBy: wire.text,
  linkedAt: wire.time,
})

const pathOf = ({ id }: LinkRow): string => `${PATH}/${id}`

async function fieldsOf(links: readonly LinkRow[], { db, site }: Call) {
  const channels = await listChannels(db)
  return links.map((link) => {
    const channel = channels.find((it) => it.chat_link_id === link.id)
    return {
      id: link.id,
      platform: link.platform,
      chatId: link.server_id,
      title: link.title,
      channel: channel === undefined ? null : site.iri(`/api/channels/${channel.id}`),
      defaultRole: link.default_role,
      linkedBy: link.linked_by_name,
      linkedAt: toIso(link.linked_at),
    }
  })
}

const itemOf = async (link: LinkRow, call: Call) =>
  ({
    kind: 'item',
    type: 'ChatLink',
    path: pathOf(link),
    fields: (await fieldsOf([link], call))[0]!,
  }) as const

const find = ({ db, id }: Call): Promise<LinkRow> => getLink(db, id)

export const chatLinks: Resource = {
  name: 'ChatLink',
  title: 'A Discord server or Telegram chat tied to the account',
  path: PATH,
  shape,
  routes: [
    route({
      method: 'GET',
      path: PATH,
      scope: 'read',
      summary: 'Lists linked chats, newest first',
      pageSize: 30,
      run: async (call) => {
        const links = await listLinks(call.db)
        const { offset, limit } = call.page
        const shown = links.slice(offset, offset + limit)
        const fields = await fieldsOf(shown, call)
        return {
          kind: 'members',
          type: 'ChatLink',
          path: PATH,
          total: links.length,
          members: shown.map((link, at) => ({ path: pathOf(link), fields: fields[at]! })),
        }
      },
    }),
    route({
      method: 'GET',
      path: `${PATH}/{id}`,
      scope: 'read',
      summary: 'Reads a linked chat',
      find,
      run: (call, link) => itemOf(link, call),
    }),
    route({
      method: 'PATCH',
      path: `${PATH}/{id}`,
      scope: 'admin',
      summary: 'Changes what everybody in a linked chat may do',
      example: { defaultRole: 'responder' },
      body: rawBody,
      find,
      revOf: () => 0,
      run: async (call, _, raw) => {
        const { db, now, by, id, isLenient } = call
        const link = await editLink(db, now, by, id, (base) => {
          const { wanted, violations } = readMerge(shape, raw, { isLenient, base })
          if (violations.length > 0) throw new InvalidInput(violations)
          return { defaultRole: 'viewer', ...wanted }
        })
        return itemOf(link, call)
      },
    }),
    route({
      method: 'DELETE',
      path: `${PATH}/{id}`,
      scope: 'admin',
      summary: 'Unlinks a chat at once; its channels are told nothing any more',
      find,
      revOf: () => 0,
      run: async ({ db, now, by, id }) => {
        await unlink(db, now, by, id)
        return { kind: 'nothing' }
      },
    }),
  ],
}
