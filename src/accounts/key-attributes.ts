import type { RowOf } from '../database/column-types.ts'
import type { ApiKeys } from '../database/types.ts'
import {
  attribute,
  choice,
  orNull,
  readText,
  shown,
  shownId,
  shownTime,
  shownTimeOrNone,
  time,
} from '../lib/attribute-types.ts'
import { type AttributesOf, type FormOf, Unreadable, type ValuesOf } from '../lib/attributes.ts'
import { orThrow } from '../lib/fault.ts'
import type { AccountId, KeyId } from '../lib/ids.ts'
import { readAllowedIp } from '../lib/ip.ts'
import { checkPermissions, type Permission } from './permissions.ts'

/** `keyAttributes` defines every value of an API key once: its options, `--json`, table and the table of docs/cli.md. */
export const keyAttributes = {
  id: shownId<KeyId>('id'),
  account: attribute<AccountId, string>(
    {
      label: 'account',
      flag: '--account <id or username>',
      help: 'whose key it is',
      whenLeftOut: 'needed',
      property: 'accountId',
    },
    { read: readText, show: (id, { accountName }) => `${id} ${accountName}` },
  ),
  username: shown<string>({ label: 'username', property: 'securityId' }),
  status: shown<'active' | 'expired' | 'revoked'>({ label: 'status' }),
  /** `codeField` is what CODE of a Dhru status answer carries: the state's label (the contract) or the result (Dhru panels). */
  codeField: choice(['label', 'result'], {
    label: 'CODE',
    flag: '--code-field <what>',
    help: 'what CODE of a Dhru status answer carries: the state or the result',
    more: 'see [dhru.md](dhru.md#order-status)',
    default: 'label',
  }),
  /** `permissions`: null is everything. */
  permissions: attribute<Permission[] | null, string[] | null>(
    {
      label: 'may',
      flag: '--permission <name>',
      help: 'something the key may do, and nothing else; may be repeated',
      whenLeftOut: 'everything',
    },
    {
      gather: (name) => name,
      read: (value) => checkPermissions(readList(value)),
      show: (granted) => granted?.join(' ') ?? '',
      none: 'everything',
    },
  ),
  /** `allowedIps` are CIDR blocks or single addresses; empty: any address. */
  allowedIps: attribute<string[]>(
    {
      label: 'allowed from',
      flag: '--allow-ip <CIDR>',
      help: 'address or block that the key may be used from; may be repeated',
      whenLeftOut: 'anywhere',
    },
    {
      gather: (block) => block,
      read: (value) => [...new Set(readList(value).map((text) => orThrow(readAllowedIp(text))))],
      show: (blocks) => blocks.join(' ') || 'anywhere',
    },
  ),
  createdAt: shownTime(),
  expiresAt: time({
    label: 'expires',
    flag: '--expires <time>',
    help: 'ISO date or time in UTC, or a duration from now such as 30d (m, h, d, w, y)',
    whenLeftOut: 'never',
  }),
  revokedAt: shownTimeOrNone(),
  /** `lastUsedAt` is behind by a few seconds: see `Authenticator`. */
  lastUsedAt: shownTimeOrNone('last used'),
  webhookUrl: attribute<string | null>(
    {
      label: 'webhook',
      flag: '--webhook-url <https URL>',
      help: 'where its orders are told of; only a new key can have one, since of an old one only a hash is kept',
      more: 'see [webhooks.md](webhooks.md)',
      whenLeftOut: 'none',
    },
    { read: orNull(readText) },
  ),
} satisfies AttributesOf<
  Omit<RowOf<ApiKeys>, 'secretHash' | 'permissions'>,
  { accountId: 'account'; securityId: 'username' },
  'status' | 'permissions' | 'lastUsedAt' | 'webhookUrl'
>

/** KeyForm is a key as an operator writes it. */
export type KeyForm = FormOf<typeof keyAttributes>

/** ApiKeyView is a key as operators see it. */
export interface ApiKeyView extends Omit<ValuesOf<typeof keyAttributes>, 'account' | 'username'> {
  accountId: AccountId
  /** `accountName` is the account's username. */
  accountName: string
  securityId: string
}

function readList(value: unknown): string[] {
  if (value === null) return []
  if (Array.isArray(value)) return value.map(readText)
  throw new Unreadable('must be a list')
}
