import type { Static, TSchema } from 'typebox'
import type { Sql, Transaction } from '../database/database.ts'
import type { Refusal } from '../errors.ts'
import type { Clock } from '../lib/time.ts'
import type { Why } from '../lib/whys.ts'
import type { StaffPermission } from '../staff/roles.ts'

/**
 * A plan is a change of many things that is shown row by row before it is made, and then made as it was shown, or refused. What can be changed so
 * is a kind, one file in src/plans/kinds, and a line of its `index.ts`. There are two sorts:
 *
 * - `wholeKind`, for the catalogue and prices: `carryOut` makes the whole change and says what became of each thing. For a preview it is run and
 *   undone; when the plan is applied it is run again in the request's transaction, and must give the rows that were shown, else the plan is stale
 *   and nothing is done.
 * - `rowKind`, for orders and what else moves money: `compute` says what would be done, and changes nothing; when the plan is applied, a job calls
 *   `applyRow` for one row after the other, each in a transaction of its own in which its outcome is written as well. So no row is done twice, and
 *   what was cut off is gone on with.
 *
 * Both are given a `Work`, whose `sql` is a part of the transaction: what they call may begin transactions of its own. What they throw as a
 * Refusal is told: of `carryOut` and `compute` the plan is refused, of `applyRow` the row has failed.
 */
export type PlanKind = WholeKind | RowKind

/** Work is what a kind works with. */
export interface Work {
  /** `sql` is the transaction for what begins transactions of its own. */
  sql: Sql
  transaction: Transaction
  /** `actor` is who makes or applies the plan, as the trail names them. */
  actor: string
  /** `why` is the reason that was given with the order to apply it. */
  why: string
  clock: Clock
}

/** JsonObject is an object as JSON carries it: no bigint, no Date. */
export type JsonObject = Readonly<Record<string, unknown>>

/** PlanMoney is what a row means in money: decimal texts in its currency. `cost` and `margin` are told to those alone who may read costs. */
export interface PlanMoney {
  currency: string
  [name: string]: string | null
}

/** PlanRow is one thing that a plan changes. */
export interface PlanRow {
  /** `key` names the thing; each row has another one. */
  key: string
  /** `subject` says what it is, for people. */
  subject: JsonObject
  /** `before` and `after` are what is changed of it; null: it is not there. */
  before: JsonObject | null
  after: JsonObject | null
  money: PlanMoney | null
  /** `verdict` is a word by which rows are counted and filtered, such as `below_cost`; with one of STAYS, nothing is changed by the row. */
  verdict: string
  warnings: readonly Why[]
  /** `own` is what `applyRow` needs beside the rest; it is shown to nobody. */
  own?: JsonObject | null
}

/** STAYS are the verdicts of rows that name something which a plan leaves as it is: it was changed since, or made by the plan that is undone, or nothing fits it. */
export const STAYS: readonly string[] = ['changed_since', 'made', 'unmatched']

/** Planned is what a plan would do. */
export interface Planned {
  rows: readonly PlanRow[]
  /** `summary` is what the kind says of all rows together; what costs say has no place in it. */
  summary: JsonObject
  /** `needs` are those of the kind's `confirmations` that these rows take. */
  needs?: readonly string[]
}

/** RowOutcome is what became of a row: `skipped` where its subject is no longer as it was, and nothing was done. */
export interface RowOutcome {
  outcome: 'done' | 'skipped' | 'failed'
  /** `reason`, a text: one of the words by which rows are counted, such as a verdict. */
  reason?: Why | string | undefined
}

/** `whyOf` says a refusal of a row, with the code of its reason where it has one. */
export function whyOf({ message, faults: [first] }: Refusal): Why {
  const { keyword, params } = first ?? {}
  return { message, ...(keyword !== undefined && { keyword, params: { ...params } }) }
}

interface Common {
  name: string
  /** `what` says for people what it changes. */
  what: string
  /** `permissions` are all needed to make and apply such a plan, and `reading` to read one. */
  permissions: readonly [StaffPermission, ...StaffPermission[]]
  reading: StaffPermission
  input: TSchema
  /** `confirmations` are what must be said when a plan is applied that needs it, with the permission that it takes. */
  confirmations?: Readonly<Record<string, StaffPermission>>
  /** `undoneBy` is the kind by which such a plan, once applied, is undone. */
  undoneBy?: string
  /** `fields` are the names that values of refusals have in the input, where they have others. */
  fields?: Readonly<Record<string, string>>
}

export interface WholeKind extends Common {
  isWhole: true
  /** `carryOut` makes the change without the rows that have these keys; a row that cannot be left out alone is given all the same. */
  carryOut(work: Work, input: unknown, without: ReadonlySet<string>): Promise<Planned>
}

export interface RowKind extends Common {
  isWhole: false
  /** `needsReason` tells whether such a plan is applied with a reason only; left out: without one, too. */
  needsReason?(input: unknown): boolean
  compute(work: Work, input: unknown): Promise<Planned>
  applyRow(work: Work, row: PlanRow, input: unknown): Promise<RowOutcome>
}

export const wholeKind = <Input extends TSchema>(
  kind: Common & {
    input: Input
    carryOut(work: Work, input: Static<Input>, without: ReadonlySet<string>): Promise<Planned>
  },
): WholeKind => ({ ...kind, isWhole: true }) as WholeKind

export const rowKind = <Input extends TSchema>(
  kind: Common & {
    input: Input
    needsReason?(input: Static<Input>): boolean
    compute(work: Work, input: Static<Input>): Promise<Planned>
    applyRow(work: Work, row: PlanRow, input: Static<Input>): Promise<RowOutcome>
  },
): RowKind => ({ ...kind, isWhole: false }) as RowKind
