import { hash } from 'node:crypto'
import type { Queryable, Sql } from '../../database/database.ts'
import { Refusal } from '../../errors.ts'
import {
  Book,
  type Judgement,
  judgementOf,
  wordLists,
  wordsOf,
} from '../../integrations/suppliers/book/book.ts'
import { type AnswerClass, answerClasses } from '../../integrations/suppliers/book/classes.ts'
import type { SupplierId } from '../../lib/ids.ts'
import { type Clock, systemClock } from '../../lib/time.ts'
import { because } from '../../reasons.ts'
import { type AnswerRule, fits, type Meaning, meaningOf, phraseProblem } from './answer-rule.ts'
import {
  deleteRule,
  type HeardText,
  type KeptRule,
  lockWords,
  selectHeard,
  selectPast,
  selectRules,
  selectRulesFor,
  selectTaught,
  selectWaitingItems,
  type TaughtSupplier,
  upsertRule,
  type WaitingItem,
} from './answer-rules.sql.ts'
import { hurryWaiting } from './unrecognised.sql.ts'

export { type Meaning, meanings } from './answer-rule.ts'
export type { KeptRule } from './answer-rules.sql.ts'

/** LOOKED_THROUGH is how many of the last answers, and of the texts that no list knew, a rule is tried on. */
const LOOKED_THROUGH = 1000
/** SHOWN is how many of those that fit are shown. */
const SHOWN = 20
/** MAX_WAITING bounds the items that one rule settles at once; the workers come to the others by themselves. */
const MAX_WAITING = 10_000

/** Lesson is what a person wants to teach: `words` are all that is said, or `phrase` is looked for in it. */
export interface Lesson {
  /** `supplier` is a name or an id. */
  supplier: string
  /** `ofKind`: it is about all suppliers of the same kind. */
  ofKind: boolean
  words?: string | undefined
  phrase?: string | undefined
  meaning: Meaning
}

/** Preview is what a rule would come to. */
export interface Preview {
  rule: AnswerRule
  suppliers: { id: SupplierId; name: string }[]
  /** `waiting` are the items that wait for words which it fits, and are settled by it. */
  waiting: WaitingItem[]
  /** `sums` are the prices of those, by reseller. */
  sums: { username: string; currency: string; items: number; price: bigint }[]
  /** `lookedAt` answers of the last ones were tried, each as often as it was heard; it fits `fitting` of them, of which a list knows `known` already: those stay as they are. */
  lookedAt: number
  fitting: number
  known: number
  samples: { said: string; at: Date; knownAs: AnswerClass | null }[]
  /** `mark` stands for the rule and what waits for it. */
  mark: string
}

/** Unrecognised is a text that no list knew, with the rule that says what it means by now. */
export interface HeardAnswer extends HeardText {
  rule: KeptRule | undefined
}

/** `listUnrecognised` gives the texts that were heard last. */
export async function listUnrecognised(sql: Queryable, limit: number): Promise<HeardAnswer[]> {
  const [heard, rules] = await Promise.all([selectHeard(sql, null, limit), selectRules(sql, MAX_RULES)])
  return heard.map((one) => ({
    ...one,
    rule: meaningOf(
      rules.filter(
        ({ supplierId, supplierKind }) => supplierId === one.supplierId || supplierKind === one.supplierKind,
      ),
      one.text,
    ),
  }))
}

const MAX_RULES = 100_000

/** `listRules` gives what was taught, the newest first. */
export const listRules = (sql: Queryable, limit: number): Promise<KeptRule[]> => selectRules(sql, limit)

/** ReadAnswer is how words of a supplier are read now: by a rule that was taught, else by a list; null: by none. */
export interface ReadAnswer {
  supplier: string
  /** `words` are those without numbers, as rules compare them. */
  words: string
  rule: KeptRule | null
  list: Judgement | null
}

