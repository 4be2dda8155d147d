import { failure } from '../../../lib/failures.ts'
import type { Clock } from '../../../lib/time.ts'
import type { OutboundClient, OutboundRequest } from '../../../outbound/outbound.ts'
import type { Refusals, Words } from '../book/refusals.ts'
import { balanceOf, decimalIn } from '../http-kit/amounts.ts'
import { call } from '../http-kit/call.ts'
import { contradictionIn } from '../http-kit/evidence.ts'
import type { Reasons } from '../http-kit/reasons.ts'
import type { StatusWords } from '../http-kit/status-words.ts'
import { turnedAway } from '../http-kit/turned-away.ts'
import type { MayBegin, Supplier, SupplierAccount, SupplierOutcome, SupplierTask } from '../supplier.ts'
import { Unfit, type Values } from './placeholders.ts'
import { numberOf, resultOf, type Seen, seenOf, textAt, textsAt, wordsOf } from './places.ts'
import { needsReference } from './read-template.ts'
import { requestOf } from './request.ts'
import { inPlainWords, saysRejected } from './state-words.ts'
import type { Template, TemplateAnswer, TemplateRequest } from './template.ts'
import { verdictOf } from './verdict.ts'

/** MAX_EXCERPT_LENGTH bounds what is quoted of an answer that nothing was made of. */
const MAX_EXCERPT_LENGTH = 200

/** NO_RESULT finds at the beginning of a result what says that there is none, or none yet. */
const NO_RESULT =
  /^(?:(?:null|undefined|nan|false)$|(?:error|failed|failure|rejected|refused|exception|invalid|pending|processing|queued|waiting|please wait|in (?:process|progress|queue))\b)/i

interface HttpSupplierDeps {
  template: Template
  url: string
  /** `currency` is that of our balance, where its answer names none. */
  currency: string
  /** `service` is for tasks without one. */
  service: string
  /** `values` has `{key}` and the others that are of the supplier. */
  values: Values
  repeatable: boolean
  installation: string
  /** `fronts` are the statuses of a front. */
  fronts: readonly number[]
  clock: Clock
  base64Results: boolean
  /** `statusWords` are the operator's own words for the states of orders. */
  statusWords: StatusWords
  client: OutboundClient
  reasons: Reasons
  refusals: Refusals
}

/**
 * HttpSupplier speaks to an API that a template describes. It is asked about one item at a time, and the template says what its answers
 * mean; where the template says nothing, the outcome is unknown (promise 4: no guess).
 */
export class HttpSupplier implements Supplier {
  readonly sendAtOnce = 1
  readonly askAtOnce = 1
  readonly base64Results: boolean
  readonly #deps: HttpSupplierDeps
  /** `account` is there only where the template has a request for it. */
  readonly account?: (signal: AbortSignal) => Promise<SupplierAccount>

  constructor(deps: HttpSupplierDeps) {
    this.#deps = deps
    this.base64Results = deps.base64Results
    const { balance } = deps.template
    if (balance) this.account = (signal) => this.#account(balance, signal)
  }

