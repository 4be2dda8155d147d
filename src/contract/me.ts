import { type Static, Type } from 'typebox'
import type { ApiKey } from '../accounts/account.ts'
import { permissions } from '../accounts/permissions.ts'
import { name, orNull, time } from './schema.ts'

export const me = name(
  'Me',
  Type.Object({
    user_id: Type.Integer(),
    via: Type.Literal('client_api_key'),
    access_channel: Type.Literal('api'),
    account_type: Type.Literal('basic'),
    role: Type.Literal('user'),
    phone: Type.Null(),
    profile_picture_url: Type.Null(),
    username: Type.String(),
    email: Type.String(),
    session_id: Type.Null(),
    api_key_id: Type.Integer(),
    api_key_type: Type.Literal('client'),
    external_user: Type.Null(),
    permissions: Type.Array(Type.String()),
    token: Type.Object({
      expires_at: orNull(time()),
      expires_in: orNull(Type.Integer(), 'Seconds'),
    }),
    name: Type.String(),
    currency: Type.String({ description: 'ISO 4217: that of every amount' }),
  }),
)

export const wireMe = (
  { account, id, expiresAt, permissions: allowed }: ApiKey,
  now: Date,
): Static<typeof me> => ({
  user_id: account.id,
  via: 'client_api_key',
  access_channel: 'api',
  account_type: 'basic',
  role: 'user',
  phone: null,
  profile_picture_url: null,
  username: account.username,
  email: account.email,
  session_id: null,
  api_key_id: id,
  api_key_type: 'client',
  external_user: null,
  permissions: allowed ?? Object.keys(permissions),
  token: {
    expires_at: expiresAt?.toISOString() ?? null,
    expires_in: expiresAt && Math.floor((expiresAt.getTime() - now.getTime()) / 1000),
  },
  name: account.name,
  currency: account.currency,
})
