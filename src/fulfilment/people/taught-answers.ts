import type { Sql } from '../../database/database.ts'
import type { SupplierOutcome } from '../../integrations/suppliers/supplier.ts'
import type { Clock } from '../../lib/time.ts'
import type { ClaimedItem } from '../claimed-item.ts'
import type { OutcomeWriter } from '../outcome/outcome-writer.ts'
import type { ItemUpdate } from '../outcome/outcomes.sql.ts'
import { type AnswerRule, meaningOf, outcomeOf } from './answer-rule.ts'
import { selectRulesFor } from './answer-rules.sql.ts'
import { askOnce, dueNow, selectSaid } from './unrecognised.sql.ts'

/** TaughtAnswers has what people taught of words that nobody knew, and has a person asked about others. Rules are read whenever such words are said. */
export class TaughtAnswers {
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
    const waiting = items.filter(({ unrecognised }) => unrecognised !== null)
    const rules = await this.#rulesFor(waiting)
    const fitting = waiting.flatMap((item) => {
      const rule = meaningOf(rules, item.unrecognised ?? '')
      return rule ? [{ item, rule }] : []
    })
    if (fitting.length === 0) return new Map()
    const said = await selectSaid(
      this.#sql,
      fitting.map(({ item }) => item),
    )
    return new Map(
      fitting.map(({ item, rule }, at) => [
        item,
        outcomeOf(rule.meaning, said[at] || (item.unrecognised ?? '')),
      ]),
    )
  }

  /** `applied` gives the outcomes of a call where those in words that a person has taught are as taught. */
  async applied(items: ClaimedItem[], outcomes: SupplierOutcome[]): Promise<SupplierOutcome[]> {
    if (!outcomes.some((outcome) => textOf(outcome) !== undefined)) return outcomes
    const rules = await this.#patiently(() => this.#rulesFor(items))
    return outcomes.map((outcome) => {
      const rule = meaningOf(rules, textOf(outcome) ?? '')
      return rule === undefined || outcome.kind !== 'unknown'
        ? outcome
        : outcomeOf(rule.meaning, outcome.reason)
    })
  }

  /** `ask` has a person asked once about each text that items wait for, when they are recorded as waiting. */
  async ask(items: ClaimedItem[], updates: ItemUpdate[]): Promise<void> {
    const byText = Map.groupBy(
      updates.keys().filter((at) => updates[at]?.attempt?.unrecognised != null),
      (at) => updates[at]?.attempt?.unrecognised as string,
    )
    await this.#patiently(async () => {
      const now = this.#clock.now()
      for (const [text, places] of byText) {
        const at = places.at(-1) as number
        const item = items[at] as ClaimedItem
        // The text is without numbers, and so without codes.
        const reason = item.terms.secretResults ? text : (updates[at]?.attempt?.detail ?? text)
        const { supplierId, attempt } = item
        const about = { item, attempt, supplierId, text, reason }
        const taught = await askOnce(this.#sql, about, places.length, now)
        // Somebody has taught it in the meantime: what waits is looked at again at once.
        if (taught) for (const place of places) await dueNow(this.#sql, items[place] as ClaimedItem, now)
      }
    })
  }

  /** `#rulesFor` reads the rules; all items are with one supplier. */
  async #rulesFor([first]: ClaimedItem[]): Promise<AnswerRule[]> {
    return first ? await selectRulesFor(this.#sql, first.supplierId) : []
  }
}

/** `textOf` gives the words that nobody knows. */
const textOf = (outcome: SupplierOutcome): string | undefined =>
  outcome.kind === 'unknown' ? outcome.unrecognised : undefined