  send(
    tasks: SupplierTask[],
    signal: AbortSignal,
    mayBegin: MayBegin = () => true,
  ): Promise<SupplierOutcome[]> {
    return Promise.all(
      tasks.map((task) => this.#outcome(this.#deps.template, task, { signal, mayBegin }, true)),
    )
  }

  ask(tasks: SupplierTask[], signal: AbortSignal): Promise<SupplierOutcome[]> {
    return Promise.all(
      tasks.map((task) => {
        const asked = this.#askedFor(task.reference)
        if (asked) return this.#outcome(asked, task, { signal })
        return this.#deps.reasons.unknown(failure('cannot_be_asked', {}), false)
      }),
    )
  }

  /** `check` throws Unfit where the template cannot be sent to this supplier at all. */
  check(): void {
    const task = {
      attemptKey: '1-1-1',
      remoteService: '',
      input: '0',
      fields: null,
      quantity: 1,
      reference: '1',
    }
    const { request, status, balance } = this.#deps.template
    for (const one of [request, status?.request, balance?.request]) if (one) this.#request(one, task)
  }

  async close(): Promise<void> {
    await this.#deps.client.close()
  }

  async #outcome(
    { request, answer }: { request: TemplateRequest; answer: TemplateAnswer },
    task: SupplierTask,
    how: Pick<OutboundRequest, 'signal' | 'mayBegin'>,
    isFirst = false,
  ): Promise<SupplierOutcome> {
    const { client, reasons, fronts, clock } = this.#deps
    const askable = this.#askedFor(task.reference) !== undefined
    try {
      const said = await call(client, { ...this.#request(request, task), ...how })
      if (said.kind === 'not sent') return reasons.notSent(said)
      if (said.kind === 'unclear') return reasons.unknown(said.why, askable)
      const away = turnedAway(said, { fronts, isOwn: false, now: clock.now() })
      if (away) return reasons.notSent(away)
      return this.#read(answer, seenOf(said, answer.format), task)
    } catch (error) {
      // Nothing was sent this time, which says nothing of what was sent before.
      if (error instanceof Unfit && isFirst) return reasons.refused(error.message)
      return reasons.unknown(error instanceof Error ? error.message : String(error), askable)
    }
  }

  #read(answer: TemplateAnswer, seen: Seen, task: SupplierTask): SupplierOutcome {
    const { reasons, statusWords } = this.#deps
    const isStatus = answer === this.#deps.template.status?.answer
    const contradiction = contradictionOf(answer, seen, task, isStatus)
    if (contradiction !== undefined) {
      return reasons.contradicted(contradiction, this.#askedFor(task.reference) !== undefined)
    }
    const plain = inPlainWords(seen, answer, statusWords)
    const verdict = verdictOf(answer, plain, task.input)
    const named = textAt(answer.reference, seen, numberOf)
    const reference = (isStatus ? task.reference : null) ?? (named || task.reference)
    const askable = this.#askedFor(reference) !== undefined
    const text = textAt(answer.reason, seen, wordsOf)
    const reason = reasons.of(text) || `HTTP ${seen.status}`
    switch (verdict) {
      case 'success': {
        const result = reasons.result(textAt(answer.result, seen, answer.judged ? resultOf : undefined))
        if (result === '') return reasons.unknown(failure('no_result', {}), askable)
        return answer.judged && NO_RESULT.test(result)
          ? reasons.unknown(failure('result_of_none', { text: result }), askable)
          : { kind: 'success', result, reference }
      }
      case 'pending':
        return askable ? { kind: 'accepted', reference } : reasons.unknown(failure('no_number', {}), false)
      case 'refused': {
        const words = { text, message: text, input: task.input, reference: null, askable }
        return isStatus ? this.#refusedWhenAsked(answer, plain, words) : this.#refused(answer, words)
      }
      case 'duplicate':
        return { kind: 'duplicate', reason, reference: named || null }
      case 'unclear': {
        const excerpt = seen.text.trim().slice(0, MAX_EXCERPT_LENGTH)
        return reasons.unknown(
          failure('template_says_nothing', { status: seen.status, text: excerpt }),
          askable,
        )
      }
      default:
        return { kind: 'unavailable', why: verdict, reason }
    }
  }

  /**
   * `#refused`: a rule of one's own for refusals is the operator's word, unless what is said is no refusal of the item; the rules of
   * shipped templates only say that it went wrong, and the words say why.
   */
  #refused(answer: TemplateAnswer, words: Words): SupplierOutcome {
    const { reasons, refusals } = this.#deps
    const isOwnWord = !answer.judged && (words.text === '' || refusals.judge(words.text) === undefined)
    return isOwnWord ? reasons.refused(words.message) : refusals.outcomeOf(words)
  }

  /** `#refusedWhenAsked`: the order's own state needs no words, and a refusal that is not its state is one to answer, and says nothing of it. */
  #refusedWhenAsked(answer: TemplateAnswer, plain: Seen, words: Words): SupplierOutcome {
    const { reasons, refusals } = this.#deps
    if (answer.judged && answer.state !== undefined && !saysRejected(plain, answer)) {
      return refusals.troubleOf(words.text) ?? reasons.unknown(words.message || 'no answer', words.askable)
    }
    return words.text === '' ? reasons.refused(words.message) : this.#refused(answer, words)
  }

  /** `#askedFor` gives the part of the template that asks what became of an item; undefined: nothing can be asked. */
  #askedFor(reference: string | null): Template['status'] {
    const { template, repeatable } = this.#deps
    const { status } = template
    if (status && (reference !== null || !needsReference(status.request))) return status
    return repeatable ? template : undefined
  }

  async #account(
    { request, amount, currency, name }: NonNullable<Template['balance']>,
    signal: AbortSignal,
  ): Promise<SupplierAccount> {
    const { client, reasons } = this.#deps
    const said = await call(client, { ...this.#request(request), signal })
    if (said.kind !== 'reply') throw new Error(reasons.of(said.why))
    const seen = seenOf(said, 'json')
    const text = said.status < 300 ? textAt(amount, seen) : ''
    const unit = textAt(currency, seen) || null
    const balance = balanceOf(decimalIn(text, unit ?? this.#deps.currency) ?? '')
    if (balance === undefined) throw new Error(`HTTP ${said.status}, and no balance in it`)
    return { balance, currency: unit, name: textAt(name, seen) || null }
  }

  #request(request: TemplateRequest, task?: Omit<SupplierTask, 'orderId' | 'sentAt'>) {
    const { url, service, values, installation } = this.#deps
    const ofItem: [string, string][] = task
      ? [
          ['service', task.remoteService || service],
          ['imei', task.input],
          ['quantity', String(task.quantity)],
          ['attempt', `${installation}-${task.attemptKey}`],
          ['reference', task.reference ?? ''],
          ...Object.entries(task.fields ?? {}).map(([name, value]): [string, string] => [
            `field.${name}`,
            value,
          ]),
        ]
      : []
    return requestOf(request, url, new Map([...ofItem, ...values]))
  }
}

/** `contradictionOf` says what an answer is about instead of the task, as far as it names what it is about. */
function contradictionOf(
  answer: TemplateAnswer,
  seen: Seen,
  task: SupplierTask,
  isStatus: boolean,
): string | undefined {
  const about = textAt(answer.about, seen)
  // The name has it read as what it is: an IMEI, or a serial number.
  const named = about === '' ? undefined : contradictionIn({ imei: about }, task.input)
  const found = named ?? contradictionIn(seen.json, task.input)
  if (found !== undefined) return found
  // The same check again may have a number of its own.
  if (task.reference === null || !isStatus) return undefined
  const references = [...textsAt(answer.reference, seen, numberOf)]
  // Beside the order's number the question may have one.
  if (references.length === 0 || references.includes(task.reference)) return undefined
  return `asked about order ${task.reference}, answered about order ${references[0]}`
}
