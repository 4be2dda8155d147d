import { afterAll, beforeAll } from 'vitest'
import type { SupplierService } from '../../src/integrations/suppliers/supplier.ts'
import { orThrow } from '../../src/lib/fault.ts'
import type { SupplierId } from '../../src/lib/ids.ts'
import { micros, parseMicros } from '../../src/lib/money.ts'
import { systemClock } from '../../src/lib/time.ts'
import { PriceRule, type PriceRuleInput } from '../../src/price-book/price-rule.ts'
import type { AttachBy } from '../../src/sync/attach.ts'
import type { ImportRequest, ImportSelection } from '../../src/sync/import.ts'
import type { ListedSupplier } from '../../src/sync/remote-list.ts'
import { applySync, previewSync, type SyncOptions } from '../../src/sync/sync.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'

/** `Listed` is a service of a supplier's list; what is not said is plain. */
export type Listed = Partial<Omit<SupplierService, 'cost'>> & { id: string; cost?: string }

export const remote = ({ cost = '1', ...given }: Listed): SupplierService => ({
  group: 'Unlocks',
  name: `Service ${given.id}`,
  kind: 'imei',
  deliveryTime: '1-5 Minutes',
  description: '',
  minQuantity: 1,
  maxQuantity: 1,
  fields: [],
  cost: parseMicros(cost) ?? micros(-1n),
  ...given,
})

/** `list` gives a list as a supplier sends it; with an error it breaks after its services. */
export async function* list(services: Listed[], error?: Error): AsyncGenerator<SupplierService> {
  for (const service of services) yield remote(service)
  if (error) throw error
}

/** `count` services, numbered from `from` on. */
export const many = (count: number, given: Partial<Listed> = {}, from = 1): Listed[] =>
  Array.from({ length: count }, (_, n) => ({ ...given, id: String(from + n) }))

const everything: ImportSelection = { all: true, groups: [], ids: [] }

export const wish = (
  rule: Partial<PriceRuleInput> = {},
  { selection = everything, ...given }: Partial<Omit<ImportRequest, 'rule'>> = {},
): ImportRequest => ({
  selection,
  follows: true,
  rule: orThrow(PriceRule.read({ percent: '25', currency: 'USD', ...rule })),
  ...given,
})

/** `Store` is a database with suppliers, one for each test. */
export class Store {
  readonly #database: TestDatabase
  #count = 0

  constructor(database: TestDatabase) {
    this.#database = database
  }

  get sql() {
    return this.#database.sql
  }

  get owner() {
    return this.#database.owner
  }

  get address() {
    return this.#database.address
  }

  async supplier(currency = 'USD', name = `Panel ${++this.#count}`): Promise<ListedSupplier> {
    const [row] = await this.sql<{ id: SupplierId }[]>`
      insert into suppliers (kind, name, url, currency) values ('dhru', ${name}, 'https://panel.example', ${currency})
      returning id`
    return { id: (row as { id: SupplierId }).id, name, currency }
  }

  apply(
    supplier: ListedSupplier,
    services: Listed[] | AsyncIterable<SupplierService>,
    options: Partial<SyncOptions> = {},
  ) {
    return applySync(this.sql, supplier, Array.isArray(services) ? list(services) : services, {
      trigger: 'manual',
      actor: 'test:ada',
      clock: systemClock,
      ...options,
    })
  }

  preview(
    supplier: ListedSupplier,
    services: Listed[] | AsyncIterable<SupplierService>,
    groups: string[] | null = null,
    options: { attaching?: AttachBy } = {},
  ) {
    const listed = Array.isArray(services) ? list(services) : services
    return previewSync(this.sql, supplier, listed, { groups, limit: null, ...options })
  }

  /** `routed` makes a service with a route to a service of the supplier, as an operator does. */
  async routed(supplier: ListedSupplier, code: string, remoteService: string): Promise<number> {
    const [row] = await this.sql<{ id: number }[]>`
      insert into services (code, name, group_name, kind, input_schema, duplicate_policy)
      values (${code}, ${code}, 'Ours', 'imei', '{}', 'replay') returning id`
    const { id } = row as { id: number }
    await this.sql`
      insert into supplier_routes (service_id, supplier_id, remote_service) values (${id}, ${supplier.id}, ${remoteService})`
    return id
  }

  async routes(supplier: ListedSupplier) {
    return [
      ...(await this.sql<
        { service_id: number; remote_service: string; cost: bigint | null; available: boolean | null }[]
      >`
        select service_id, remote_service, cost, available from supplier_routes where supplier_id = ${supplier.id} order by id`),
    ]
  }

  /** `everything` gives what a sync could change, as it is. */
  async everything() {
    const tables = [
      'services',
      'supplier_routes',
      'prices',
      'supplier_services',
      'synced_services',
      'price_rules',
      'cost_history',
    ]
    return Promise.all(tables.map((name) => this.sql`select * from ${this.sql(name)} t order by t::text`))
  }

  async runs(supplier: ListedSupplier) {
    return [...(await this.sql`select * from sync_runs where supplier_id = ${supplier.id} order by id`)]
  }
}

export function useStore(): { readonly store: Store } {
  let database: TestDatabase
  let store: Store
  beforeAll(async () => {
    database = await testDatabase()
    store = new Store(database)
  })
  afterAll(() => database.drop())
  return {
    get store() {
      return store
    },
  }
}
