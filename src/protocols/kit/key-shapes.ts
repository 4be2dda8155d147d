import { type Static, Type } from 'typebox'
import { type ApiKeyView, type KeyForm, keyAttributes } from '../../accounts/key-attributes.ts'
import { keyVersion } from '../../accounts/keys.ts'
import { type Permission, permissions } from '../../accounts/permissions.ts'
import { timeOf } from '../../contract/page.ts'
import type { NewWebhook } from '../../webhooks/webhooks.ts'
import { fieldsOf } from './fields.ts'
import { bodyOf, id, oneOf, orNull, text, time, version } from './shapes.ts'

/** `keyFields` are the names of a key's values in bodies. */
export const keyFields = {
  ...fieldsOf(keyAttributes),
  expires: 'expires_at',
  permission: 'permissions',
  allow_ip: 'allowed_ips',
}

const dialect = oneOf(['contract', 'panel'], { description: 'How the Dhru endpoint answers' })
const permission = oneOf(Object.keys(permissions) as Permission[])

/** `key` is an API key. */
export const key = Type.Object({
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

export const wireKey = (one: ApiKeyView): Static<typeof key> => ({
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

/** `newWebhook` is the webhook that was made with a key. */
export const newWebhook = orNull(
  Type.Object({ id, url: Type.String(), secret: Type.String({ description: 'The signing secret' }) }),
  'The webhook that was made, which is shown this once; null: none was',
)

export const wireNewWebhook = ({ id: number, url, secret }: NewWebhook): Static<typeof newWebhook> => ({
  id: number,
  url,
  secret,
})

/** `keyForm` is what bodies say of a key. */
export const keyForm = {
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

/** Form is what a body says. */
export type Form = Partial<{ [Name in keyof typeof keyForm]: Static<(typeof keyForm)[Name]> }>

/** `keyFormOf` gives what a body says of a key as the command line says it. */
export const keyFormOf = (body: Omit<Form, 'webhook_url'>): KeyForm => ({
  name: body.name,
  dialect: body.dialect,
  permissions: body.permissions,
  allowedIps: body.allowed_ips === null ? [] : body.allowed_ips,
  requestsPerMinute: body.requests_per_minute,
  expiresAt: typeof body.expires_at === 'string' ? timeOf(body.expires_at) : body.expires_at,
})

/** `rotating` is what the routes share by which a key gets a new access key. */
export const rotating = {
  summary: 'Make a key that is as this one, which goes on working for some hours',
  description:
    'A webhook of it gets a fresh one of the new key, with the same URL; that of the old key tells of the orders that it has placed.',
  body: bodyOf({ overlap_hours: oneOf(['0', '1', '24'], { description: 'How long both work' }) }),
}
