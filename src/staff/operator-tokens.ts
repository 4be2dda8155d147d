import { timingSafeEqual } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { Queryable } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { orThrow } from '../lib/fault.ts'
import type { StaffId, TokenId } from '../lib/ids.ts'
import { allowedIps, readAllowedIp } from '../lib/ip.ts'
import { type Clock, DAY_MS, systemClock } from '../lib/time.ts'
import { SEEN_MS } from '../people/lifetimes.ts'
import { readName } from '../people/read.ts'
import { hashToken, randomToken } from '../people/tokens.ts'
import { because } from '../reasons.ts'
import { insertToken, selectTokens, type TokenRow, updateRevoked, upsertUse } from './operator-tokens.sql.ts'
import {
  checkStaffPermissions,
  type Grants,
  permissionsOf,
  type Role,
  type StaffPermission,
} from './roles.ts'

/** SECRET_BYTES gives 256 random bits. */
const SECRET_BYTES = 32
const MAX_DAYS = 366
const DEFAULT_DAYS = 90

/** TokenForm is an operator token as an operator writes it. */
export interface TokenForm {
  name: string
  permissions: readonly string[]
  allowedIps?: readonly string[] | undefined
  /** `expiresAt` is in 90 days when left out. */
  expiresAt?: Date | undefined
}

/** TokenView is a token as operators see it. */
export interface TokenView extends Omit<TokenRow, 'secretHash' | 'makerRole' | 'makerIsOut'> {
  /** `status`: what its maker is kept from is kept from the token. */
  status: 'active' | 'expired' | 'revoked' | 'maker is out'
}

/** Maker is who makes a token, which may do no more than its maker; undefined: the command line. */
export interface Maker {
  staffId: StaffId
  role: Role
}

/** `createToken` gives the token, whose secret is shown this once. Throws invalid_input or permission_denied. */
export async function createToken(
  sql: Queryable,
  form: TokenForm,
  maker?: Maker,
  clock: Clock = systemClock,
): Promise<{ token: string; view: TokenView }> {
  const name = readName(form.name)
  const permissions = checkStaffPermissions(form.permissions)
  const beyond = maker && permissions.find((one) => !permissionsOf(maker.role).includes(one))
  if (beyond !== undefined) throw because('permission_denied', 'role_lacks', { permission: beyond })
  const now = clock.now()
  const end = (days: number): Date => new Date(now.getTime() + days * DAY_MS)
  const expiresAt = form.expiresAt ?? end(DEFAULT_DAYS)
  // An invalid date is neither.
  if (!(expiresAt > now && expiresAt <= end(MAX_DAYS))) {
    throw because('invalid_input', 'within_a_year', {}, 'expires')
  }
  const secret = randomToken(SECRET_BYTES)
  const id = await insertToken(sql, {
    ...{ name, permissions, expiresAt, createdAt: now, secretHash: hashToken(secret) },
    staffId: maker?.staffId ?? null,
    allowedIps: [...new Set((form.allowedIps ?? []).map((text) => orThrow(readAllowedIp(text))))],
  })
  return { token: written(id, secret), view: await findToken(sql, id, clock) }
}

/** `written` is a token as programs send it; its last eight characters let a scanner for lost secrets tell it from other texts. */
function written(id: TokenId, secret: string): string {
  const text = `imo_${id}_${secret}`
  return `${text}${crc32(text).toString(16).padStart(8, '0')}`
}

const WRITTEN = /^(imo_([1-9]\d{0,8})_([\w-]{43}))([0-9a-f]{8})$/

/** `tokenActor` names a program in the trail. */
export const tokenActor = (id: number): string => `token:${id}`

/** Bearer is a program of the operator, by its token. */
export interface Bearer {
  id: TokenId
  name: string
  /** `permissions` are those of the token that its maker has, too. */
  permissions: ReadonlySet<StaffPermission>
  endsAt: Date
}

/**
 * `findBearer` gives the program that sends a token from an address. Throws invalid_credentials, key_revoked, key_expired or ip_not_allowed: but
 * for the first only to who has the secret.
 */
export async function findBearer(
  sql: Queryable,
  text: string,
  ip: string,
  { clock = systemClock, grants }: { clock?: Clock; grants?: Grants } = {},
): Promise<Bearer> {
  const [, body = '', digits = '', secret = '', sum] = WRITTEN.exec(text) ?? []
  const isWritten = sum !== undefined && crc32(body) === Number.parseInt(sum, 16)
  const [row] = isWritten ? await selectTokens(sql, Number(digits) as TokenId) : []
  if (!row || !timingSafeEqual(row.secretHash, hashToken(secret))) throw new Refusal('invalid_credentials')
  const now = clock.now()
  if (row.revokedAt) throw new Refusal('key_revoked')
  if (row.expiresAt <= now) throw new Refusal('key_expired')
  if (row.makerIsOut) throw new Refusal('key_revoked', 'who made the token is suspended')
  if (!allowedIps(row.allowedIps)(ip)) throw new Refusal('ip_not_allowed', ip)
  await upsertUse(sql, row.id, now, new Date(now.getTime() - SEEN_MS))
  const { makerRole } = row
  const ofMaker = makerRole === null ? undefined : permissionsOf(makerRole, grants)
  const permissions = row.permissions.filter((one) => ofMaker === undefined || ofMaker.includes(one))
  return { id: row.id, name: row.name, permissions: new Set(permissions), endsAt: row.expiresAt }
}

/** `revokeToken` lets a token stop working at once, for ever. Throws not_found. */
export async function revokeToken(
  sql: Queryable,
  id: TokenId,
  clock: Clock = systemClock,
): Promise<TokenView> {
  if (!(await updateRevoked(sql, id, clock.now()))) refuseUnknown(id)
  return await findToken(sql, id, clock)
}

/** `listTokens` gives all tokens by id. */
export const listTokens = async (sql: Queryable, clock: Clock = systemClock): Promise<TokenView[]> =>
  (await selectTokens(sql)).map((row) => viewOf(row, clock.now()))

async function findToken(sql: Queryable, id: TokenId, clock: Clock): Promise<TokenView> {
  const [row] = await selectTokens(sql, id)
  return row ? viewOf(row, clock.now()) : refuseUnknown(id)
}

function viewOf({ secretHash: _h, makerRole: _r, makerIsOut, ...row }: TokenRow, now: Date): TokenView {
  const ended = row.revokedAt ? 'revoked' : row.expiresAt <= now ? 'expired' : undefined
  return { ...row, status: ended ?? (makerIsOut ? 'maker is out' : 'active') }
}

function refuseUnknown(id: TokenId): never {
  throw new Refusal('not_found', `there is no token ${id}`, 'id')
}
