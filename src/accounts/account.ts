import type { AccountId, KeyId, PriceGroupId } from '../lib/ids.ts'
import type { Permission } from './permissions.ts'

/** Account is what a request needs to know of the account that it is for. */
export interface Account {
  id: AccountId
  name: string
  email: string
  username: string
  /** `login` is the user name by which the programs of a reseller who has moved in know it; null: `username`. */
  login: string | null
  currency: string
  priceGroupId: PriceGroupId | null
  closed: boolean
}

/**
 * Dialect says how the Dhru endpoint answers a key: to the letter of the contract, or as Dhru panels do, whose clients differ from it.
 */
export type Dialect = 'contract' | 'panel'

/** Asker is who asks for an account: one of its API keys, or somebody who is signed in to its portal. */
export interface Asker {
  account: Account
  /** `permissions`: null is everything. */
  permissions: Permission[] | null
  /** `keyId`, null: no key asks. */
  keyId: KeyId | null
  /** `via` is the way in, as orders have it. */
  via: 'rest' | 'portal'
  /** `actor` is the name in the trail. */
  actor: string
  /** `isOfStaff`: somebody of the staff looks at what the account has, and sees no secret results. */
  isOfStaff?: boolean
}

/** ApiKey is a key as the authenticator holds it: the secret itself is nowhere, only its SHA-256. */
export interface ApiKey {
  id: KeyId
  account: Account
  securityId: string
  secretHash: Buffer
  dialect: Dialect
  /** `allowedIps` are CIDR blocks or single addresses; empty: any address. */
  allowedIps: string[]
  /** `permissions`: null is everything. */
  permissions: Permission[] | null
  expiresAt: Date | null
  revokedAt: Date | null
  /** `requestsPerMinute` bounds the key's requests to each of the two protocols; null: as the settings say. */
  requestsPerMinute: number | null
}
