import { type Micros, micros } from '../lib/money.ts'
import type { FakeOptions } from './options.ts'
import { scaleOf } from './prices.ts'
import { type FakeService, makeServices } from './services.ts'

/** `modes` has what can be wrong with the whole panel; `ok`: nothing. */
export const modes = ['ok', 'down', 'credit', 'login', 'html', 'slow', 'maintenance'] as const
export type Mode = (typeof modes)[number]

/** `listModes` has what can be wrong with its service list: it has `half` of the services, or is `cut` in the middle. */
export const listModes = ['whole', 'half', 'cut'] as const
export type ListMode = (typeof listModes)[number]

/** Panel is the supplier without its orders: what it sells at what price, whom it knows, and what is wrong with it. */
export class Panel {
  readonly options: FakeOptions
  list: ListMode
  /** `priceFactor` is in millionths: 1,000,000 leaves prices as they are. */
  priceFactor = micros(1_000_000n)
  /** `requests` counts them by action since the start. */
  readonly requests = new Map<string, number>()
  readonly #services: FakeService[]
  readonly #byName = new Map<string, FakeService>()
  #mode: Mode = 'ok'
  #modeEndsAt = Number.POSITIVE_INFINITY

  constructor(options: FakeOptions) {
    this.options = options
    this.list = options.listCut ? 'cut' : 'whole'
    this.#services = makeServices(options.services)
    for (const service of this.#services) {
      this.#byName.set(service.id, service)
      this.#byName.set(service.code, service)
    }
  }

  get mode(): Mode {
    if (this.#mode !== 'ok' && Date.now() >= this.#modeEndsAt) this.#mode = 'ok'
    return this.#mode
  }

  /** `setMode` sets the mode for a time, or for good. */
  setMode(mode: Mode, forMs = Number.POSITIVE_INFINITY): void {
    this.#mode = mode
    this.#modeEndsAt = Date.now() + forMs
  }

  count(action: string): void {
    this.requests.set(action, (this.requests.get(action) ?? 0) + 1)
  }

  /** `find` finds a service by id or code. */
  find(name: string): FakeService | undefined {
    return this.#byName.get(name)
  }

  /** `offered` gives the services that its list has at the moment. */
  offered(): FakeService[] {
    return this.list === 'half'
      ? this.#services.slice(0, Math.ceil(this.#services.length / 2))
      : this.#services
  }

  priceOf(service: FakeService): Micros {
    return micros((service.price * scaleOf(this.options.currency) * this.priceFactor) / 1_000_000n)
  }

  /** `knows` checks credentials. The user name is null where the protocol sends none. */
  knows(username: string | null, secret: string): boolean {
    const { username: name, apiaccesskey } = this.options
    if (name !== undefined && username !== null && username !== name) return false
    return apiaccesskey === undefined ? secret !== '' : secret === apiaccesskey
  }
}
