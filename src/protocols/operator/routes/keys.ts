import { type Static, Type } from 'typebox'
import { findAccount } from '../../../accounts/accounts.ts'
import { type ApiKeyView, type KeyForm, keyAttributes } from '../../../accounts/key-attributes.ts'
import { changeKey, createKey, findKey, keyVersion, listKeys, revokeKey } from '../../../accounts/keys.ts'
import { type Permission, permissions } from '../../../accounts/permissions.ts'
import { timeOf } from '../../../contract/page.ts'
import type { KeyId } from '../../../lib/ids.ts'
import { pageOf as pageOfFound } from '../../../lib/page.ts'
import { createWebhook, type NewWebhook, setWebhookOfKey } from '../../../webhooks/webhooks.ts'
import { cursorText, readCursor } from '../cursors.ts'
import type { OperatorDeps } from '../deps.ts'
import { fieldsOf, inFieldsOf } from '../fields.ts'
import { route } from '../route.ts'
import {
  accountParams,
  bodyOf,
  changesOf,
  id,
  idParams,
  MAX_ID,
  oneOf,
  orNull,
  pageOf,
  pageQuery,
  text,
  time,
  version,
} from '../shapes.ts'

const section = 'API keys'

const FIELDS = {
  ...fieldsOf(keyAttributes),
  expires: 'expires_at',
  permission: 'permissions',
  allow_ip: 'allowed_ips',
}

const dialect = oneOf(['contract', 'panel'], { description: 'How the Dhru endpoint answers' })
const permission = oneOf(Object.keys(permissions) as Permission[])

const key = Type.Object({
  id,
  account: id,
  username: Type.String({ description: "The account's" }),
  security_id: Type.String({ description: 'The public half: the user name of the key' }),
  name: Type.String(),
  status: oneOf(['active', 'expired', 'revoked']),
  dialect,
  permissions: orNull(Type.Array(permission), 'null: everything'),
  allowed_ips: Type.Array(Type.String(), { description: 'Empty: any address' }),
  requests_per_minute: orNull(Type.Integer(), "null: the server's"),
  webhook_url: orNull(Type.String()),
  created_at: time(),
  expires_at: orNull(time()),
  revoked_at: orNull(time()),
  last_used_at: orNull(time()),
  version,
})

const wireKey = (one: ApiKeyView): Static<typeof key> => ({
  ...{ id: one.id, account: one.accountId, username: one.accountName, security_id: one.securityId },
  ...{ name: one.name, status: one.status, dialect: one.dialect, permissions: one.permissions },
  allowed_ips: one.allowedIps,
  requests_per_minute: one.requestsPerMinute,
  webhook_url: one.webhookUrl,
  created_at: one.createdAt,
  expires_at: one.expiresAt,
  revoked_at: one.revokedAt,
  last_used_at: one.lastUsedAt,
  version: keyVersion(one),
})

const webhook = orNull(
  Type.Object({ id, url: Type.String(), secret: Type.String({ description: 'The signing secret' }) }),
  'The webhook that was made, which is shown this once; null: none was',
)

const wireWebhook = ({ id: number, url, secret }: NewWebhook): Static<typeof webhook> => ({
  id: number,
  url,
  secret,
})

const form = {
  name: Type.String({ maxLength: 100 }),
  dialect,
  permissions: orNull(Type.Array(permission, { minItems: 1, maxItems: 50 }), 'null: everything'),
  allowed_ips: orNull(
    Type.Array(text(50), { minItems: 1, maxItems: 100, description: 'Addresses or CIDR blocks' }),
    'null: any address',
  ),
  requests_per_minute: orNull(Type.Integer({ minimum: 1, maximum: 100_000_000 }), "null: the server's"),
  expires_at: orNull(Type.String({ format: 'date-time' }), 'null: never'),
  webhook_url: text(2000, { description: 'Where its orders are told of' }),
}

type Form = Partial<Omit<{ [Name in keyof typeof form]: Static<(typeof form)[Name]> }, 'webhook_url'>>

/** `formOf` gives what a body says of a key as the command line says it. */
const formOf = (body: Form): KeyForm => ({
  name: body.name,
  dialect: body.dialect,
  permissions: body.permissions,
  allowedIps: body.allowed_ips === null ? [] : body.allowed_ips,
  requestsPerMinute: body.requests_per_minute,
  expiresAt: typeof body.expires_at === 'string' ? timeOf(body.expires_at) : body.expires_at,
})

export const keyRoutes = ({ clock, sealer, config }: Pick<OperatorDeps, 'clock' | 'sealer' | 'config'>) => [
  route({
    method: 'GET',
    path: '/keys',
    name: 'listKeys',
    section,
    command: 'key list',
    summary: 'API keys, by id',
    access: 'resellers.read',
    query: Type.Object({
      ...pageQuery,
      account: Type.Optional(text(64, { description: 'Id or user name' })),
    }),
    answer: pageOf(key),
    refusals: ['not_found'],
    handle: async ({ desk, query: { limit, cursor, ...filter } }) => {
      const { account } = filter
      const after = readCursor(cursor, filter, MAX_ID) as KeyId | undefined
      const accountId = account === undefined ? undefined : (await findAccount(desk.read, account)).id
      const found = await listKeys(desk.read, accountId, limit + 1, clock, after)
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
    body: Type.Partial(bodyOf(form)),
    answer: Type.Object({
      key,
      secret: orNull(
        Type.String({ description: 'The access key' }),
        'It is shown this once: null in a repeated answer',
      ),
      webhook,
    }),
    refusals: ['invalid_input', 'not_found', 'conflict'],
    handle: ({ desk, params, body: { webhook_url: url, ...body } }) =>
      inFieldsOf(FIELDS, async () => {
        const { id: accountId } = await findAccount(desk.change, params.account)
        const made = await createKey(desk.change, accountId, formOf(body), clock)
        const to = { accountId, key: made, allow: config.outboundAllow }
        const hook =
          url === undefined
            ? null
            : await desk.change.begin(async (transaction) =>
                createWebhook(transaction, await sealer(), { ...to, url }, clock),
              )
        return {
          key: wireKey(await findKey(desk.change, made.id, clock)),
          secret: made.secret,
          webhook: hook && wireWebhook(hook),
        }
      }),
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
    body: changesOf({ ...form, secret: text(200, { description: "The key's own" }) }),
    answer: Type.Object({ key, webhook }),
    refusals: ['invalid_input', 'not_found', 'conflict'],
    handle: ({ desk, params, version: seen, body: { webhook_url: url, secret, ...body } }) =>
      inFieldsOf(FIELDS, async () => {
        const keyId = params.id as KeyId
        await changeKey(desk.change, keyId, formOf(body), clock, seen)
        const found = await findKey(desk.change, keyId, clock)
        const to = { key: found, secret, allow: config.outboundAllow }
        const hook =
          url === undefined
            ? undefined
            : await desk.change.begin(async (transaction) =>
                setWebhookOfKey(transaction, await sealer(), { ...to, url }, clock),
              )
        return {
          key: wireKey(await findKey(desk.change, keyId, clock)),
          webhook: hook ? wireWebhook(hook) : null,
        }
      }),
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
    answer: key,
    refusals: ['not_found'],
    handle: async ({ desk, params }) => {
      const keyId = params.id as KeyId
      await revokeKey(desk.change, keyId, clock)
      return wireKey(await findKey(desk.change, keyId, clock))
    },
  }),
]