/** `readAnswer` says how words of a supplier would be read, and changes nothing. Throws not_found. */
export async function readAnswer(sql: Queryable, supplier: string, said: string): Promise<ReadAnswer> {
  const [taught] = await mustFind(sql, { supplier, ofKind: false })
  const { id, name, kind, words: own } = taught as TaughtSupplier
  const words = wordsOf(said, '')
  const list = judgementOf(said, own ?? {}) ?? null
  const rules = (await selectRules(sql, MAX_RULES)).filter(
    ({ supplierId, supplierKind }) => supplierId === id || supplierKind === kind,
  )
  return { supplier: name, words, rule: meaningOf(rules, words) ?? null, list }
}

/** `shippedLists` are the phrases of the word lists that are shipped, by language and by what they mean. */
export const shippedLists = (): { language: string; means: AnswerClass; phrases: readonly string[] }[] =>
  Object.entries(wordLists).flatMap(([language, list]) =>
    answerClasses.flatMap((means) => (list[means] ? [{ language, means, phrases: list[means] }] : [])),
  )

/** `previewRule` says what a rule would come to, and changes nothing. Throws not_found, invalid_input. */
export async function previewRule(sql: Queryable, lesson: Lesson): Promise<Preview> {
  const suppliers = await mustFind(sql, lesson)
  return await previewed(sql, suppliers, ruleOf(lesson, suppliers))
}

/**
 * `teachRule` keeps a rule, has the workers settle at once what waits for words that it fits, and gives how many items those are. `mark` is that of the
 * preview that was seen: throws conflict where something else would come of it now.
 */
export async function teachRule(
  sql: Sql,
  lesson: Lesson,
  { mark, actor, why }: { mark: string | undefined; actor: string; why: string },
  clock: Clock = systemClock,
): Promise<{ id: number; waiting: number }> {
  if (!why.trim()) throw because('invalid_input', 'reason_for_rule', {}, 'why')
  const now = clock.now()
  return await sql.begin(async (transaction) => {
    const suppliers = await mustFind(transaction, lesson)
    await lockWords(
      transaction,
      suppliers.map(({ id }) => id),
    )
    const rule = ruleOf(lesson, suppliers)
    const preview = await previewed(transaction, suppliers, rule)
    if (mark !== undefined && mark !== preview.mark) {
      const words = `other items wait for these words now, ${preview.waiting.length} of them: look at them again`
      throw new Refusal('conflict', words, 'mark')
    }
    const id = await upsertRule(transaction, rule, { by: actor, why: why.trim(), at: now })
    const texts = new Map(preview.waiting.map((one) => [`${one.supplierId} ${one.text}`, one]))
    for (const about of texts.values()) await hurryWaiting(transaction, about, MAX_WAITING, now)
    return { id, waiting: preview.waiting.length }
  })
}

/** `forgetRule` has a person asked about such words again. Throws not_found. */
export async function forgetRule(sql: Queryable, id: number): Promise<void> {
  if (!(await deleteRule(sql, id))) throw new Refusal('not_found', `there is no rule ${id}`, 'id')
}

async function mustFind(
  sql: Queryable,
  { supplier, ofKind }: Pick<Lesson, 'supplier' | 'ofKind'>,
): Promise<TaughtSupplier[]> {
  const found = await selectTaught(sql, supplier, ofKind)
  if (found.length === 0) throw because('not_found', 'supplier_unknown', { supplier }, 'supplier')
  return found
}

/** `ruleOf` throws invalid_input where a lesson names no words, or too many. */
function ruleOf({ ofKind, words, phrase, meaning }: Lesson, [first]: TaughtSupplier[]): AnswerRule {
  if ((words === undefined) === (phrase === undefined))
    throw because('invalid_input', 'words_or_phrase', {}, 'words')
  const problem = phrase === undefined ? undefined : phraseProblem(phrase)
  if (problem !== undefined) throw new Refusal('invalid_input', problem, 'phrase')
  // What people paste is what was said, which is compared without its numbers.
  const said = phrase?.trim() ?? wordsOf(words ?? '', '')
  const about = ofKind
    ? { supplierId: null, supplierKind: first?.kind ?? '' }
    : { supplierId: first?.id ?? null, supplierKind: null }
  return { ...about, words: said, isPhrase: phrase !== undefined, meaning }
}

