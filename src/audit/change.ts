import type { AccountId, OrderId, PlanId, SignInId, SupplierId } from '../lib/ids.ts'
import type { Period } from '../lib/period.ts'
import type { Noun } from './nouns.ts'

/** Values are columns of a row by their names; amounts are decimal strings. */
export type Values = Record<string, unknown>

/** Change is a line of the trail: who changed what, and how it was before. Triggers of the schema write it, so that no path is left out. */
export interface Change {
  id: number
  at: Date
  /** `actor` is who changed it: a person of the command line, an API key, `imeigate` itself, or a role of PostgreSQL. */
  actor: string
  /** `role`, `signInId`, `address` and `traceId` say who came by the operator API: a person's role at that time and sign-in; the address, and the id that the request's answer has. */
  role: string | null
  signInId: SignInId | null
  address: string | null
  traceId: string | null
  /** `planId` is the plan by which it was changed. */
  planId: PlanId | null
  /** `why` is the reason, where one was given. */
  why: string | null
  /** `what` is the noun, and `subject` names the thing: by its id, where it has one. */
  what: string
  subject: string
  accountId: AccountId | null
  /** `currency` is that of its amounts; null: it is not known. */
  currency: string | null
  /** `before` and `after` have what differs; null: the thing was made, or removed. */
  before: Values | null
  after: Values | null
}

export const actions = ['made', 'changed', 'removed'] as const
type Action = (typeof actions)[number]

/** ChangeFilter says which changes are wanted; what is left out does not matter. `before` is the id behind which a page begins. */
export interface ChangeFilter extends Period {
  what?: Noun | undefined
  subject?: string | undefined
  accountId?: AccountId | undefined
  actor?: string | undefined
  /** `action` is what was done of the thing. */
  action?: Action | undefined
  /** `order`: changes of the order's items, notes and shared results. */
  order?: OrderId | undefined
  /** `supplierId`: changes of the supplier and of its routes, list, pauses, tests and top-ups. */
  supplierId?: SupplierId | undefined
  /** `text` is a part of the kind of the thing, of what names it, of the reason, or of who it was: by name, or as the trail has it. */
  text?: string | undefined
  before?: number | undefined
  limit: number
}
