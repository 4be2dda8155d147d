import { Type } from 'typebox'
import { changeKey, createKey, findKeyOf, listKeys, revokeKey, rotateKey } from '../../../accounts/keys.ts'
import type { AccountId, KeyId } from '../../../lib/ids.ts'
import { HOUR_MS } from '../../../lib/time.ts'
import { createWebhook, setWebhookOfKey } from '../../../webhooks/webhooks.ts'
import { inFieldsOf } from '../../kit/fields.ts'
import {
  key,
  keyFields,
  keyForm,
  keyFormOf,
  newWebhook,
  rotating,
  wireKey,
  wireNewWebhook,
} from '../../kit/key-shapes.ts'
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
  const hookFor = async (
    { desk }: Pick<Call, 'desk'>,
    accountId: AccountId,
    made: { id: KeyId; secret: string },
    url: string | undefined,
  ) =>
    url === undefined
      ? null
      : await desk.change.begin(async (transaction) =>
          createWebhook(
            transaction,
            await sealer(),
            { accountId, key: made, url, allow: config.outboundAllow },
            clock,
          ),
        )
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
        items: (await listKeys(desk.read, caller.accountId, null, clock)).map(wireKey),
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
      handle: (call) =>
        inFieldsOf(keyFields, async () => {
          const { desk, caller, body } = call
          const { webhook_url: url, ...rest } = body
          const { account, accountId } = caller
          const fresh = await createKey(desk.change, accountId, keyFormOf(rest), clock)
          const hook = await hookFor(call, accountId, fresh, url)
          return {
            key: wireKey(await findKeyOf(desk.change, accountId, fresh.id, clock)),
            ...{ username: account.username, secret: fresh.secret, webhook: hook && wireNewWebhook(hook) },
          }
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
      handle: (call) =>
        inFieldsOf(keyFields, async () => {
          const { desk, caller, version: seen, body } = call
          const { webhook_url: url, secret, ...rest } = body
          const { id } = await own(call, 'change')
          await changeKey(desk.change, id, keyFormOf(rest), clock, seen)
          const changed = await findKeyOf(desk.change, caller.accountId, id, clock)
          const hook =
            url === undefined
              ? undefined
              : await desk.change.begin(async (transaction) =>
                  setWebhookOfKey(
                    transaction,
                    await sealer(),
                    { key: changed, secret, url, allow: config.outboundAllow },
                    clock,
                  ),
                )
          return {
            key: wireKey(await findKeyOf(desk.change, caller.accountId, id, clock)),
            webhook: hook ? wireNewWebhook(hook) : null,
          }
        }),
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
        const { desk, caller, body } = call
        const { account, accountId } = caller
        const before = await own(call, 'change')
        const overlapMs = Number(body.overlap_hours) * HOUR_MS
        const fresh = await rotateKey(desk.change, before, overlapMs, clock)
        const hook = await hookFor(call, accountId, fresh, before.webhookUrl ?? undefined)
        return {
          key: wireKey(await findKeyOf(desk.change, accountId, fresh.id, clock)),
          ...{ username: account.username, secret: fresh.secret, webhook: hook && wireNewWebhook(hook) },
        }
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
