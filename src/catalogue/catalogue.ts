import type { ChangeListener } from '../database/change-notifier.ts'
import type { Sql } from '../database/database.ts'
import type { ServiceId } from '../lib/ids.ts'
import { eachInTurns, turnForMany } from '../runtime/pace.ts'
import { selectPricesBehind, selectRemovedBehind } from './prices.sql.ts'
import type { Service } from './service.ts'
import { type GroupPlace, selectGroupPlaces } from './service-groups.sql.ts'
import { selectServices } from './services.sql.ts'
import { Snapshot } from './snapshot.ts'

export type { Snapshot } from './snapshot.ts'

/** Catalogue is the catalogue in memory: read again when a change of it was notified, or while notifications are cut off. */
export class Catalogue {
  readonly #sql: Sql
  readonly #notifier: ChangeListener
  readonly #sellsUnrouted: boolean
  #snapshot: Snapshot | undefined
  /** `#generation` counts the changes, so that what was read before a change is not kept after it. */
  #generation = 0
  #loading: { generation: number; snapshot: Promise<Snapshot> } | undefined
  #next: Promise<Snapshot> | undefined
  #parsed = new Map<string, unknown>()

  /** `sellsUnrouted`: services without a working route are sold, and their orders wait for one. */
  constructor(sql: Sql, notifier: ChangeListener, { sellsUnrouted = false } = {}) {
    this.#sql = sql
    this.#notifier = notifier
    this.#sellsUnrouted = sellsUnrouted
    notifier.onInvalidate('catalogue', () => this.#forget())
  }

  #forget(): void {
    this.#generation++
    this.#snapshot = undefined
  }

  /** `current` gives the catalogue with every change that was notified before this call: at once when it is in memory. */
  current(): Snapshot | Promise<Snapshot> {
    if (this.#snapshot && this.#notifier.isConnected()) return this.#snapshot
    return this.#load()
  }

  /**
   * `getService` gives the service of a row, active or not. One that is not in memory is read, because a change may be seen in a row
   * before it is notified. Throws where there is none.
   */
  async getService(id: ServiceId): Promise<Service> {
    const known = (await this.current()).byId(id)
    if (known) return known
    this.#forget()
    const found = (await this.current()).byId(id)
    if (!found) throw new Error(`there is no service ${id}`)
    return found
  }

  /** `#load` lets one load run and one wait at most, however many ask and however fast changes come. */
  #load(): Promise<Snapshot> {
    if (!this.#loading) return this.#startLoading()
    if (this.#loading.generation === this.#generation) return this.#loading.snapshot
    // The load that runs may have read from before the last change: read once more after it.
    this.#next ??= this.#loading.snapshot
      .catch(() => {})
      .then(() => {
        this.#next = undefined
        return this.#load()
      })
    return this.#next
  }

  #startLoading(): Promise<Snapshot> {
    const generation = this.#generation
    const snapshot = this.#read()
      .then((loaded) => {
        if (generation === this.#generation) this.#snapshot = loaded
        return loaded
      })
      .finally(() => {
        this.#loading = undefined
      })
    this.#loading = { generation, snapshot }
    return snapshot
  }

  async #read(): Promise<Snapshot> {
    // Thousands of services share a few schemas and field lists: each distinct text is parsed once and, since
    // the object stays the same from load to load, compiled once.
    const parsed = new Map<string, unknown>()
    const parse = (text: string): unknown => {
      const value = parsed.get(text) ?? this.#parsed.get(text) ?? JSON.parse(text)
      parsed.set(text, value)
      return value
    }
    // One instant for all tables: a service and its prices are often changed together. Thousands are read in several turns.
    const snapshot = await this.#sql.begin('isolation level repeatable read read only', async (sql) => {
      const groups = await selectGroupPlaces(sql)
      const stored = inOrder(await selectServices(sql, parse), groups)
      await turnForMany(stored.length)
      const made = new Snapshot()
      for (const group of groups) made.addGroup(group)
      await eachInTurns(stored, (one) =>
        made.addService(one, { isSold: this.#sellsUnrouted || one.unroutedSince === null }),
      )
      for await (const prices of pages((id) => selectPricesBehind(sql, id))) made.addPrices(prices)
      for await (const removed of pages((id) => selectRemovedBehind(sql, id))) made.addChanges(removed)
      return made
    })
    this.#parsed = parsed
    return snapshot
  }
}

/** `inOrder` puts services, which come by group and id, into the order of the groups; those of which none was said stand behind them. */
function inOrder<Stored extends { service: Service }>(
  stored: Stored[],
  groups: readonly GroupPlace[],
): Stored[] {
  if (groups.length === 0) return stored
  const places = new Map(groups.map(({ name }, at) => [name, at]))
  const placeOf = ({ service }: Stored): number => places.get(service.group) ?? groups.length
  return stored.sort((one, other) => placeOf(one) - placeOf(other))
}

/** `pages` reads rows by their ids until there are no more. */
async function* pages<Row extends { id: number }>(
  read: (behind: number) => Promise<Row[]>,
): AsyncGenerator<Row[], void> {
  for (let behind = 0; ; ) {
    const page = await read(behind)
    const last = page.at(-1)
    if (!last) return
    yield page
    behind = last.id
  }
}
