import type { RowOf } from '../database/column-types.ts'
import type { ApiKeys } from '../database/types.ts'
import {
  attribute,
  choice,
  integerOrNone,
  line,
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
      onlyIn: 'create',
      property: 'accountId',
    },
    { read: readText, show: (id, { accountName }) => `${id} ${accountName}` },
  ),
  username: shown<string>({ label: 'username', property: 'securityId' }),
  name: line({ label: 'name', flag: '--name <text>', help: 'what or whom the key is for' }),
  status: shown<'active' | 'expired' | 'revoked'>({ label: 'status' }),
  dialect: choice(['contract', 'panel'], {
    label: 'dialect',
    flag: '--dialect <name>',
    help: 'how the Dhru endpoint answers: to the letter of the contract, or as Dhru panels do',
    more: 'see [dhru.md](dhru.md#dialects)',
    default: 'contract',
    formerly: 'code_field',
    formerWords: { label: 'contract', result: 'panel' },
  }),
  /** `permissions`: null is everything. */
  permissions: attribute<Permission[] | null, string[] | null>(
    {
      label: 'may',
      flag: '--permission <name>',
      help: 'something the key may do, and nothing else; may be repeated; or `everything`',
      whenLeftOut: 'everything',
    },
    {
      gather: (name) => name,
      read: (value) => checkPermissions(readList(value, 'everything')),
      show: (granted) => granted?.join(' ') ?? '',
      none: 'everything',
    },
  ),
  /** `allowedIps` are CIDR blocks or single addresses; empty: any address. */
  allowedIps: attribute<string[]>(
    {
      label: 'allowed from',
      flag: '--allow-ip <CIDR>',
      help: 'address or block that the key may be used from; may be repeated; or `anywhere`',
      whenLeftOut: 'anywhere',
    },
    {
      gather: (block) => block,
      read: (value) => [...new Set(readList(value, 'anywhere').map((text) => orThrow(readAllowedIp(text))))],
      show: (blocks) => blocks.join(' ') || 'anywhere',
    },
  ),
  requestsPerMinute: integerOrNone({
    label: 'requests a minute',
    flag: '--rate-limit <requests>',
    help: 'requests that the key may make in a minute to the REST API, and as many to the Dhru endpoint',
    whenLeftOut: 'as REST_REQUESTS_PER_MINUTE and DHRU_REQUESTS_PER_MINUTE say',
    min: 1,
    max: 100_000_000,
  }),
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
      help: 'where its orders are told of',
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

/** `readList` reads what a key is bound to; `unbound` says that it is bound to nothing. */
function readList(value: unknown, unbound: string): string[] {
  if (value === null) return []
  if (!Array.isArray(value)) throw new Unreadable('must be a list')
  const texts = value.map(readText)
  return texts.length === 1 && texts[0] === unbound ? [] : texts
}
