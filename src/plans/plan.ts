import type { PlanId } from '../lib/ids.ts'
import type { Why } from '../lib/whys.ts'
import type { JsonObject, PlanRow, RowOutcome } from './plan-kind.ts'

type PlanState = 'ready' | 'applying' | 'applied' | 'discarded'

/** KeptPlan is a plan as it is kept. */
export interface KeptPlan {
  id: PlanId
  kind: string
  input: JsonObject
  state: PlanState
  actor: string
  createdAt: Date
  /** `endsAt` is until when it may be applied. */
  endsAt: Date
  summary: JsonObject
  rowCount: number
  /** `needs` must be confirmed when it is applied. */
  needs: string[]
  appliedBy: string | null
  /** `cameBy` says how they came in, as the trail has it. */
  cameBy: string | null
  why: string | null
  appliedAt: Date | null
  finishedAt: Date | null
  changedAt: Date
}

/** KeptRow is a row of a plan with what became of it; null: nothing yet. */
export interface KeptRow extends PlanRow {
  position: number
  outcome: RowOutcome['outcome'] | null
  reason: Why | null
}

/** PlanView is a plan with how many rows have which verdict, and which outcome. */
export interface PlanView extends KeptPlan {
  verdicts: Record<string, number>
  outcomes: { done: number; skipped: number; failed: number }
}

/** RowFilter narrows rows; what is left out does not matter. */
export interface RowFilter {
  verdict?: string | undefined
  /** `outcome`, null: those of which nothing has become yet. */
  outcome?: RowOutcome['outcome'] | null | undefined
}
