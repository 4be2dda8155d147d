import { hash, randomBytes, timingSafeEqual } from 'node:crypto'
import { actBecause } from '../audit/acting.ts'
import type { Queryable, Sql } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { readValues } from '../lib/attributes.ts'
import type { AccountId, KeyId } from '../lib/ids.ts'
import { type Clock, systemClock } from '../lib/time.ts'
import { checkVersion, versionOfNoun } from '../lib/version.ts'
import { because } from '../reasons.ts'
import type { Dialect } from './account.ts'
import { type ApiKeyView, type KeyForm, keyAttributes } from './key-attributes.ts'
import { insertKey, lockKey, selectKeys, selectSecretHash, updateKey, updateRevoked } from './keys.sql.ts'
import type { Permission } from './permissions.ts'

export { selectKeysOfHashes as findKeysOfHashes } from './keys.sql.ts'

/** ALPHABET is lower case, without l and o, which people take for 1 and 0. */
const ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789'
const SECURITY_ID_LENGTH = 10
/** SECRET_LENGTH gives 200 random bits: 5 a character. */
const SECRET_LENGTH = 40

const randomText = (length: number): string =>
  Array.from(randomBytes(length), (byte) => ALPHABET[byte % ALPHABET.length]).join('')

/** `hashSecret` is fast, as is right here: a secret of 200 random bits cannot be guessed, however fast the guesses are checked. */
export const hashSecret = (secret: string): Buffer => hash('sha256', secret, 'buffer')

/** NewKey is a key that was just made. */
export interface NewKey {
  id: KeyId
  /** `securityId` is the key's public half, by which it is found; unique. */
  securityId: string
  /** `secret` is kept nowhere: only its SHA-256 is stored. */
  secret: string
  dialect: Dialect
  permissions: Permission[] | null
}

/** `createKey` throws invalid_input naming the value at fault, and not_found when there is no such account. */
export async function createKey(
  sql: Queryable,
  accountId: AccountId,
  form: KeyForm = {},
  clock: Clock = systemClock,
): Promise<NewKey> {
  const now = clock.now()
  const given = readValues(keyAttributes, form)
  const { name = '', dialect = 'contract', requestsPerMinute = null } = given
  const { expiresAt = null, allowedIps = [] } = given
  const permissions = (given.permissions ?? null) as Permission[] | null
  refuseExpired(expiresAt, now)
  const secret = randomText(SECRET_LENGTH)
  const made = await insertNamed(sql, {
    ...{ accountId, secretHash: hashSecret(secret), name, dialect, requestsPerMinute, allowedIps },
    ...{ permissions, expiresAt, createdAt: now },
  }).catch(refuseUnknownAccount)
  return { ...made, secret, dialect, permissions }
}

/** `insertNamed` gives a key a security id that nobody has. */
async function insertNamed(
  sql: Queryable,
  key: Omit<Parameters<typeof insertKey>[1], 'securityId'>,
): Promise<{ id: KeyId; securityId: string }> {
  for (;;) {
    const securityId = randomText(SECURITY_ID_LENGTH)
    const id = await insertKey(sql, { ...key, securityId })
    if (id !== undefined) return { id, securityId }
  }
}

/** MOVED_PERMISSIONS are what a panel's key may do: the Dhru endpoint, and nothing that only other APIs have. */
const MOVED_PERMISSIONS: Permission[] = ['order.create']

/**
 * `moveKeyIn` makes a key of a secret that its reseller has from a panel, of which only the hash is known. It is used with the account's
 * username or login.
 */
export async function moveKeyIn(
  sql: Queryable,
  { accountId, secretHash, name }: { accountId: AccountId; secretHash: Buffer; name: string },
  at: Date,
): Promise<KeyId> {
  const { id } = await insertNamed(sql, {
    ...{ accountId, secretHash, name, dialect: 'panel' as const, permissions: MOVED_PERMISSIONS },
    createdAt: at,
  })
  return id
}

/** `keyVersion` names how a key stands. */
export const keyVersion = (key: ApiKeyView): string => versionOfNoun(keyAttributes, key, key.revokedAt)

/**
 * `changeKey` changes what is given, in every process within a second. `seen` is the version that whoever changes it has seen, in a transaction.
 * Throws not_found, version_conflict, or invalid_input naming the value at fault. The key's webhook is changed by `setWebhookOfKey`.
 */
