import type { Placed } from '../../../client/index.ts'
import type { Clock } from '../../../lib/time.ts'
import { balanceOf, costOf } from '../http-kit/amounts.ts'
import type {
  Supplier,
  SupplierAccount,
  SupplierOutcome,
  SupplierService,
  SupplierTask,
} from '../supplier.ts'
import type { Outcomes } from './outcomes.ts'
import type { Called, Panel } from './panel.ts'
import type { DhruSettings } from './settings.ts'

/** ROWS_AT_AN_IMEIGATE is how many items one request to an imeigate orders, where the operator has said nothing. */
const ROWS_AT_AN_IMEIGATE = 100
const STATUSES_AT_ONCE = 100
/** KEYS_LAST_MS: an imeigate keeps idempotency keys for 30 days; after that, the same request might be another order. */
const KEYS_LAST_MS = 25 * 86_400_000
/**
 * FIRST_ROW is the first row's number. Panels that number rows by themselves begin at 0: an answer under their numbers must never look
 * like one under ours.
 */
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

  get askAtOnce(): number {
    const { bulk_status: mode } = this.#settings
    return mode === 'on' || (mode === 'auto' && this.#bulkStatuses.isOn) ? STATUSES_AT_ONCE : 1
  }

  async send(works: SupplierTask[], signal: AbortSignal): Promise<SupplierOutcome[]> {
    if (works.length === 1 || this.sendAtOnce === 1) return await this.#sendSingly(works, signal)
    const keyed = keyedBy(works, ({ attemptKey }, index) =>
      this.#panel.kind === 'imeigate' ? attemptKey : String(FIRST_ROW + index),
    )
    const answer = await this.#panel.placeMany(keyed, signal)
    if (answer.kind === 'rows') {
      return [...keyed].map(([key, work]) =>
        this.#sent(
          answer.rows.get(key) ?? { kind: 'unreadable', why: 'the answer does not mention the row' },
          work,
        ),
      )
    }
    if (answer.kind !== 'refused') return works.map((work) => this.#sent(answer, work))
    const { refusal } = answer
    // An imeigate says these before it reads any row.
    const nothingTaken = refusal.meaning === 'malformed' && this.#panel.kind === 'imeigate'
    if (refusal.meaning === 'unsupported' || nothingTaken) {
      this.#bulkPlaces.turnOff()
      return await this.#sendSingly(works, signal)
    }
    // Nobody can say how many rows were taken before the one that a refusal is about.
    const reason = `the whole request was refused, which does not say that no row was taken: ${refusal.message}`
    return works.map(
      (work) => this.#outcomes.unavailable(refusal) ?? this.#outcomes.unknown(reason, this.#canBeFound(work)),
    )
  }

  async ask(works: SupplierTask[], signal: AbortSignal): Promise<SupplierOutcome[]> {
    const numbered: Numbered[] = []
    const lost: SupplierTask[] = []
    for (const work of works) {
      if (work.reference === null) lost.push(work)
      else numbered.push({ work, reference: work.reference })
    }
    const [statuses, found] = await Promise.all([
      this.#statuses(numbered, signal),
      lost.length > 0 ? this.#find(lost, signal) : [],
    ])
    const outcomes = new Map<SupplierTask, SupplierOutcome>([
      ...numbered.map(({ work }, index): [SupplierTask, SupplierOutcome] => [
        work,
        statuses[index] as SupplierOutcome,
      ]),
      ...lost.map((work, index): [SupplierTask, SupplierOutcome] => [work, found[index] as SupplierOutcome]),
    ])
    return works.map((work) => outcomes.get(work) as SupplierOutcome)
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
        throw new Error(this.#outcomes.reason(answer.refusal.message))
      default:
        throw new Error(this.#outcomes.reason(answer.why))
    }
  }

  /** `services` leaves out services whose cost is no amount. */
  async *services(signal: AbortSignal): AsyncIterable<SupplierService> {
    try {
      for await (const service of this.#panel.services(signal)) {
        const cost = costOf(service.credit)
        if (cost === undefined) continue
        const { id, group, name, kind, time, info, minQuantity, maxQuantity } = service
        const fields = service.fields.map(({ travels: _, ...field }) => field)
        yield {
          id,
          group,
          name,
          kind,
          cost,
          deliveryTime: time,
          description: info,
          minQuantity,
          maxQuantity,
          fields,
        }
      }
    } catch (error) {
      throw new Error(this.#outcomes.reason(error instanceof Error ? error.message : String(error)))
    }
  }

  async close(): Promise<void> {
    await this.#panel.close()
  }

  #sendSingly(works: SupplierTask[], signal: AbortSignal): Promise<SupplierOutcome[]> {
    return Promise.all(works.map(async (work) => this.#sent(await this.#panel.place(work, signal), work)))
  }

  #sent(answer: Called<Placed>, work: SupplierTask): SupplierOutcome {
    if (answer.kind === 'not sent') return notSent(answer.why)
    return this.#outcomes.placed(answer, this.#canBeFound(work))
  }

  /** `#canBeFound` tells whether `ask` has a way to find an order without a number. A panel that has never answered may have one. */
  #canBeFound(work: SupplierTask): boolean {
    return this.#panel.kind !== 'plain' || this.#takesInputOnce(work)
  }

  #takesInputOnce(work: SupplierTask): boolean {
    return this.#settings.refuses_duplicates && work.input !== ''
  }

  async #statuses(works: Numbered[], signal: AbortSignal): Promise<SupplierOutcome[]> {
    if (works.length <= 1 || this.askAtOnce === 1) return await this.#statusesSingly(works, signal)
    const keyed = keyedBy(works, (_work, index) => String(FIRST_ROW + index))
    const references = new Map([...keyed].map(([key, { reference }]) => [key, reference]))
    const answer = await this.#panel.statusMany(references, signal)
    const isAuto = this.#settings.bulk_status === 'auto'
    if (answer.kind === 'rows') {
      const missing = works.filter((_work, index) => !answer.rows.has(String(FIRST_ROW + index)))
      const asked = isAuto && missing.length > 0 ? await this.#statusesSingly(missing, signal) : []
      return [...keyed].map(([key, work]) => {
        const row = answer.rows.get(key)
        if (row) return this.#outcomes.status(row, work.reference)
        return (
          asked[missing.indexOf(work)] ??
          this.#outcomes.unknown('the answer does not mention the order', true)
        )
      })
    }
    if (answer.kind === 'not sent') return works.map(() => notSent(answer.why))
    const unavailable = answer.kind === 'refused' && this.#outcomes.unavailable(answer.refusal)
    if (isAuto && !unavailable) {
      this.#bulkStatuses.turnOff()
      if (answer.kind === 'refused') return await this.#statusesSingly(works, signal)
    }
    return works.map(({ reference }) => this.#outcomes.status(answer, reference))
  }

  #statusesSingly(works: Numbered[], signal: AbortSignal): Promise<SupplierOutcome[]> {
    return Promise.all(
      works.map(async ({ reference }) => {
        const answer = await this.#panel.status(reference, signal)
        return answer.kind === 'not sent' ? notSent(answer.why) : this.#outcomes.status(answer, reference)
      }),
    )
  }

  /**
   * `#find` finds orders whose answer was lost by asking for the same again, where that buys nothing twice. It first asks what kind of
   * server the other side is now, which buys nothing: yesterday it may have been another one.
   */
  async #find(works: SupplierTask[], signal: AbortSignal): Promise<SupplierOutcome[]> {
    const account = await this.#panel.account(signal)
    if (account.kind === 'not sent') return works.map(() => notSent(account.why))
    if (account.kind === 'unreadable') return works.map(() => this.#outcomes.unknown(account.why, true))
    const unavailable = account.kind === 'refused' && this.#outcomes.unavailable(account.refusal)
    if (unavailable) return works.map(() => unavailable)
    const honoursKeys = this.#panel.kind === 'imeigate'
    return await Promise.all(works.map((work) => this.#findOne(work, honoursKeys, signal)))
  }

  async #findOne(work: SupplierTask, honoursKeys: boolean, signal: AbortSignal): Promise<SupplierOutcome> {
    const age = this.#clock.now().getTime() - work.sentAt.getTime()
    const byKey = honoursKeys && age < KEYS_LAST_MS
    if (!byKey && !this.#takesInputOnce(work)) {
      const message = honoursKeys
        ? 'it was sent too long ago to be asked for again'
        : 'the supplier gave no order number'
      return this.#outcomes.unknown(`${message}, and knows no other way to find the order`, false)
    }
    const answer = await this.#panel.place(work, signal)
    if (answer.kind === 'not sent') return notSent(answer.why)
    return byKey ? this.#outcomes.placedAgainByKey(answer) : this.#outcomes.placedAgain(answer)
  }
}

interface Numbered {
  work: SupplierTask
  reference: string
}

const notSent = (reason: string): SupplierOutcome => ({ kind: 'unavailable', why: 'transport', reason })

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
