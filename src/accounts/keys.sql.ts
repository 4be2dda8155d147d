import { build } from '../database/build.ts'
import type { Queryable } from '../database/database.ts'
import type { AccountId, KeyId, PriceGroupId } from '../lib/ids.ts'
import type { ApiKey } from './account.ts'
import type { Permission } from './permissions.ts'

interface KeyRow {
  id: KeyId
  security_id: string
  secret_hash: Buffer
  code_field: ApiKey['codeField']
  allowed_ips: string[]
  permissions: Permission[] | null
  expires_at: Date | null
  revoked_at: Date | null
  account_id: AccountId
  name: string
  email: string
  username: string
  currency: string
  price_group_id: PriceGroupId | null
  closed: boolean
}

const keyOf = (row: KeyRow): ApiKey => ({
  id: row.id,
  account: {
    id: row.account_id,
    name: row.name,
    email: row.email,
    username: row.username,
    currency: row.currency,
    priceGroupId: row.price_group_id,
    closed: row.closed,
  },
  securityId: row.security_id,
  secretHash: row.secret_hash,
  codeField: row.code_field,
  allowedIps: row.allowed_ips,
  permissions: row.permissions,
  expiresAt: row.expires_at,
  revokedAt: row.revoked_at,
})

const keys = (sql: Queryable) => sql`
  select k.id, k.security_id, k.secret_hash, k.code_field, k.allowed_ips, k.permissions, k.expires_at, k.revoked_at,
         a.id as account_id, a.name, a.email, a.username, a.currency, a.price_group_id,
         a.status = 'closed' as closed`

/** The key of this security id and all keys of the account of this username; `name` is in lower case. */
export async function selectKeysNamed(sql: Queryable, name: string): Promise<ApiKey[]> {
  const rows = await sql<KeyRow[]>`
    ${keys(sql)} from api_keys k join accounts a on a.id = k.account_id where k.security_id = ${name}
    union
    ${keys(sql)} from api_keys k join accounts a on a.id = k.account_id where a.username = ${name}`
  return rows.map(keyOf)
}

export interface ApiKeyView {
  id: KeyId
  accountId: AccountId
  /** The account's. */
  username: string
  securityId: string
  codeField: ApiKey['codeField']
  allowedIps: string[]
  permissions: Permission[] | null
  expiresAt: Date | null
  revokedAt: Date | null
  createdAt: Date
  /** Behind by a few seconds: see `Authenticator`. */
  lastUsedAt: Date | null
}

export async function selectKeys(sql: Queryable, accountId: AccountId | undefined): Promise<ApiKeyView[]> {
  const query = build
    .selectFrom('apiKeys as k')
    .innerJoin('accounts as a', 'a.id', 'k.accountId')
    .leftJoin('apiKeyUses as u', 'u.keyId', 'k.id')
    .select([
      'k.id',
      'k.accountId',
      'a.username',
      'k.securityId',
      'k.codeField',
      'k.allowedIps',
      'k.permissions',
    ])
    .select(['k.expiresAt', 'k.revokedAt', 'k.createdAt', 'u.lastUsedAt'])
    .$if(accountId !== undefined, (all) => all.where('k.accountId', '=', accountId as AccountId))
    .orderBy('k.id')
  return await sql.run(query.$narrowType<Pick<ApiKeyView, 'permissions'>>())
}

/** Gives undefined when the security id is taken. */
export async function insertKey(
  sql: Queryable,
  key: {
    accountId: AccountId
    securityId: string
    secretHash: Buffer
    codeField: ApiKey['codeField']
    allowedIps: string[]
    permissions: Permission[] | null
    expiresAt: Date | null
    createdAt: Date
  },
): Promise<KeyId | undefined> {
  const [row] = await sql.run(
    build
      .insertInto('apiKeys')
      .values(key)
      .onConflict((taken) => taken.column('securityId').doNothing())
      .returning('id'),
  )
  return row?.id
}

/** Keeps the time of an earlier revocation. Gives undefined when there is no such key. */
export async function updateRevoked(sql: Queryable, id: KeyId, at: Date): Promise<Date | undefined> {
  const [row] = await sql.run(
    build
      .updateTable('apiKeys')
      .set(({ fn, ref, val }) => ({ revokedAt: fn.coalesce(ref('revokedAt'), val(at)) }))
      .where('id', '=', id)
      .returning('revokedAt'),
  )
  return row?.revokedAt ?? undefined
}

/** Records last uses; a later one that another process recorded stands. */
export async function upsertUses(sql: Queryable, uses: { id: KeyId; at: Date }[]): Promise<void> {
  await sql`
    insert into api_key_uses as u (key_id, last_used_at)
    select id, at from unnest(${uses.map(({ id }) => id)}::int[],
                              ${uses.map(({ at }) => at.toISOString())}::text[]::timestamptz[]) as used (id, at)
    on conflict (key_id) do update set last_used_at = greatest(u.last_used_at, excluded.last_used_at)`
}