export async function changeKey(
  sql: Queryable,
  id: KeyId,
  form: KeyForm,
  clock: Clock = systemClock,
  seen?: string,
): Promise<void> {
  if (seen !== undefined) {
    await lockKey(sql, id)
    checkVersion(seen, keyVersion(await findKey(sql, id, clock)))
  }
  const given = readValues(keyAttributes, form)
  const { name, dialect, requestsPerMinute, expiresAt, allowedIps, permissions } = given
  refuseExpired(expiresAt, clock.now())
  const changes = { name, dialect, requestsPerMinute, expiresAt, allowedIps, permissions }
  if (!(await updateKey(sql, id, changes))) refuseUnknown(id)
}

/** `findKey` throws not_found. */
export async function findKey(sql: Queryable, id: KeyId, clock: Clock = systemClock): Promise<ApiKeyView> {
  const [key] = await selectKeys(sql, { id })
  return key ? { ...key, status: statusAt(key, clock.now()) } : refuseUnknown(id)
}

/** `findKeyOf` finds a key of one account. Throws not_found for those of others. */
export async function findKeyOf(
  sql: Queryable,
  accountId: AccountId,
  id: KeyId,
  clock: Clock = systemClock,
): Promise<ApiKeyView> {
  const found = await findKey(sql, id, clock)
  return found.accountId === accountId ? found : refuseUnknown(id)
}

/**
 * `rotateKey` makes a key that is as another one, which goes on working for `overlapMs` and then expires: so its webhook tells of the orders that
 * it has placed. Throws conflict for a key that works no more.
 */
export async function rotateKey(
  sql: Queryable,
  { id, accountId }: Pick<ApiKeyView, 'id' | 'accountId'>,
  overlapMs: number,
  clock: Clock = systemClock,
): Promise<NewKey> {
  await lockKey(sql, id)
  // Another change may have come between.
  const { status, name, dialect, permissions, allowedIps, requestsPerMinute, expiresAt } = await findKey(
    sql,
    id,
    clock,
  )
  if (status !== 'active') throw because('conflict', 'key_ended', { status }, 'id')
  const as = { name, dialect, permissions, allowedIps, requestsPerMinute, expiresAt }
  const made = await createKey(sql, accountId, as, clock)
  const until = new Date(clock.now().getTime() + overlapMs)
  await updateKey(sql, id, { expiresAt: expiresAt && expiresAt < until ? expiresAt : until })
  return made
}

function refuseExpired(expiresAt: Date | null | undefined, now: Date): void {
  // An invalid date is not later than anything.
  if (expiresAt && !(expiresAt > now)) {
    throw because('invalid_input', 'key_would_have_expired', {}, 'expires')
  }
}

function refuseUnknown(id: KeyId): never {
  throw new Refusal('not_found', `there is no key ${id}`, 'id')
}

/** WantedKeys are one account's keys, or everybody's; `search` has parts of their names, security ids and user names, with blanks between. */
interface WantedKeys {
  accountId?: AccountId | undefined
  search?: string | undefined
  after?: KeyId | undefined
  limit?: number
}

/** `listKeys` gives keys by id. */
export async function listKeys(
  sql: Queryable,
  { search = '', ...wanted }: WantedKeys,
  clock: Clock = systemClock,
): Promise<ApiKeyView[]> {
  const now = clock.now()
  const words = search.split(/\s+/).filter((word) => word !== '')
  return (await selectKeys(sql, { ...wanted, words })).map((key) => ({
    ...key,
    status: statusAt(key, now),
  }))
}

function statusAt(
  { revokedAt, expiresAt }: Pick<ApiKeyView, 'revokedAt' | 'expiresAt'>,
  now: Date,
): ApiKeyView['status'] {
  if (revokedAt) return 'revoked'
  return expiresAt && expiresAt <= now ? 'expired' : 'active'
}

/** `isSecretOf` tells whether a key has this secret. */
export async function isSecretOf(sql: Queryable, id: KeyId, secret: string): Promise<boolean> {
  const kept = await selectSecretHash(sql, id)
  return kept !== undefined && timingSafeEqual(kept, hashSecret(secret))
}

/**
 * `revokeKey` lets the key stop working in every process within a second. `why` is for the trail. Gives since when it is revoked. Throws not_found, or
 * invalid_input for the reason.
 */
export async function revokeKey(
  sql: Sql,
  id: KeyId,
  clock: Clock = systemClock,
  why?: string,
): Promise<Date> {
  return await sql.begin(async (transaction) => {
    await actBecause(transaction, why)
    return (await updateRevoked(transaction, id, clock.now())) ?? refuseUnknown(id)
  })
}

const FOREIGN_KEY = '23503'

function refuseUnknownAccount(error: unknown): never {
  if ((error as { code?: string }).code !== FOREIGN_KEY) throw error
  throw new Refusal('not_found', 'there is no such account', 'account')
}
