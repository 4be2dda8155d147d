import type { DhruService, Placed } from '../../../client/index.ts'
import { failure } from '../../../lib/failures.ts'
import { type Clock, DAY_MS } from '../../../lib/time.ts'
import { balanceOf, costIn } from '../http-kit/amounts.ts'
import type {
  MayBegin,
  Supplier,
  SupplierAccount,
  SupplierOutcome,
  SupplierService,
  SupplierTask,
} from '../supplier.ts'
import { TYPED_ID } from './order.ts'
import type { Outcomes } from './outcomes.ts'
import type { Called, Panel } from './panel.ts'
import type { DhruSettings } from './settings.ts'

/** ROWS_AT_AN_IMEIGATE is how many items one request to an imeigate orders, unless the operator has set a number. */
const ROWS_AT_AN_IMEIGATE = 100
const STATUSES_AT_ONCE = 100
/** MAX_KEY_AGE_MS is below the 30 days for which an imeigate keeps idempotency keys: later the same request might be another order. */
const MAX_KEY_AGE_MS = 25 * DAY_MS
/** FIRST_ROW is the first row's number: that of panels which number rows by themselves is 0, and the two must not be mixed up. */
const FIRST_ROW = 1001

interface DhruSupplierDeps {
  panel: Panel
  outcomes: Outcomes
  settings: DhruSettings
  clock: Clock
}

/**
 * DhruSupplier speaks to a Dhru panel. Plain ones know no idempotency keys: an order whose answer was lost is found again only where a
 * panel refuses the same input twice, and otherwise a person must find out. Another imeigate honours keys, and says so.
 */
export class DhruSupplier implements Supplier {
  readonly #panel: Panel
  readonly #outcomes: Outcomes
  readonly #settings: DhruSettings
  readonly #clock: Clock
  readonly #bulkPlaces: BulkSwitch
  readonly #bulkStatuses: BulkSwitch

  constructor({ panel, outcomes, settings, clock }: DhruSupplierDeps) {
    this.#panel = panel
    this.#outcomes = outcomes
    this.#settings = settings
    this.#clock = clock
    this.#bulkPlaces = new BulkSwitch(clock)
    this.#bulkStatuses = new BulkSwitch(clock)
  }

