import type { AccountId, KeyId, PriceGroupId } from '../lib/ids.ts'
import type { Micros } from '../lib/money.ts'
import type { Permission } from './permissions.ts'

export interface Account {
  id: AccountId
  name: string
  email: string
  username: string
  currency: string
  priceGroupId: PriceGroupId | null
  closed: boolean
}

/** An account as operators see it: with its group's name and its wallet. */
export interface AccountView extends Account {
  priceGroup: string | null
  createdAt: Date
  available: Micros
  held: Micros
  creditLimit: Micros
  /** Below this its owner is told that the balance is low; null: is not told. */
  lowBalance: Micros | null
}

/** An API key as the authenticator holds it: the secret itself is nowhere, only its SHA-256. */
export interface ApiKey {
  id: KeyId
  account: Account
  securityId: string
  secretHash: Buffer
  /** What the Dhru status answer's CODE carries: the state's label (the contract) or the result (Dhru panels). */
  codeField: 'label' | 'result'
  /** CIDR blocks or single addresses; empty: any address. */
  allowedIps: string[]
  /** What it may do; null: everything. */
  permissions: Permission[] | null
  expiresAt: Date | null
  revokedAt: Date | null
}
