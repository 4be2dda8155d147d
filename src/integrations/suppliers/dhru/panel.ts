import {
  type DhruAnswer,
  DhruClient,
  type DhruReply,
  type EncodedForm,
  honoursKeys,
  type Many,
  type OrderStatus,
  type Placed,
  type Refused,
  type Unreadable,
} from '../../../client/index.ts'
import type { Clock } from '../../../lib/time.ts'
import { Broken, NotSent, type OutboundClient, type OutboundRequest } from '../../../outbound/outbound.ts'
import type { NothingSent } from '../http-kit/call.ts'
import { textOfBody } from '../http-kit/charset.ts'
import { turnedAway } from '../http-kit/turned-away.ts'
import type { MayBegin, SupplierTask } from '../supplier.ts'
import { bulkKeyOf, idempotencyKeyOf, orderFields, typeActionsFor } from './order.ts'
import { readServiceList } from './service-list.ts'
import type { DhruSettings } from './settings.ts'

/** LIST_LIMITS are wide because a list of many thousand services takes panels minutes. */
const LIST_LIMITS = { totalTimeoutMs: 300_000, maxBytes: 200 * 1024 * 1024 }

export type Called<T> = T | Refused | Unreadable | NothingSent

interface PanelDeps {
  url: string
  settings: DhruSettings
  /** `currency` is that of its prices. */
  currency: string
  apiaccesskey: string
  outbound: OutboundClient
  /** `installation` is a part of every idempotency key. */
  installation: string
  clock: Clock
}

/** Panel is a panel as it is spoken to over the network. Each answer says what kind of server it is. */
export class Panel {
  readonly #url: string
  readonly #settings: DhruSettings
  readonly currency: string
  readonly #outbound: OutboundClient
  readonly #client: DhruClient
  /** `#clientThat` gives a client that asks before the first byte. */
  readonly #clientThat: (mayBegin: MayBegin | undefined) => DhruClient
  readonly #installation: string
  readonly #clock: Clock
  #kind: 'imeigate' | 'plain' | undefined

  constructor({ url, settings, currency, apiaccesskey, outbound, installation, clock }: PanelDeps) {
    this.#installation = installation
    this.#clock = clock
    this.#url = endpointOf(url)
    this.#settings = settings
    this.currency = currency
    this.#outbound = outbound
    const { username, encoding, parameters_one: one, parameters_many: many } = settings
    this.#clientThat = (mayBegin) =>
      new DhruClient({ username, apiaccesskey, encoding, one, many }, (form, signal) =>
        this.#post(form, { ...(signal && { signal }), ...(mayBegin && { mayBegin }) }),
      )
    this.#client = this.#clientThat(undefined)
  }

  /** `kind` is what the panel was by its last answer; undefined: it has not answered yet. An imeigate honours idempotency keys. */
  get kind(): 'imeigate' | 'plain' | undefined {
    return this.#kind
  }

  account(signal: AbortSignal) {
    return this.#call(this.#client.account(signal))
  }

  /** `typeActions` are those of a task whose type has actions of its own; such a task goes alone. */
  typeActions(task: SupplierTask) {
    return typeActionsFor(task, this.#settings)
  }

  place(task: SupplierTask, signal: AbortSignal, mayBegin?: MayBegin): Promise<Called<Placed>> {
    const order = {
      fields: orderFields(task, this.#settings.field_names),
      idempotencyKey: idempotencyKeyOf(this.#installation, task),
    }
    const action = this.typeActions(task)?.place ?? this.#settings.place_action
    return this.#call(this.#clientThat(mayBegin).place(action, order, signal))
  }

  /** `placeMany` sends each row's key, of which an imeigate makes an idempotency key; plain panels know rows by number. */
  placeMany(
    tasks: ReadonlyMap<string, SupplierTask>,
    signal: AbortSignal,
    mayBegin?: MayBegin,
  ): Promise<Called<Many<Placed>>> {
    const orders = new Map(
      [...tasks].map(([key, task]) => [key, orderFields(task, this.#settings.field_names)]),
    )
    const idempotencyKey = bulkKeyOf(this.#installation)
    const options = this.#kind === 'imeigate' ? { signal, idempotencyKey } : { signal }
    return this.#call(this.#clientThat(mayBegin).placeMany(this.#settings.bulk_place_action, orders, options))
  }

  status(task: SupplierTask, reference: string, signal: AbortSignal): Promise<Called<OrderStatus>> {
    const action = this.typeActions(task)?.status ?? this.#settings.status_action
    return this.#call(this.#client.status(action, reference, signal, task.input))
  }

  statusMany(
    references: ReadonlyMap<string, string>,
    inputs: ReadonlyMap<string, string>,
    signal: AbortSignal,
  ): Promise<Called<Many<OrderStatus>>> {
    return this.#call(this.#client.statusMany(this.#settings.bulk_status_action, references, signal, inputs))
  }

  /** `services` throws an Error when the list is not whole. */
  async *services(signal: AbortSignal) {
    const form = this.#client.form('imeiservicelist')
    const { status, headers, body } = await this.#outbound.stream({
      ...this.#request(form, { signal }),
      ...LIST_LIMITS,
    })
    if (status < 200 || status >= 500) {
      // The rest is read because a body that is not read to the end keeps the connection.
      for await (const _ of body) break
      throw new Error(`HTTP ${status} instead of a service list`)
    }
    if (honoursKeys(headers)) this.#kind = 'imeigate'
    yield* readServiceList(body, this.currency)
  }

  close(): Promise<void> {
    return this.#outbound.close()
  }

  async #call<T>(call: Promise<DhruAnswer<T>>): Promise<T | Unreadable | NothingSent> {
    try {
      const { answer, honoursKeys: honours } = await call
      if (honours !== null) this.#kind = honours ? 'imeigate' : 'plain'
      return answer
    } catch (error) {
      if (error instanceof TurnedAway) return error.said
      if (error instanceof NotSent) return { kind: 'not sent', why: error.message }
      if (error instanceof Broken) return { kind: 'unreadable', why: error.message }
      throw error
    }
  }

  async #post(form: EncodedForm, how: Pick<OutboundRequest, 'signal' | 'mayBegin'>): Promise<DhruReply> {
    const reply = await this.#outbound.request(this.#request(form, how))
    const body = textOfBody(reply.body, reply.headers['content-type'])
    const { front_statuses: fronts } = this.#settings
    const isOwn = reply.status === 429 ? /"?SUCCESS\b/i.test(body) : /"?(?:SUCCESS|ERROR)\b/i.test(body)
    const said = isOwn ? undefined : turnedAway(reply, { fronts, isOwn, now: this.#clock.now() })
    if (said) throw new TurnedAway(said)
    return { status: reply.status, headers: reply.headers, body }
  }

  #request({ contentType, body }: EncodedForm, how: Pick<OutboundRequest, 'signal' | 'mayBegin'>) {
    return {
      method: 'POST' as const,
      url: this.#url,
      headers: { 'content-type': contentType },
      body,
      ...how,
    }
  }
}

/** TurnedAway is thrown past the client, which reads nothing of such an answer. */
class TurnedAway extends Error {
  readonly said: NothingSent

  constructor(said: NothingSent) {
    super(said.why)
    this.said = said
  }
}

/** `endpointOf` adds the endpoint's path, which is the same for all panels, to the home page that names a panel. */
function endpointOf(url: string): string {
  const endpoint = new URL(url)
  if (endpoint.pathname === '/') endpoint.pathname = '/api/index.php'
  return endpoint.href
}
