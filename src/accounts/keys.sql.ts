import type { Insertable, Updateable } from 'kysely'
import { build, literal } from '../database/build.ts'
import type { Queryable } from '../database/database.ts'
import type { ApiKeys } from '../database/types.ts'
import type { AccountId, KeyId } from '../lib/ids.ts'
import type { Account, ApiKey } from './account.ts'
import type { ApiKeyView } from './key-attributes.ts'

type KeyRow = Omit<ApiKey, 'account'> & Omit<Account, 'id'> & { accountId: AccountId; addresses: string[] }

/** FoundKey is a key with the addresses that it was used from. */
export interface FoundKey {
  key: ApiKey
  addresses: string[]
}

const keys = (sql: Queryable) => sql`
  select k.id, k.security_id, k.secret_hash, k.dialect, k.requests_per_minute, k.allowed_ips, k.permissions, k.expires_at, k.revoked_at,
         a.id as account_id, a.name, a.email, a.username, a.login, a.currency, a.price_group_id,
         a.status = 'closed' as closed,
         coalesce((select addresses from api_key_uses u where u.key_id = k.id), '{}') as addresses`

/**
 * `selectKeysNamed` gives the key of this security id, all keys of the account of this username or login, and all keys of the account of this
 * e-mail address, unless several accounts have it; `name` is in lower case.
 */
export async function selectKeysNamed(sql: Queryable, name: string): Promise<FoundKey[]> {
  const rows = await sql<KeyRow[]>`
    ${keys(sql)} from api_keys k join accounts a on a.id = k.account_id where k.security_id = ${name}
    union
    ${keys(sql)} from api_keys k join accounts a on a.id = k.account_id where a.username = ${name}
    union
    ${keys(sql)} from api_keys k join accounts a on a.id = k.account_id where lower(a.login) = ${name}
    union
    ${keys(sql)} from api_keys k join accounts a on a.id = k.account_id
     where lower(a.email) = ${name}
       and not exists (select 1 from accounts o where lower(o.email) = ${name} and o.id <> a.id)`.records()
  return rows.map(
    ({
      accountId,
      name: accountName,
      email,
      username,
      login,
      currency,
      priceGroupId,
      closed,
      addresses,
      ...key
    }) => ({
      key: {
        ...key,
        account: { id: accountId, name: accountName, email, username, login, currency, priceGroupId, closed },
      },
      addresses,
    }),
  )
}

export async function selectKeys(
  sql: Queryable,
  {
    id,
    accountId,
    after,
    words = [],
    limit = null,
  }: {
    id?: KeyId
    accountId?: AccountId | undefined
    after?: KeyId | undefined
    /** `words`: each of them is a part of its name, its security id or its account's user name. */
    words?: readonly string[]
    limit?: number | null
  },
): Promise<Omit<ApiKeyView, 'status'>[]> {
  const query = build
    .selectFrom('apiKeys as k')
    .innerJoin('accounts as a', 'a.id', 'k.accountId')
    .leftJoin('apiKeyUses as u', 'u.keyId', 'k.id')
    .leftJoin('webhooks as w', 'w.keyId', 'k.id')
    .select(['k.id', 'k.accountId', 'a.username as accountName', 'k.securityId', 'k.name', 'k.dialect'])
    .select(['k.requestsPerMinute', 'k.allowedIps', 'k.permissions', 'k.expiresAt', 'k.revokedAt'])
    .select(['k.createdAt', 'u.lastUsedAt', 'w.url as webhookUrl'])
    .$if(accountId !== undefined, (all) => all.where('k.accountId', '=', accountId as AccountId))
    .$if(after !== undefined, (all) => all.where('k.id', '>', after as KeyId))
    .$if(id !== undefined, (all) => all.where('k.id', '=', id as KeyId))
    .$if(words.length > 0, (all) =>
      all.where(
        literal<boolean>`not exists (select 1 from unnest(${words}::text[]) as w (word)
                          where position(lower(word) in lower(concat_ws(' ', k.name, k.security_id, a.username))) = 0)`,
      ),
    )
    .orderBy('k.id')
    .limit(limit)
  return await sql.run(query.$narrowType<Pick<ApiKeyView, 'permissions'>>())
}

/** `lockKey` has whoever changes the key wait until the transaction ends. */
export async function lockKey(sql: Queryable, id: KeyId): Promise<void> {
  await sql.run(build.selectFrom('apiKeys').select('id').where('id', '=', id).forUpdate())
}

export async function selectSecretHash(sql: Queryable, id: KeyId): Promise<Buffer | undefined> {
  const [row] = await sql.run(build.selectFrom('apiKeys').select('secretHash').where('id', '=', id))
  return row?.secretHash
}

/** `selectKeysOfHashes` gives those keys of accounts that have one of the secrets. */
export async function selectKeysOfHashes(
  sql: Queryable,
  accountIds: readonly AccountId[],
  hashes: readonly Buffer[],
): Promise<{ accountId: AccountId; hash: string; revoked: boolean }[]> {
  return await sql<{ accountId: AccountId; hash: string; revoked: boolean }[]>`
    select account_id, encode(secret_hash, 'hex') as hash, revoked_at is not null as revoked
      from api_keys
     where account_id = any(${accountIds}::int[])
       and secret_hash in (select decode(h, 'hex') from unnest(${hashes.map((one) => one.toString('hex'))}::text[]) h)`.records()
}

/** `insertKey` gives undefined when the security id is taken. */
export async function insertKey(sql: Queryable, key: Insertable<ApiKeys>): Promise<KeyId | undefined> {
  const [row] = await sql.run(
    build
      .insertInto('apiKeys')
      .values(key)
      .onConflict((taken) => taken.column('securityId').doNothing())
      .returning('id'),
  )
  return row?.id
}

/** `updateKey` changes what is given. Gives false when there is no such key. */
export async function updateKey(
  sql: Queryable,
  id: KeyId,
  changes: { [Name in keyof Updateable<ApiKeys>]?: Updateable<ApiKeys>[Name] | undefined },
): Promise<boolean> {
  // An update of nothing is no statement: the key keeps its account.
  const query = build
    .updateTable('apiKeys')
    .set(({ ref }) => ({ accountId: ref('accountId'), ...changes }))
    .where('id', '=', id)
    .returning('id')
  return (await sql.run(query)).length > 0
}

/** `updateRevoked` keeps the time of an earlier revocation. Gives undefined when there is no such key. */
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

/** MAX_ADDRESSES is how many of a key's addresses are kept: the latest. */
export const MAX_ADDRESSES = 64

/** KeyUse is that a key was used, and from which addresses that are new to it. */
export interface KeyUse {
  id: KeyId
  at: Date
  addresses: readonly string[]
}

/** `upsertUses` records last uses; a later one that another process recorded stands. */
export async function upsertUses(sql: Queryable, uses: readonly KeyUse[]): Promise<void> {
  // An array of arrays has rows of one length: what is new of a key's addresses goes as one text. No address has a blank.
  await sql`
    insert into api_key_uses as u (key_id, last_used_at, addresses)
    select id, at, string_to_array(addresses, ' ')
      from unnest(${uses.map(({ id }) => id)}::int[], ${uses.map(({ at }) => at.toISOString())}::text[]::timestamptz[],
                  ${uses.map(({ addresses }) => addresses.join(' '))}::text[]) as used (id, at, addresses)
    on conflict (key_id) do update
       set last_used_at = greatest(u.last_used_at, excluded.last_used_at),
           addresses = (excluded.addresses || u.addresses)[1:${MAX_ADDRESSES}::int]`
}
