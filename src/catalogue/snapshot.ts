import type { Account } from '../accounts/account.ts'
import type { PriceGroupId, ServiceId } from '../lib/ids.ts'
import { eachInTurns } from '../runtime/pace.ts'
import type { KnownPrice, PriceChange, PriceKey } from './prices.sql.ts'
import { type Service, serviceIdOf, type UnitPrice } from './service.ts'
import type { GroupPlace, Place } from './service-groups.sql.ts'

export interface Offer {
  service: Service
  price: UnitPrice
}

/** ServiceTimes are when a service was made, and when it was changed last. */
export interface ServiceTimes {
  createdAt: Date
  updatedAt: Date
}

/** Snapshot is the whole catalogue as it was at one instant. Nothing in it changes once its services and prices were added. */
export class Snapshot {
  readonly #services: Service[] = []
  readonly #byId = new Map<ServiceId, Service>()
  readonly #byCode = new Map<string, Service>()
  /** `#prices` are by whom they are for (`forAccount`, `forGroup`, or the currency alone for everyone), then by service. */
  readonly #prices = new Map<string, Map<ServiceId, UnitPrice>>()
  readonly #times = new Map<ServiceId, ServiceTimes>()
  /** `#priceChanges` has when prices were changed last, also those that are no more, as `#prices` has the prices. */
  readonly #priceChanges = new Map<string, Map<ServiceId, Date>>()
  /** `#unsold` are services that nobody is offered, because they have no working route. */
  readonly #unsold = new Set<ServiceId>()
  /** `#shown` says of groups that are not listed everywhere where they are. */
  readonly #shown = new Map<string, Place>()

  /** `services` are all services, active or not, in the order that lists show them in. */
  get services(): readonly Service[] {
    return this.#services
  }

  /** `addService` adds the next service while the snapshot is made. */
  addService(
    { service, ...times }: ServiceTimes & { service: Service },
    { isSold }: { isSold: boolean },
  ): void {
    this.#services.push(service)
    this.#byId.set(service.id, service)
    this.#byCode.set(service.code.toLowerCase(), service)
    this.#times.set(service.id, times)
    if (!isSold) this.#unsold.add(service.id)
  }

  /** `addGroup` says where a group is listed, while the snapshot is made. */
  addGroup({ name, shown }: GroupPlace): void {
    if (shown !== 'everywhere') this.#shown.set(name, shown)
  }

  /** `addPrices` adds prices while the snapshot is made. */
  addPrices(prices: readonly KnownPrice[]): void {
    for (const price of prices) {
      const { serviceId, unitPrice, minItems, maxItems } = price
      listOf(this.#prices, price).set(serviceId, { unitPrice, minItems, maxItems })
      this.#addChange(price, price.updatedAt)
    }
  }

  /** `addChanges` adds when prices were taken away, while the snapshot is made. */
  addChanges(changes: readonly PriceChange[]): void {
    for (const change of changes) this.#addChange(change, change.at)
  }

  #addChange(key: PriceKey, at: Date): void {
    const list = listOf(this.#priceChanges, key)
    list.set(key.serviceId, latest(at, list.get(key.serviceId)))
  }

  /** `find` finds by id, when the text is all digits, or else by code in any case. */
  find(idOrCode: string): Service | undefined {
    const id = serviceIdOf(idOrCode)
    return id === undefined ? this.#byCode.get(idOrCode.toLowerCase()) : this.#byId.get(id)
  }

  byId(id: ServiceId): Service | undefined {
    return this.#byId.get(id)
  }

  /**
   * `timesFor` gives what gives the times of a service as one account is offered it: its last change is also one of a price that the account
   * has.
   */
  timesFor({ id: accountId, currency, priceGroupId }: Account): (service: Service) => ServiceTimes {
    const holders = [forAccount(accountId, currency), currency]
    if (priceGroupId !== null) holders.push(forGroup(priceGroupId, currency))
    const changes = holders.map((holder) => this.#priceChanges.get(holder))
    return ({ id }) => {
      const times = this.#times.get(id)
      if (!times) throw new Error(`service ${id} is of another snapshot`)
      const { createdAt, updatedAt } = times
      return { createdAt, updatedAt: latest(updatedAt, ...changes.map((list) => list?.get(id))) }
    }
  }

  /** `pricesFor` gives what gives the nearest price of a service in the account's currency: its own, its price group's, everyone's. */
  pricesFor({ id, currency, priceGroupId }: Account): (service: Service) => UnitPrice | undefined {
    const own = this.#prices.get(forAccount(id, currency))
    const group = priceGroupId === null ? undefined : this.#prices.get(forGroup(priceGroupId, currency))
    const all = this.#prices.get(currency)
    return (service) => own?.get(service.id) ?? group?.get(service.id) ?? all?.get(service.id)
  }

  /** `mayBuy` gives the account's price of what it is offered; undefined: the account is not offered it. */
  mayBuy(service: Service, account: Account): UnitPrice | undefined {
    return this.isUnsold(service) ? undefined : this.maySee(service, account)
  }

  /** `maySee` gives the account's price of an active service that is shown to it, whether it is sold at present or not. */
  maySee(service: Service, account: Account): UnitPrice | undefined {
    return service.active && isVisible(service, account) ? this.pricesFor(account)(service) : undefined
  }

  /** `isUnsold` tells whether a service is not sold at present, because it has no working route. */
  isUnsold({ id }: Service): boolean {
    return this.#unsold.has(id)
  }

  /**
   * `listed` gives what an account is offered that is listed to programs (over Dhru and REST) or in the portal, in the order of the groups, then by
   * id. What is not listed can be ordered all the same. Thousands are looked at in several turns.
   */
  async listed(account: Account, place: 'programs' | 'portal'): Promise<Offer[]> {
    const offers: Offer[] = []
    const priceOf = this.pricesFor(account)
    await eachInTurns(this.services, (service) => {
      const isListed = [place, 'everywhere'].includes(this.#shown.get(service.group) ?? 'everywhere')
      const isOffered = isListed && service.active && isVisible(service, account) && !this.isUnsold(service)
      const price = isOffered ? priceOf(service) : undefined
      if (price) offers.push({ service, price })
    })
    return offers
  }

  /** `audience` gives the same text for accounts that are offered the same services at the same prices, and were all along. */
  audience(account: Account): string {
    const { id, currency, priceGroupId } = account
    const shared = priceGroupId === null ? currency : forGroup(priceGroupId, currency)
    return this.#priceChanges.has(forAccount(id, currency)) ? `${shared} ${forAccount(id, currency)}` : shared
  }
}

/** `listOf` gives what a map has for those that a price is for. */
function listOf<Value>(map: Map<string, Map<ServiceId, Value>>, price: PriceKey): Map<ServiceId, Value> {
  const { accountId, priceGroupId, currency } = price
  const holder =
    accountId !== null
      ? forAccount(accountId, currency)
      : priceGroupId !== null
        ? forGroup(priceGroupId, currency)
        : currency
  const list = map.get(holder) ?? new Map<ServiceId, Value>()
  map.set(holder, list)
  return list
}

const latest = (first: Date, ...others: (Date | undefined)[]): Date =>
  others.reduce<Date>((last, one) => (one !== undefined && one > last ? one : last), first)

const forAccount = (id: number, currency: string): string => `account ${id} ${currency}`
const forGroup = (id: PriceGroupId, currency: string): string => `group ${id} ${currency}`

function isVisible({ visibleTo }: Service, { priceGroupId }: Account): boolean {
  return visibleTo === null || (priceGroupId !== null && visibleTo.includes(priceGroupId))
}
