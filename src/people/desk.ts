import type { Acting } from '../database/acting.ts'
import { type Sql, type Transaction, within } from '../database/database.ts'

export type { Acting } from '../database/acting.ts'

/** Desk is what somebody who is signed in, or a program of the operator, works with. */
export interface Desk {
  /** `actor` is the name in the trail. */
  actor: string
  /** `read` reads in the pool of the operator API, and is cancelled when its client has gone. */
  read: Sql
  /** `change` changes in the actor's name. */
  change: Sql
}

/** Desks gives everybody one of their own. */
export interface Desks {
  reading(signal?: AbortSignal): Sql
  changing(by: Acting): Sql
  working(by: Acting): Sql
}

/** `changeIn` is a desk's `change` within a transaction that is under way, and becomes a part of it. */
export const changeIn = (transaction: Transaction): Desk['change'] => within(transaction)
