import { failure } from '../../../lib/failures.ts'
import { type Clock, HOUR_MS } from '../../../lib/time.ts'
import type { Refusals } from '../book/refusals.ts'
import { textField } from '../http-kit/json.ts'
import type { Reasons } from '../http-kit/reasons.ts'
import type {
  MayBegin,
  Supplier,
  SupplierAccount,
  SupplierOutcome,
  SupplierService,
  SupplierTask,
} from '../supplier.ts'
import { readAccount } from './account.ts'
import type { Api, Said } from './api.ts'
import { Claims } from './claims.ts'
import { type Group, groupsOf } from './group.ts'
import { findLost } from './lost-order.ts'
import { type ApiOrder, orderIdOf, readOrder } from './order.ts'
import { itemOutcome, unavailable } from './outcomes.ts'
import { inPool } from './pool.ts'
import { readServices } from './services.ts'
import type { CekceirSettings } from './settings.ts'

const ASKED_AT_ONCE = 50
const REQUESTS_AT_ONCE = 8
/** MAX_BEGIN_MS is how long a call for many orders begins new requests. */
const MAX_BEGIN_MS = 12_000
/** MAX_CALL_MS is when requests are given up: before the caller gives up the answers that have come. */
const MAX_CALL_MS = 27_000
/** MAX_KEY_AGE_MS is well below the day after which most servers forget idempotency keys: the same order would then be another one. */
const MAX_KEY_AGE_MS = 12 * HOUR_MS

interface CekceirDeps {
  api: Api
  reasons: Reasons
  refusals: Refusals
  clock: Clock
  installation: string
  settings: CekceirSettings
  /** `currency` is that of its prices. */
  currency: string
}

/**
 * CekceirSupplier speaks to a Cek Ceir style API. An order holds many items, and its number is the reference of each of them. An order
 * whose answer was lost is searched in the list of orders; only where the server is known to honour idempotency keys is one that is not
 * there ordered again, under its key.
 */
export class CekceirSupplier implements Supplier {
  readonly sendAtOnce: number
  readonly ordersHoldMany: boolean
  readonly askAtOnce = ASKED_AT_ONCE
  readonly base64Results: boolean
  readonly #api: Api
  readonly #reasons: Reasons
  readonly #refusals: Refusals
  readonly #clock: Clock
  readonly #settings: CekceirSettings
  readonly #currency: string
  readonly #installation: string
  readonly #claims = new Claims()

  constructor({ api, reasons, refusals, clock, installation, settings, currency }: CekceirDeps) {
    this.#currency = currency
    this.#installation = installation
    this.#api = api
    this.#reasons = reasons
    this.#refusals = refusals
    this.#clock = clock
    this.#settings = settings
    this.base64Results = settings.base64_results
    // A lost order can only be ordered again where it is known to have held nothing else.
    this.sendAtOnce = settings.idempotency ? 1 : settings.items_per_order
    this.ordersHoldMany = this.sendAtOnce > 1
  }