  /** `sendAtOnce` is one until the other side has answered, because what makes a row safe depends on what kind of server it is. */
  get sendAtOnce(): number {
    const { kind } = this.#panel
    if (kind === undefined || !this.#bulkPlaces.isOn) return 1
    return Math.max(1, this.#settings.bulk || (kind === 'imeigate' ? ROWS_AT_AN_IMEIGATE : 1))
  }

  get base64Results(): boolean {
    return this.#settings.base64_results
  }

  get askAtOnce(): number {
    const { bulk_status: mode } = this.#settings
    return mode === 'on' || (mode === 'auto' && this.#bulkStatuses.isOn) ? STATUSES_AT_ONCE : 1
  }

  async send(tasks: SupplierTask[], signal: AbortSignal, mayBegin?: MayBegin): Promise<SupplierOutcome[]> {
    if (tasks.length === 1 || this.sendAtOnce === 1) return await this.#sendSingly(tasks, signal, mayBegin)
    return await inParts(
      tasks,
      (task) => this.#panel.typeActions(task) !== undefined,
      (some) => this.#sendSingly(some, signal, mayBegin),
      (others) => this.#sendTogether(others, signal, mayBegin),
    )
  }

  async #sendTogether(
    tasks: SupplierTask[],
    signal: AbortSignal,
    mayBegin?: MayBegin,
  ): Promise<SupplierOutcome[]> {
    const keyed = keyedBy(tasks, ({ attemptKey }, index) =>
      this.#panel.kind === 'imeigate' ? attemptKey : String(FIRST_ROW + index),
    )
    const answer = await this.#panel.placeMany(keyed, signal, mayBegin)
    if (answer.kind === 'rows') {
      const missing = { kind: 'unreadable', why: failure('row_not_mentioned', {}) } as const
      return [...keyed].map(([key, task]) => this.#sent(answer.rows.get(key) ?? missing, task))
    }
    if (answer.kind !== 'refused') return tasks.map((task) => this.#sent(answer, task))
    const { refusal } = answer
    // An imeigate says these before it reads any row.
    const nothingTaken = refusal.meaning === 'malformed' && this.#panel.kind === 'imeigate'
    if (this.#outcomes.isUnsupported(refusal) || nothingTaken) {
      this.#bulkPlaces.turnOff()
      return await this.#sendSingly(tasks, signal, mayBegin)
    }
    // Nobody can say how many rows were taken before the one that a refusal is about.
    const reason = `the whole request was refused, which does not say that no row was taken: ${refusal.message}`
    return tasks.map(
      (task) =>
        this.#outcomes.unavailable(refusal) ?? this.#outcomes.reasons.unknown(reason, this.#canBeFound(task)),
    )
  }

  async ask(tasks: SupplierTask[], signal: AbortSignal): Promise<SupplierOutcome[]> {
    const numbered: Numbered[] = []
    const lost: SupplierTask[] = []
    for (const task of tasks) {
      if (task.reference === null) lost.push(task)
      else numbered.push({ task, reference: task.reference })
    }
    const [statuses, found] = await Promise.all([
      this.#statuses(numbered, signal),
      lost.length > 0 ? this.#find(lost, signal) : [],
    ])
    const outcomes = new Map<SupplierTask, SupplierOutcome>([
      ...numbered.map(({ task }, index): [SupplierTask, SupplierOutcome] => [
        task,
        statuses[index] as SupplierOutcome,
      ]),
      ...lost.map((task, index): [SupplierTask, SupplierOutcome] => [task, found[index] as SupplierOutcome]),
    ])
    return tasks.map((task) => outcomes.get(task) as SupplierOutcome)
  }

  async account(signal: AbortSignal): Promise<SupplierAccount> {
    const answer = await this.#panel.account(signal)
    switch (answer.kind) {
      case 'account':
        return {
          balance: (answer.credit === null ? undefined : balanceOf(answer.credit)) ?? null,
          currency: answer.currency,
          name: answer.username,
        }
      case 'refused':
        throw new Error(this.#outcomes.reasons.of(answer.refusal.message))
      default:
        throw new Error(this.#outcomes.reasons.of(answer.why))
    }
  }

  async *services(signal: AbortSignal): AsyncIterable<SupplierService> {
    try {
      for await (const service of this.#panel.services(signal)) {
        const { id, type, group, name, kind, time, info, minQuantity, maxQuantity, quantityOptions, box } =
          service
        const leftOut = reasonToLeaveOut(service)
        const fields = service.fields.map(({ travels: _, ...field }) => field)
        yield {
          id,
          type,
          group,
          name,
          kind: kind === 'file' ? 'server' : kind,
          ...costIn(service.credit, service.creditSaid, this.#panel.currency),
          ...(leftOut !== undefined && { leftOut }),
          deliveryTime: time,
          description: info,
          minQuantity,
          maxQuantity,
          quantityOptions,
          ...(box && { box }),
          fields,
        }
      }
    } catch (error) {
      throw new Error(this.#outcomes.reasons.of(error instanceof Error ? error.message : String(error)))
    }
  }

  async close(): Promise<void> {
    await this.#panel.close()
  }

  #sendSingly(tasks: SupplierTask[], signal: AbortSignal, mayBegin?: MayBegin): Promise<SupplierOutcome[]> {
    return Promise.all(
      tasks.map(async (task) => this.#sent(await this.#panel.place(task, signal, mayBegin), task)),
    )
  }

  #sent(answer: Called<Placed>, task: SupplierTask): SupplierOutcome {
    if (answer.kind === 'not sent') return this.#outcomes.reasons.notSent(answer)
    const byType = this.#panel.typeActions(task)
    if (byType && answer.kind === 'refused' && this.#outcomes.isUnsupported(answer.refusal)) {
      // The panel does the others: only services of this type cannot be had so.
      return this.#outcomes.reasons.refused(`${byType.place}: ${answer.refusal.message}`)
    }
    return this.#outcomes.placed(answer, { input: task.input, askable: this.#canBeFound(task) })
  }

  /** `#canBeFound` tells whether `ask` has a way to find an order without a number. A panel that has never answered may have one. */
  #canBeFound(task: SupplierTask): boolean {
    return this.#panel.kind !== 'plain' || this.#takesInputOnce(task)
  }

  #takesInputOnce(task: SupplierTask): boolean {
    return this.#settings.refuses_duplicates && task.input !== ''
  }

  async #statuses(tasks: Numbered[], signal: AbortSignal): Promise<SupplierOutcome[]> {
    if (tasks.length <= 1 || this.askAtOnce === 1) return await this.#statusesSingly(tasks, signal)
    return await inParts(
      tasks,
      ({ task }) => this.#panel.typeActions(task) !== undefined,
      (some) => this.#statusesSingly(some, signal),
      (others) => this.#statusesTogether(others, signal),
    )
  }

  async #statusesTogether(tasks: Numbered[], signal: AbortSignal): Promise<SupplierOutcome[]> {
    const keyed = keyedBy(tasks, (_work, index) => String(FIRST_ROW + index))
    const references = new Map([...keyed].map(([key, { reference }]) => [key, reference]))
    const inputs = new Map(
      [...keyed].flatMap(([key, { task }]) => (task.input === '' ? [] : [[key, task.input] as const])),
    )
    const answer = await this.#panel.statusMany(references, inputs, signal)
    const isAuto = this.#settings.bulk_status === 'auto'
    if (answer.kind === 'rows') {
      const missing = tasks.filter((_work, index) => !answer.rows.has(String(FIRST_ROW + index)))
      const asked = isAuto && missing.length > 0 ? await this.#statusesSingly(missing, signal) : []
      return [...keyed].map(([key, task]) => {
        const row = answer.rows.get(key)
        if (row) return this.#outcomes.status(row, task.reference)
        return (
          asked[missing.indexOf(task)] ??
          this.#outcomes.reasons.unknown(failure('order_not_mentioned', {}), true)
        )
      })
    }
    if (answer.kind === 'not sent') return tasks.map(() => this.#outcomes.reasons.notSent(answer))
    const unavailable =
      answer.kind === 'refused' &&
      !this.#outcomes.isUnsupported(answer.refusal) &&
      this.#outcomes.unavailable(answer.refusal)
    if (isAuto && !unavailable) {
      this.#bulkStatuses.turnOff()
      if (answer.kind === 'refused') return await this.#statusesSingly(tasks, signal)
    }
    return tasks.map(({ reference }) => this.#outcomes.status(answer, reference))
  }

  #statusesSingly(tasks: Numbered[], signal: AbortSignal): Promise<SupplierOutcome[]> {
    return Promise.all(
      tasks.map(async ({ task, reference }) => {
        const answer = await this.#panel.status(task, reference, signal)
        return answer.kind === 'not sent'
          ? this.#outcomes.reasons.notSent(answer)
          : this.#outcomes.status(answer, reference)
      }),
    )
  }

  /**
   * `#find` finds orders whose answer was lost by asking for the same again, where that buys nothing twice. It first asks what kind of
   * server the other side is now, which buys nothing: yesterday it may have been another one.
   */
  async #find(tasks: SupplierTask[], signal: AbortSignal): Promise<SupplierOutcome[]> {
    const account = await this.#panel.account(signal)
    if (account.kind === 'not sent') return tasks.map(() => this.#outcomes.reasons.notSent(account))
    if (account.kind === 'unreadable')
      return tasks.map(() => this.#outcomes.reasons.unknown(account.why, true))
    const unavailable = account.kind === 'refused' && this.#outcomes.unavailable(account.refusal)
    if (unavailable) return tasks.map(() => unavailable)
    const honoursKeys = this.#panel.kind === 'imeigate'
    return await Promise.all(tasks.map((task) => this.#findOne(task, honoursKeys, signal)))
  }

  async #findOne(task: SupplierTask, honoursKeys: boolean, signal: AbortSignal): Promise<SupplierOutcome> {
    const age = this.#clock.now().getTime() - task.sentAt.getTime()
    const byKey = honoursKeys && age < MAX_KEY_AGE_MS
    if (!byKey && !this.#takesInputOnce(task)) {
      const message = honoursKeys
        ? 'it was sent too long ago to be asked for again'
        : 'the supplier gave no order number'
      return this.#outcomes.reasons.unknown(failure('no_other_way', { text: message }), false)
    }
    const answer = await this.#panel.place(task, signal)
    if (answer.kind === 'not sent') return this.#outcomes.reasons.notSent(answer)
    return byKey ? this.#outcomes.placedAgainByKey(answer, task.input) : this.#outcomes.placedAgain(answer)
  }
}

/** `reasonToLeaveOut` says why nothing of the service can be ordered, whatever it costs; undefined: it can. */
function reasonToLeaveOut({ id, kind, quantityUnread }: DhruService): string | undefined {
  if (kind === 'file') return failure('takes_file', {})
  if (kind === 'server' && quantityUnread !== '') {
    return `its quantities cannot be read: ${quantityUnread.slice(0, 50)}`
  }
  // The panel would be asked for the id before the type, which is another service's.
  return TYPED_ID.test(id) ? 'its id ends with a type, as those do that two services share' : undefined
}

interface Numbered {
  task: SupplierTask
  reference: string
}

/** `inParts` does work in two ways, and gives the outcomes in the order of the work. */
async function inParts<Work>(
  all: Work[],
  isApart: (work: Work) => boolean,
  apart: (some: Work[]) => Promise<SupplierOutcome[]>,
  together: (others: Work[]) => Promise<SupplierOutcome[]>,
): Promise<SupplierOutcome[]> {
  const some = all.filter(isApart)
  const others = all.filter((work) => !isApart(work))
  const [ofSome, ofOthers] = await Promise.all([
    some.length > 0 ? apart(some) : [],
    others.length > 0 ? together(others) : [],
  ])
  return all.map((work) => (isApart(work) ? ofSome.shift() : ofOthers.shift()) as SupplierOutcome)
}

const keyedBy = <T>(values: T[], keyOf: (value: T, index: number) => string): Map<string, T> =>
  new Map(values.map((value, index) => [keyOf(value, index), value]))

const OFF_FOR_MS = 3_600_000

/** BulkSwitch says whether a panel's bulk action is used: one that the panel does not know is left alone for an hour. */
class BulkSwitch {
  readonly #clock: Clock
  #offUntil = Number.NEGATIVE_INFINITY

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get isOn(): boolean {
    return this.#clock.now().getTime() >= this.#offUntil
  }

  turnOff(): void {
    this.#offUntil = this.#clock.now().getTime() + OFF_FOR_MS
  }
}
