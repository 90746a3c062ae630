import { z } from 'zod'
import { createLinkCode, LINK_CODE_LIFE_MS } from '../../accounts/index.ts'
import { toIso } from '../../kernel/index.ts'
import { bodyOf } from '../fields.ts'
import { type Resource, route } from '../route.ts'
import { wire } from '../wire.ts'

const PATH = '/api/link_codes'

export const linkCodes: Resource = {
  name: 'LinkCode',
  title: 'A code that ties a chat to the account, good once',
  path: PATH,
  shape: z.object({ code: wire.text.nullable(), expiresAt: wire.time }),
  routes: [
    route({
      method: 'POST',
      path: PATH,
      scope: 'admin',
      summary: 'Makes a link code, shown this once',
      creates: true,
      body: bodyOf(z.strictObject({}), { isNeeded: false, readOnly: ['code', 'expiresAt'] }),
      run: async ({ db, deps, now, by }) => ({
        kind: 'item',
        type: 'LinkCode',
        path: null,
        status: 201,
        secrets: ['code'],
        fields: {
          code: await createLinkCode(db, now, deps.chance, by),
          expiresAt: toIso(now + LINK_CODE_LIFE_MS),
        },
      }),
    }),
  ],
}