  async send(tasks: SupplierTask[], signal: AbortSignal, mayBegin?: MayBegin): Promise<SupplierOutcome[]> {
    for (const task of tasks) this.#claims.note(task)
    const inTime = AbortSignal.any([signal, AbortSignal.timeout(MAX_CALL_MS)])
    const lateAt = performance.now() + MAX_BEGIN_MS
    const outcomes = new Map<SupplierTask, SupplierOutcome>()
    const refused: SupplierTask[] = []
    const order = async (group: Group): Promise<void> => {
      const said = performance.now() < lateAt ? await this.#order(group, inTime, mayBegin) : LATE
      if (group.tasks.length > 1 && this.#isRefusedForOne(said, group)) refused.push(...group.tasks)
      else for (const task of group.tasks) outcomes.set(task, this.#sent(said, task, group))
    }
    await inPool(this.#groups(tasks, this.sendAtOnce), REQUESTS_AT_ONCE, order)
    await inPool(this.#groups(refused, 1), REQUESTS_AT_ONCE, order)
    return tasks.map((task) => outcomes.get(task) as SupplierOutcome)
  }

  async ask(tasks: SupplierTask[], signal: AbortSignal): Promise<SupplierOutcome[]> {
    for (const task of tasks) this.#claims.note(task)
    const inTime = AbortSignal.any([signal, AbortSignal.timeout(MAX_CALL_MS)])
    const outcomes = new Map<SupplierTask, SupplierOutcome>()
    const byReference = Map.groupBy(tasks, ({ reference }) => reference)
    const jobs = [...byReference].flatMap(([reference, some]): (() => Promise<void>)[] =>
      reference === null
        ? some.map((task) => async () => void outcomes.set(task, await this.#find(task, inTime)))
        : [() => this.#ask(reference, some, outcomes, inTime)],
    )
    await inPool(jobs, REQUESTS_AT_ONCE, (job) => job())
    return tasks.map((task) => outcomes.get(task) as SupplierOutcome)
  }

  account(signal: AbortSignal): Promise<SupplierAccount> {
    return readAccount(this.#api, this.#reasons, signal)
  }

  services(signal: AbortSignal): AsyncIterable<SupplierService> {
    const { items_field: itemsField } = this.#settings
    return readServices(this.#api, this.#reasons, { itemsField, currency: this.#currency }, signal)
  }

  async close(): Promise<void> {
    await this.#api.close()
  }

  #groups(tasks: SupplierTask[], most: number): Group[] {
    const { items_field: itemsField } = this.#settings
    return groupsOf(tasks, { most, itemsField, installation: this.#installation })
  }

  #order(group: Group, signal: AbortSignal, mayBegin?: MayBegin): Promise<Said> {
    return this.#api.post('/order', group, { signal, ...(mayBegin && { mayBegin }) })
  }

  #sent(said: Said | typeof LATE, task: SupplierTask, { tasks }: Group): SupplierOutcome {
    const askable = task.input !== '' || this.#settings.idempotency
    if (said.kind === 'answer' || said.kind === 'unclear') {
      return this.#ordered(said, task, { wasAlone: tasks.length === 1, askable })
    }
    const outcome = this.#refused(said, task, askable)
    if (!outcome) return this.#reasons.unknown(messageOf(said), askable)
    if (outcome.kind !== 'unknown') this.#claims.drop(task)
    return outcome
  }

  /**
   * `#isRefusedForOne`: one item at fault has the whole order refused, and its words say that nothing of it was taken, so that each may be
   * tried by itself.
   */
  #isRefusedForOne(said: Said | typeof LATE, { tasks: [task] }: Group): boolean {
    if (said.kind !== 'fault' || ![400, 409, 422].includes(said.status) || !task) return false
    const kind = this.#refused(said, task, true)?.kind
    return kind === 'refused' || kind === 'duplicate'
  }

  /** `#refused` gives the outcome of what was not taken; undefined: that is not clear. */
  #refused(
    said: Exclude<Said, { kind: 'answer' | 'unclear' }> | typeof LATE,
    { input }: SupplierTask,
    askable: boolean,
  ): SupplierOutcome | undefined {
    if (said.kind === 'late') return { kind: 'unavailable', why: 'busy', reason: said.why }
    if (said.kind === 'not sent') return this.#unavailable(said)
    const { status, message, body } = said
    const reference = orderIdOf(body) ?? null
    // The words of its code say as much as those of its message.
    const text = `${textField(body, 'code') ?? ''}\n${message}`
    if (status === 409 && reference !== null) {
      return { kind: 'duplicate', reason: this.#reasons.of(message), reference }
    }
    if ([400, 404, 409, 422].includes(status)) {
      const isDuplicate = status === 409 && this.#refusals.judge(text) === undefined
      if (isDuplicate) return { kind: 'duplicate', reason: this.#reasons.of(message), reference }
      return this.#refusals.outcomeOf({ text, message, input, reference, askable })
    }
    return this.#unavailable(said)
  }

  /** `#ordered` gives the outcomes after a request for an order, or for the same one again. */
  #ordered(
    said: Extract<Said, { kind: 'answer' | 'unclear' }>,
    task: SupplierTask,
    { wasAlone, askable }: { wasAlone: boolean; askable: boolean },
  ): SupplierOutcome {
    if (said.kind === 'unclear') return this.#reasons.unknown(said.why, askable)
    const order = readOrder(said.body, this.#settings.status_words)
    if (!order) return this.#reasons.unknown(failure('no_order_in_it', {}), askable)
    this.#claims.note(task, order.id)
    return itemOutcome(order, task, this.#reasons, { wasAlone })
  }

  /** `#ask` gives what has become of an order. A refusal to answer says nothing of it. */
  async #ask(
    reference: string,
    tasks: SupplierTask[],
    outcomes: Map<SupplierTask, SupplierOutcome>,
    signal: AbortSignal,
  ): Promise<void> {
    const said = await this.#api.get(`/order/${encodeURIComponent(reference)}`, signal)
    const inputs = tasks.map(({ input }) => input)
    const order = said.kind === 'answer' ? readOrder(said.body, this.#settings.status_words) : undefined
    for (const task of tasks) {
      outcomes.set(task, this.#asked(said, order, task, inputs))
    }
  }

  #asked(said: Said, order: ApiOrder | undefined, task: SupplierTask, others: string[]): SupplierOutcome {
    if (!order) return this.#unavailable(said) ?? this.#reasons.unknown(messageOf(said), true)
    if (order.id === task.reference) return itemOutcome(order, task, this.#reasons, { others })
    const what = failure('other_order', { asked: String(task.reference), answered: String(order.id) })
    return this.#reasons.contradicted(what, true)
  }

  async #find(task: SupplierTask, signal: AbortSignal): Promise<SupplierOutcome> {
    const deps = { api: this.#api, reasons: this.#reasons, clock: this.#clock, claims: this.#claims }
    const found = task.input === '' ? 'none' : await findLost(task, deps, signal)
    if (found !== 'none') {
      if (found.kind === 'accepted') this.#claims.note(task, found.reference)
      return found
    }
    const { idempotency } = this.#settings
    const age = this.#clock.now().getTime() - task.sentAt.getTime()
    const message = 'its list shows no order for it, which does not say that there will be none'
    if (!idempotency || age > MAX_KEY_AGE_MS) return this.#reasons.unknown(message, task.input !== '')
    const [group] = this.#groups([task], 1) as [Group]
    const said = await this.#order(group, signal)
    if (said.kind === 'answer' || said.kind === 'unclear') {
      return this.#ordered(said, task, { wasAlone: true, askable: true })
    }
    // The server checks some things, such as the input, before the key: a refusal for them proves nothing of the first request.
    return this.#unavailable(said) ?? this.#reasons.unknown(messageOf(said), true)
  }

  #unavailable(said: Said): SupplierOutcome | undefined {
    if (said.kind === 'fault') return unavailable(said, this.#reasons)
    return said.kind === 'not sent' ? this.#reasons.notSent(said) : undefined
  }
}

const LATE = { kind: 'late', why: failure('orders_before', {}) } as const

function messageOf(said: Said | typeof LATE): string {
  if (said.kind === 'fault') return `HTTP ${said.status}: ${said.message}`
  return said.kind === 'answer' ? 'its answer is not the order' : said.why
}
