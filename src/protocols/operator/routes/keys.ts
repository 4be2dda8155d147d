import { Type } from 'typebox'
import { findAccount } from '../../../accounts/accounts.ts'
import { findKey, listKeys, revokeKey } from '../../../accounts/keys.ts'
import { type KeyId, MAX_ID } from '../../../lib/ids.ts'
import { pageOf as pageOfFound } from '../../../lib/page.ts'
import { cursorText, readCursor } from '../../kit/cursors.ts'
import { key, keyForm, newWebhook, rotating, wireKey } from '../../kit/key-shapes.ts'
import { KeyWork } from '../../kit/key-work.ts'
import {
  accountParams,
  bodyOf,
  changesOf,
  idParams,
  orNull,
  pageOf,
  pageQuery,
  reason,
  text,
} from '../../kit/shapes.ts'
import type { OperatorDeps } from '../deps.ts'
import { route } from '../route.ts'

const section = 'API keys'

const made = Type.Object({
  key,
  secret: orNull(
    Type.String({ description: 'The access key' }),
    'It is shown this once: null in a repeated answer',
  ),
  webhook: newWebhook,
})

export const keyRoutes = ({ clock, sealer, config }: Pick<OperatorDeps, 'clock' | 'sealer' | 'config'>) => {
  const work = new KeyWork({ clock, sealer, config })
  return [
    route({
      method: 'GET',
      path: '/keys',
      name: 'listKeys',
      exported: 'keys',
      section,
      command: 'key list',
      summary: 'API keys, by id',
      access: 'resellers.read',
      query: Type.Object({
        ...pageQuery,
        account: Type.Optional(text(64, { description: 'Id or user name' })),
        search: Type.Optional(
          text(255, {
            description:
              'Words, each of which is a part of its name, its security id or the user name of its account',
          }),
        ),
      }),
      answer: pageOf(key),
      refusals: ['not_found'],
      handle: async ({ desk, query: { limit, cursor, ...filter } }) => {
        const { account, search } = filter
        const after = readCursor(cursor, filter, MAX_ID) as KeyId | undefined
        const accountId = account === undefined ? undefined : (await findAccount(desk.read, account)).id
        const found = await listKeys(desk.read, { accountId, search, after, limit: limit + 1 }, clock)
        const { items, next } = pageOfFound(found, limit, (last) => last.id)
        return { page: { items: items.map(wireKey), next_cursor: cursorText(next, filter) } }
      },
    }),
    route({
      method: 'GET',
      path: '/keys/:id',
      name: 'getKey',
      section,
      summary: 'One API key',
      access: 'resellers.read',
      params: idParams,
      answer: key,
      refusals: ['not_found'],
      handle: async ({ desk, params }) => wireKey(await findKey(desk.read, params.id as KeyId, clock)),
    }),
    route({
      method: 'POST',
      path: '/accounts/:account/keys',
      name: 'createKey',
      section,
      command: 'key create',
      summary: 'Make an API key, and with `webhook_url` its webhook',
      access: 'keys.edit',
      params: accountParams,
      needsKey: true,
      shownOnce: ['secret', 'webhook'],
      body: Type.Partial(Type.Object(keyForm), { additionalProperties: false }),
      answer: made,
      refusals: ['invalid_input', 'not_found', 'conflict'],
      handle: async ({ desk, params, body }) =>
        work.create(desk.change, (await findAccount(desk.change, params.account)).id, body),
    }),
    route({
      method: 'PATCH',
      path: '/keys/:id',
      name: 'changeKey',
      section,
      command: 'key set',
      summary: 'Change an API key, in every process within a second',
      description: 'A first `webhook_url` needs the `secret` of the key, of which only a hash is kept.',
      access: 'keys.edit',
      params: idParams,
      needsVersion: true,
      shownOnce: ['webhook'],
      body: changesOf({ ...keyForm, secret: text(200, { description: "The key's own" }) }),
      answer: Type.Object({ key, webhook: newWebhook }),
      refusals: ['invalid_input', 'not_found', 'conflict'],
      handle: ({ desk, params, version: seen, body }) =>
        work.change(desk.change, params.id as KeyId, body, seen),
    }),
    route({
      method: 'POST',
      path: '/keys/:id/rotate',
      name: 'rotateKey',
      section,
      ...rotating,
      access: 'keys.edit',
      params: idParams,
      needsKey: true,
      shownOnce: ['secret', 'webhook'],
      answer: made,
      refusals: ['not_found', 'conflict'],
      handle: async ({ desk, params, body }) => {
        const before = await findKey(desk.change, params.id as KeyId, clock)
        return work.rotate(desk.change, before, Number(body.overlap_hours))
      },
    }),
    route({
      method: 'POST',
      path: '/keys/:id/revoke',
      name: 'revokeKey',
      section,
      command: 'key revoke',
      summary: 'Let an API key stop working, for ever',
      access: 'keys.edit',
      params: idParams,
      body: bodyOf({ why: reason }),
      answer: key,
      refusals: ['not_found', 'invalid_input'],
      handle: async ({ desk, params, body: { why } }) => {
        const keyId = params.id as KeyId
        await revokeKey(desk.change, keyId, clock, why)
        return wireKey(await findKey(desk.change, keyId, clock))
      },
    }),
  ]
}
