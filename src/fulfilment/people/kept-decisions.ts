import type { Sql } from '../../database/database.ts'
import type { SupplierOutcome } from '../../integrations/suppliers/supplier.ts'
import type { Clock } from '../../lib/time.ts'
import type { ClaimedItem } from '../claimed-item.ts'
import type { OutcomeWriter } from '../outcome/outcome-writer.ts'
import type { ItemUpdate } from '../outcome/outcomes.sql.ts'
import { askOnce, dueNow, type KeptDecision, selectKept } from './kept-answers.sql.ts'

/** KeptDecisions has what people said for good of words that nobody knew, and has a person asked about others. */
export class KeptDecisions {
  readonly #sql: Sql
  readonly #clock: Clock
  readonly #patiently: OutcomeWriter['patiently']

  /** `patiently` waits for a database that is away: an answer must not be lost for it. */
  constructor(sql: Sql, clock: Clock, patiently: OutcomeWriter['patiently']) {
    this.#sql = sql
    this.#clock = clock
    this.#patiently = patiently
  }

  /** `outcomesFor` gives the outcomes of those items that wait for words of which a person has said what they mean. */
  async outcomesFor(items: ClaimedItem[]): Promise<Map<ClaimedItem, SupplierOutcome>> {
    const texts = items.flatMap(({ unrecognised }) => unrecognised ?? [])
    const decisions = await this.#select(items, texts)
    return new Map(
      items.flatMap((item) => {
        const decision = decisions.get(item.unrecognised ?? '')
        return decision === undefined ? [] : [[item, outcomeOf(decision, item.unrecognised ?? '')] as const]
      }),
    )
  }

  /** `applied` gives the outcomes of a call where those in words that a person has decided about are as decided. */
  async applied(items: ClaimedItem[], outcomes: SupplierOutcome[]): Promise<SupplierOutcome[]> {
    const texts = outcomes.flatMap((outcome) => textOf(outcome) ?? [])
    if (texts.length === 0) return outcomes
    const decisions = await this.#patiently(() => this.#select(items, texts))
    return outcomes.map((outcome) => {
      const decision = decisions.get(textOf(outcome) ?? '')
      return decision === undefined || outcome.kind !== 'unknown'
        ? outcome
        : outcomeOf(decision, outcome.reason)
    })
  }

  /** `ask` has a person asked once about each text that items wait for, when they are recorded as waiting. */
  async ask(items: ClaimedItem[], updates: ItemUpdate[]): Promise<void> {
    const byText = new Map<string, number>()
    for (const [index, { attempt }] of updates.entries()) {
      if (attempt?.unrecognised != null) byText.set(attempt.unrecognised, index)
    }
    await this.#patiently(async () => {
      const now = this.#clock.now()
      for (const [text, index] of byText) {
        const item = items[index] as ClaimedItem
        const reason = updates[index]?.attempt?.detail ?? text
        const { supplierId, attempt } = item
        const decided = await askOnce(this.#sql, { item, attempt, supplierId, text, reason }, now)
        // Somebody has decided in the meantime: it is looked at again at once.
        if (decided !== null) await dueNow(this.#sql, item, now)
      }
    })
  }

  /** `#select` reads the decisions about texts; all items are with one supplier. */
  async #select([first]: ClaimedItem[], texts: string[]): Promise<Map<string, KeptDecision>> {
    if (!first || texts.length === 0) return new Map()
    return await selectKept(this.#sql, first.supplierId, [...new Set(texts)])
  }
}

/** `textOf` gives the words that nobody knows. */
const textOf = (outcome: SupplierOutcome): string | undefined =>
  outcome.kind === 'unknown' ? outcome.unrecognised : undefined

const outcomeOf = (decision: KeptDecision, reason: string): SupplierOutcome =>
  decision === 'give_back' ? { kind: 'refused', reason } : { kind: 'unavailable', why: 'busy', reason }
