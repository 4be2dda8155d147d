import { readAnswer } from './amounts.ts'
import { type CallSettings, Calls, type Request } from './calls.ts'
import { ImeigateError } from './error.ts'
import { type FollowOptions, follow, type OrderEvent } from './follow.ts'
import { operations } from './operations.ts'
import { pause } from './pause.ts'
import type { Schemas } from './schema.ts'
import type {
  AnswerOf,
  CallOptions,
  EntryOf,
  ListName,
  Methods,
  OperationName,
  ParametersOf,
  Reading,
} from './types.ts'

export interface ClientSettings<Exact extends boolean = false> extends CallSettings {
  /**
   * `exactAmounts` makes amounts in answers decimal texts ("12.5"), as they stand on the wire, instead of numbers, which are exact for
   * up to 15 digits.
   */
  exactAmounts?: Exact
}

/** MAX_WAIT_S is the longest that a server is asked to wait until an order has ended. */
const MAX_WAIT_S = 30
/** MIN_POLL_MS is the shortest time between two polls of a server that does not wait. */
const MIN_POLL_MS = 1000

/** Client has what the client can do beside the operations, which are added below. */
class Client<Exact extends boolean> {
  readonly #calls: Calls
  readonly #exact: boolean

  /** The constructor throws a TypeError for a url or a key that cannot be one. */
  constructor({ exactAmounts = false as Exact, ...settings }: ClientSettings<Exact>) {
    this.#calls = new Calls(settings)
    this.#exact = exactAmounts
  }

  /** `call` carries an operation out, by its name. Throws an ImeigateError, or the signal's reason. */
  async call<Name extends OperationName>(
    name: Name,
    parameters: ParametersOf<Name>,
    options: CallOptions = {},
  ): Promise<AnswerOf<Name, Exact>> {
    const request = requestOf(name, parameters, options)
    const { response, text } = await this.#calls.text(request)
    try {
      return readAnswer(text, this.#exact) as AnswerOf<Name, Exact>
    } catch (cause) {
      throw new ImeigateError('the answer is no JSON: use response() for other formats', {
        code: 'UNREADABLE_ANSWER_ERROR',
        status: response.status,
        traceId: response.headers.get('x-request-id'),
        idempotencyKey: request.idempotencyKey ?? null,
        cause,
      })
    }
  }

  /**
   * `response` gives the answer as it comes: for its headers, and for what is no JSON, such as a statement as PDF. `accept` is the
   * media type that is wanted. You read its body; the client's timeout ends when its headers are there. Throws as `call`.
   */
  response<Name extends OperationName>(
    name: Name,
    parameters: ParametersOf<Name>,
    { accept, ...options }: CallOptions & { accept?: string } = {},
  ): Promise<Response> {
    return this.#calls.open({
      ...requestOf(name, parameters, options),
      ...(accept !== undefined && { accept }),
    })
  }

  /** `each` reads a list to its end, page after page as you go on. Throws as `call`. */
  async *each<Name extends ListName>(
    name: Name,
    parameters: ParametersOf<Name>,
    options: Pick<CallOptions, 'signal'> = {},
  ): AsyncGenerator<EntryOf<Name, Exact>> {
    let cursor: number | null | undefined
    do {
      const next = cursor === undefined ? parameters : { ...parameters, cursor }
      const { data } = (await this.call(name, next as ParametersOf<Name>, options)) as {
        data: { page: { items: EntryOf<Name, Exact>[]; next_cursor: number | null } }
      }
      yield* data.page.items
      cursor = data.page.next_cursor
    } while (cursor !== null)
  }

  /**
   * `waitForOrder` gives an order once it has ended, well or badly; it waits as long as that takes, or until the signal. The server
   * answers as soon as the order ends. Throws as `call`.
   */
  async waitForOrder(
    id: number,
    { signal }: Pick<CallOptions, 'signal'> = {},
  ): Promise<Reading<Order, Exact>> {
    const options = signal ? { signal } : {}
    for (;;) {
      const begun = Date.now()
      const order = await this.call('getOrderStatus', { id, wait: MAX_WAIT_S }, options)
      if (order.status !== 'pending') {
        return order.result_truncated ? await this.call('getOrder', { id }, options) : order
      }
      await pause(Math.max(0, begun + MIN_POLL_MS - Date.now()), signal)
    }
  }

  /**
   * `followOrders` gives updates of all orders of the account as they happen, without end: the order as it is after it was placed and
   * after items of it ended. A connection that breaks is opened again and goes on where it was. Throws an ImeigateError when the
   * server refuses, and the signal's reason when it is aborted.
   */
  followOrders(options: FollowOptions = {}): AsyncGenerator<OrderEvent<Exact>> {
    return follow(this.#calls, this.#exact, options) as AsyncGenerator<OrderEvent<Exact>>
  }
}

type Order = Schemas['Order']

function requestOf(
  name: OperationName,
  parameters: object,
  { signal, idempotencyKey }: CallOptions,
): Request {
  const [method = '', template = ''] = operations[name].split(' ')
  const given = new Map(Object.entries(parameters).filter(([, value]) => value !== undefined))
  const path = template.replace(/\{(\w+)\}/g, (_, part: string) => {
    const value = given.get(part)
    given.delete(part)
    if (value === undefined || value === '') throw new TypeError(`${name} needs ${part}`)
    return encodeURIComponent(String(value))
  })
  if (method === 'POST') {
    const body = given.size > 0 ? JSON.stringify(Object.fromEntries(given)) : undefined
    return { method, path, body, signal, idempotencyKey: idempotencyKey ?? crypto.randomUUID() }
  }
  const query = new URLSearchParams(
    [...given].map(([key, value]): [string, string] => [key, String(value)]),
  ).toString()
  const wait = Number(given.get('wait') ?? 0)
  return { method, path: query === '' ? path : `${path}?${query}`, signal, waitMs: wait * 1000 }
}

for (const name of Object.keys(operations) as OperationName[]) {
  if (name in Client.prototype) continue
  Object.defineProperty(Client.prototype, name, {
    configurable: true,
    writable: true,
    value(this: Client<boolean>, parameters: ParametersOf<typeof name> = {} as never, options?: CallOptions) {
      return this.call(name, parameters, options)
    },
  })
}

/** ImeigateClient speaks the REST API of one imeigate with one key: every operation of its OpenAPI document is a method. */
export type ImeigateClient<Exact extends boolean = false> = Client<Exact> & Methods<Exact>

export const ImeigateClient = Client as new <Exact extends boolean = false>(
  settings: ClientSettings<Exact>,
) => ImeigateClient<Exact>
