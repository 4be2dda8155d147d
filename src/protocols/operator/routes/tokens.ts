import { type Static, Type } from 'typebox'
import { actBecause } from '../../../audit/acting.ts'
import { timeOf } from '../../../contract/page.ts'
import type { TokenId } from '../../../lib/ids.ts'
import { createToken, listTokens, revokeToken, type TokenView } from '../../../staff/operator-tokens.ts'
import { type StaffPermission, staffPermissions } from '../../../staff/roles.ts'
import { inFieldsOf } from '../../kit/fields.ts'
import { bodyOf, id, idParams, oneOf, orNull, reason, text, time } from '../../kit/shapes.ts'
import { makerOf } from '../caller.ts'
import type { OperatorDeps } from '../deps.ts'
import { route } from '../route.ts'

const section = 'Tokens'
const access = 'tokens.edit'

const FIELDS = { expires: 'expires_at', allow_ip: 'allowed_ips', permission: 'permissions' }

const permission = oneOf(Object.keys(staffPermissions) as StaffPermission[])

const token = Type.Object({
  id,
  name: Type.String(),
  status: oneOf(['active', 'expired', 'revoked', 'maker is out']),
  permissions: Type.Array(permission),
  allowed_ips: Type.Array(Type.String(), { description: 'Empty: any address' }),
  staff: orNull(id, 'Who made it, and may do as much at least; null: the command line'),
  created_at: time(),
  expires_at: time(),
  revoked_at: orNull(time()),
  last_used_at: orNull(time()),
})

const wireToken = (view: TokenView): Static<typeof token> => ({
  ...{ id: view.id, name: view.name, status: view.status, permissions: view.permissions },
  allowed_ips: view.allowedIps,
  staff: view.staffId,
  created_at: view.createdAt,
  expires_at: view.expiresAt,
  revoked_at: view.revokedAt,
  last_used_at: view.lastUsedAt,
})

export const tokenRoutes = ({ clock }: Pick<OperatorDeps, 'clock'>) => [
  route({
    method: 'GET',
    path: '/tokens',
    name: 'listTokens',
    section,
    command: 'token list',
    summary: "What the operator's own programs sign in with",
    access,
    answer: Type.Object({ items: Type.Array(token) }),
    handle: async ({ desk }) => ({ items: (await listTokens(desk.read, clock)).map(wireToken) }),
  }),
  route({
    method: 'POST',
    path: '/tokens',
    name: 'createToken',
    section,
    command: 'token create',
    summary: 'Make a token for a program',
    description: 'It may do no more than who makes it. A program makes none.',
    access,
    body: bodyOf({
      name: text(100),
      permissions: Type.Array(permission, { minItems: 1, maxItems: 100 }),
      allowed_ips: Type.Optional(Type.Array(text(50), { maxItems: 100 })),
      expires_at: Type.Optional(
        Type.String({ format: 'date-time', description: 'In 90 days when left out, at most in a year' }),
      ),
    }),
    shownOnce: ['secret'],
    answer: Type.Object({
      token,
      secret: orNull(Type.String(), 'It is shown this once: null in a repeated answer'),
    }),
    handle: async ({ desk, body, caller }) => {
      const form = {
        ...{ name: body.name, permissions: body.permissions, allowedIps: body.allowed_ips },
        expiresAt: body.expires_at === undefined ? undefined : timeOf(body.expires_at),
      }
      const made = await inFieldsOf(FIELDS, () => createToken(desk.change, form, makerOf(caller), clock))
      return { token: wireToken(made.view), secret: made.token }
    },
  }),
  route({
    method: 'POST',
    path: '/tokens/:id/revoke',
    name: 'revokeToken',
    section,
    command: 'token revoke',
    summary: 'Let a token stop working, for ever',
    access,
    params: idParams,
    body: bodyOf({ why: reason }),
    answer: token,
    refusals: ['not_found', 'invalid_input'],
    handle: async ({ desk, params, body }) => {
      await actBecause(desk.change, body.why)
      return wireToken(await revokeToken(desk.change, params.id as TokenId, clock))
    },
  }),
]