async function previewed(sql: Queryable, suppliers: TaughtSupplier[], rule: AnswerRule): Promise<Preview> {
  const ids = suppliers.map(({ id }) => id)
  const [heard, past] = await Promise.all([
    selectHeard(sql, ids, LOOKED_THROUGH),
    selectPast(sql, ids, LOOKED_THROUGH),
  ])
  const own = new Map<SupplierId, AnswerRule[]>()
  for (const { id } of suppliers) own.set(id, await selectRulesFor(sql, id))
  // Of words about which another rule goes before this one, it decides nothing.
  const decides = (supplierId: SupplierId, text: string): boolean =>
    meaningOf([...(own.get(supplierId) ?? []).filter((one) => !isSame(one, rule)), rule], text) === rule
  const texts = heard.filter(({ supplierId, text, waiting }) => waiting > 0 && decides(supplierId, text))
  const waiting = texts.length === 0 ? [] : await selectWaitingItems(sql, texts, MAX_WAITING)
  const books = suppliers.map(({ words }) => new Book(words ?? {}))
  const known = (said: string): AnswerClass | null =>
    books.map((book) => book.judge(said)).find((found) => found !== undefined && found !== 'taken') ?? null
  const answers = [
    ...heard.flatMap(({ samples, example, heardAt, text, heard: times }) => {
      const some = samples.length > 0 ? samples : [example]
      // The last sample stands for all that were not kept.
      const others = Math.max(Number(times) - some.length, 0)
      return some.map((said, at) => ({ said, text, at: heardAt, times: at === 0 ? 1 + others : 1 }))
    }),
    ...past.map(({ said, input, at }) => ({ said, text: wordsOf(said, input), at, times: 1 })),
  ]
    .toSorted((a, b) => b.at.getTime() - a.at.getTime())
    .slice(0, LOOKED_THROUGH)
  const fitting = answers
    .filter(({ text }) => fits(rule, text))
    .map(({ said, at, times }) => ({ said, at, times, knownAs: known(said) }))
  return {
    rule,
    suppliers: suppliers.map(({ id, name }) => ({ id, name })),
    waiting,
    sums: sumsOf(waiting),
    lookedAt: timesOf(answers),
    fitting: timesOf(fitting),
    known: timesOf(fitting.filter(({ knownAs }) => knownAs !== null)),
    samples: fitting.slice(0, SHOWN).map(({ said, at, knownAs }) => ({ said, at, knownAs })),
    mark: markOf(rule, waiting),
  }
}

const timesOf = (answers: readonly { times: number }[]): number =>
  answers.reduce((sum, { times }) => sum + times, 0)

/** `sumsOf` adds up by account, in the order of their names. */
function sumsOf(waiting: readonly WaitingItem[]): Preview['sums'] {
  const byAccount = Map.groupBy(waiting, ({ accountId }) => accountId)
  return [...byAccount.values()]
    .flatMap((items) => {
      const [first] = items
      return first
        ? [
            {
              ...{ username: first.username, currency: first.currency, items: items.length },
              price: items.reduce((sum, { price }) => sum + price, 0n),
            },
          ]
        : []
    })
    .toSorted((a, b) => (a.username < b.username ? -1 : 1))
}

const isSame = (a: AnswerRule, b: AnswerRule): boolean =>
  a.supplierId === b.supplierId &&
  a.supplierKind === b.supplierKind &&
  a.isPhrase === b.isPhrase &&
  a.words === b.words

const markOf = (rule: AnswerRule, waiting: WaitingItem[]): string =>
  hash(
    'sha256',
    JSON.stringify([rule, waiting.map((one) => `${one.orderId}/${one.position}/${one.attempt}`).sort()]),
    'base64url',
  ).slice(0, 22)
