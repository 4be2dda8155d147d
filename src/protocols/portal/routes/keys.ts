import { Type } from 'typebox'
import { findKeyOf, listKeys, revokeKey } from '../../../accounts/keys.ts'
import type { KeyId } from '../../../lib/ids.ts'
import { key, keyForm, newWebhook, rotating, wireKey } from '../../kit/key-shapes.ts'
import { KeyWork } from '../../kit/key-work.ts'
import { changesOf, idParams, orNull, text } from '../../kit/shapes.ts'
import type { PortalDeps } from '../deps.ts'
import { type Call, route } from '../route.ts'

const section = 'API keys'

/** The limit of a key is the operator's to set. */
const { requests_per_minute: _limit, ...form } = keyForm

const made = Type.Object({
  key,
  username: Type.String({
    description: 'What a program logs in with, beside the secret: the user name of the account',
  }),
  secret: orNull(
    Type.String({ description: 'The access key' }),
    'It is shown this once: null in a repeated answer',
  ),
  webhook: newWebhook,
})

export const keyRoutes = ({ clock, sealer, config }: Pick<PortalDeps, 'clock' | 'sealer' | 'config'>) => {
  const own = ({ desk, caller, params }: Call<{ id: number }>, from: 'read' | 'change') =>
    findKeyOf(desk[from], caller.accountId, params.id as KeyId, clock)
  const work = new KeyWork({ clock, sealer, config })
  return [
    route({
      method: 'GET',
      path: '/keys',
      name: 'listKeys',
      section,
      summary: 'The API keys of the account, by id',
      access: 'keys.read',
      answer: Type.Object({ items: Type.Array(key) }),
      handle: async ({ desk, caller }) => ({
        items: (await listKeys(desk.read, { accountId: caller.accountId }, clock)).map(wireKey),
      }),
    }),
    route({
      method: 'GET',
      path: '/keys/:id',
      name: 'getKey',
      section,
      summary: 'One API key: `last_used_at` shows its first call',
      access: 'keys.read',
      params: idParams,
      answer: key,
      refusals: ['not_found'],
      handle: async (call) => wireKey(await own(call, 'read')),
    }),
    route({
      method: 'POST',
      path: '/keys',
      name: 'createKey',
      section,
      summary: 'Make an API key, and with `webhook_url` its webhook',
      description: 'For a Dhru panel `dialect` is `panel`; for code of your own `contract`.',
      access: 'keys.edit',
      needsKey: true,
      shownOnce: ['secret', 'webhook'],
      body: Type.Partial(Type.Object(form), { additionalProperties: false }),
      answer: made,
      refusals: ['conflict'],
      handle: async ({ desk, caller: { account, accountId }, body }) => ({
        username: account.username,
        ...(await work.create(desk.change, accountId, body)),
      }),
    }),
    route({
      method: 'PATCH',
      path: '/keys/:id',
      name: 'changeKey',
      section,
      summary: 'Change an API key, in every process within a second',
      description: 'A first `webhook_url` needs the `secret` of the key, of which only a hash is kept.',
      access: 'keys.edit',
      params: idParams,
      needsVersion: true,
      shownOnce: ['webhook'],
      body: changesOf({ ...form, secret: text(200, { description: "The key's own" }) }),
      answer: Type.Object({ key, webhook: newWebhook }),
      refusals: ['not_found', 'conflict'],
      handle: async (call) => {
        const { id } = await own(call, 'change')
        return work.change(call.desk.change, id, call.body, call.version)
      },
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
      handle: async (call) => {
        const before = await own(call, 'change')
        const rotated = await work.rotate(call.desk.change, before, Number(call.body.overlap_hours))
        return { username: call.caller.account.username, ...rotated }
      },
    }),
    route({
      method: 'POST',
      path: '/keys/:id/revoke',
      name: 'revokeKey',
      section,
      summary: 'Let an API key stop working, for ever',
      access: 'keys.edit',
      params: idParams,
      answer: key,
      refusals: ['not_found'],
      handle: async (call) => {
        const { id } = await own(call, 'change')
        await revokeKey(call.desk.change, id, clock)
        return wireKey(await own(call, 'change'))
      },
    }),
  ]
}
