import { hash, randomBytes } from 'node:crypto'
import type { Queryable } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { orThrow } from '../lib/fault.ts'
import type { AccountId, KeyId } from '../lib/ids.ts'
import { readAllowedIp } from '../lib/ip.ts'
import { type Clock, systemClock } from '../lib/time.ts'
import type { ApiKey } from './account.ts'
import { type ApiKeyView, insertKey, selectKeys, updateRevoked } from './keys.sql.ts'
import { isPermission, type Permission, permissions } from './permissions.ts'

/** Lower case, without l and o, which people take for 1 and 0. */
const ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789'
const SECURITY_ID_LENGTH = 10
/** 5 random bits a character: 200 bits. */
const SECRET_LENGTH = 40

const randomText = (length: number): string =>
  Array.from(randomBytes(length), (byte) => ALPHABET[byte % ALPHABET.length]).join('')

/** A fast hash is right here: a secret of 200 random bits cannot be guessed, however fast the guesses are checked. */
export const hashSecret = (secret: string): Buffer => hash('sha256', secret, 'buffer')

export interface NewKey {
  id: KeyId
  /** The key's public half, by which it is found; unique. */
  securityId: string
  /** Kept nowhere but here: only its SHA-256 is stored. */
  secret: string
}

/** Throws invalid_input naming the field at fault, and not_found when there is no such account. */
export async function createKey(
  sql: Queryable,
  accountId: AccountId,
  {
    codeField = 'label',
    expiresAt = null,
    allowedIps = [],
    permissions: wanted = null,
  }: {
    codeField?: ApiKey['codeField']
    expiresAt?: Date | null
    allowedIps?: string[]
    /** null: everything. */
    permissions?: string[] | null
  } = {},
  clock: Clock = systemClock,
): Promise<NewKey> {
  const now = clock.now()
  if (expiresAt && !(expiresAt > now)) {
    throw new Refusal('invalid_input', 'the key would have expired already', 'expires')
  }
  const blocks = [...new Set(allowedIps.map((text) => orThrow(readAllowedIp(text))))]
  const granted = wanted && checkPermissions(wanted)
  const secret = randomText(SECRET_LENGTH)
  for (;;) {
    const securityId = randomText(SECURITY_ID_LENGTH)
    const id = await insertKey(sql, {
      accountId,
      securityId,
      secretHash: hashSecret(secret),
      codeField,
      allowedIps: blocks,
      permissions: granted,
      expiresAt,
      createdAt: now,
    }).catch(refuseUnknownAccount)
    if (id !== undefined) return { id, securityId, secret }
  }
}

function checkPermissions(wanted: string[]): Permission[] {
  const stranger = wanted.find((one) => !isPermission(one))
  if (stranger !== undefined) {
    const words = `there is no permission ${JSON.stringify(stranger)}: ${Object.keys(permissions).join(', ')}`
    throw new Refusal('invalid_input', words, 'permission')
  }
  return [...new Set(wanted.filter(isPermission))]
}

/** One account's keys, or everybody's, by id. */
export const listKeys = (sql: Queryable, accountId?: AccountId): Promise<ApiKeyView[]> =>
  selectKeys(sql, accountId)

/** The key stops working in every process within a second. Gives since when it is revoked. Throws not_found. */
export async function revokeKey(sql: Queryable, id: KeyId, clock: Clock = systemClock): Promise<Date> {
  const revokedAt = await updateRevoked(sql, id, clock.now())
  if (!revokedAt) throw new Refusal('not_found', `there is no key ${id}`, 'id')
  return revokedAt
}

const FOREIGN_KEY = '23503'

function refuseUnknownAccount(error: unknown): never {
  if ((error as { code?: string }).code !== FOREIGN_KEY) throw error
  throw new Refusal('not_found', 'there is no such account', 'account')
}
