import fc from 'fast-check'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { createAccount, createPriceGroup } from '../../src/accounts/accounts.ts'
import { setPrice } from '../../src/catalogue/prices.ts'
import { Refusal } from '../../src/errors.ts'
import { ExchangeRates, Rates } from '../../src/ledger/rates.ts'
import { orThrow } from '../../src/lib/fault.ts'
import { type Micros, micros } from '../../src/lib/money.ts'
import { moving } from '../../src/price-book/moves.ts'
import { isPrice, PriceRule } from '../../src/price-book/price-rule.ts'
import { repriceAll } from '../../src/price-book/reprice.sql.ts'
import { removeRule, setRule } from '../../src/price-book/rules.ts'
import { type TestDatabase, testDatabase } from '../support/postgres.ts'

/**
 * Prices as the database keeps them, after random changes of rules, fixed prices, costs, routes, suppliers, rates and groups of services, are
 * those of a plain computation.
 */
const SERVICES = 5
const GROUPS = ['One', 'Two']
const CURRENCIES = ['USD', 'EUR', 'VND'] as const
const SUPPLIERS = ['USD', 'EUR', 'VND'] as const
const AUDIENCES = ['everyone', 'Gold', 'Silver', 'anna', 'binh'] as const
const BUYS_IN: Record<string, string> = { anna: 'USD', binh: 'VND' }

type Audience = (typeof AUDIENCES)[number]
type Scope = { service: number } | { group: string } | 'all'

let database: TestDatabase
let sql: TestDatabase['sql']
let firstService = 0

beforeAll(async () => {
  database = await testDatabase()
  sql = database.sql
  for (const name of ['Gold', 'Silver']) await createPriceGroup(sql, name)
  for (const [username, currency] of Object.entries(BUYS_IN)) {
    await createAccount(sql, { name: username, email: `${username}@example.com`, username, currency }, 'test')
  }
  const made = await sql<{ id: number }[]>`
    insert into services (code, name, group_name, kind, input_schema, duplicate_policy)
    select 's' || n, 'S' || n, 'One', 'imei', '{}', 'replay' from generate_series(1, ${SERVICES}::int) n returning id`
  firstService = made[0]?.id ?? 0
  for (const currency of SUPPLIERS) {
    await sql`
      insert into suppliers (kind, name, url, currency, settings) values ('dhru', ${currency}, 'https://s.example/', ${currency}, '{}')`
  }
})
afterAll(() => database.drop())

/** Model is the same as the database in plain values. */
class Model {
  readonly groups = Array.from({ length: SERVICES }, () => 'One')
  readonly enabled = new Set<string>(SUPPLIERS)
  /** `routes` are by "service supplier". */
  readonly routes = new Map<string, { cost: Micros | null; works: boolean }>()
  readonly rates = new Map<string, { base: string; quote: string; rate: string }>()
  readonly rules = new Map<string, { audience: Audience; scope: Scope; rule: PriceRule }>()
  /** `fixed` are by cell: "service audience currency". */
  readonly fixed = new Map<string, Micros>()
  made = new Map<string, { key: string; amount: Micros }>()

  #cost(service: number, currency: string): Micros | undefined {
    const rates = new ExchangeRates([...this.rates.values()])
    const costs = [...this.routes].flatMap(([key, { cost, works }]) => {
      const [of, supplier = ''] = key.split(' ')
      if (Number(of) !== service || !works || cost === null || !this.enabled.has(supplier)) return []
      return rates.convert(cost, supplier, currency) ?? []
    })
    return costs.reduce<Micros | undefined>(
      (least, one) => (least === undefined || one < least ? one : least),
      undefined,
    )
  }

  /** `candidates` are the rules of an audience for a service, the narrowest first. */
  #candidates(service: number, audience: Audience, currency: string) {
    const breadth = (scope: Scope): number => (scope === 'all' ? 3 : 'group' in scope ? 2 : 1)
    return [...this.rules]
      .filter(([, { audience: of, scope, rule }]) => {
        const isFor =
          scope === 'all' ||
          ('group' in scope ? scope.group === this.groups[service] : scope.service === service)
        return of === audience && rule.currency === currency && isFor
      })
      .sort(([, a], [, b]) => breadth(a.scope) - breadth(b.scope))
  }

  #priceOf(service: number, audience: Audience, currency: string, everyone: Micros | undefined) {
    const cell = `${service} ${audience} ${currency}`
    for (const [key, { rule }] of this.#candidates(service, audience, currency)) {
      const base = rule.values.basis === 'cost' ? this.#cost(service, currency) : everyone
      const kept = this.made.get(cell)
      const amount =
        base !== undefined
          ? rule.priceOf(base)
          : rule.values.basis === 'cost' && kept?.key === key
            ? kept.amount
            : undefined
      if (amount !== undefined && isPrice(amount)) return { key, amount }
    }
    return undefined
  }

  /** `settle` makes the prices that rules give. */
  settle(): void {
    const made: Model['made'] = new Map()
    for (let service = 0; service < SERVICES; service++) {
      for (const currency of CURRENCIES) {
        let everyone: Micros | undefined
        for (const audience of AUDIENCES) {
          const cell = `${service} ${audience} ${currency}`
          const ruled = this.fixed.has(cell)
            ? undefined
            : this.#priceOf(service, audience, currency, everyone)
          if (ruled) made.set(cell, ruled)
          if (audience === 'everyone') everyone = this.fixed.get(cell) ?? ruled?.amount
        }
      }
    }
    this.made = made
  }

  /** `isImpossible` tells whether a rule makes a price of something known that is none. */
  isImpossible(key: string): boolean {
    const found = this.rules.get(key)
    if (!found) return false
    const { audience, rule } = found
    for (let service = 0; service < SERVICES; service++) {
      if (!this.#candidates(service, audience, rule.currency).some(([one]) => one === key)) continue
      const cell = `${service} everyone ${rule.currency}`
      const everyone = this.fixed.get(cell) ?? this.made.get(cell)?.amount
      const base = rule.values.basis === 'cost' ? this.#cost(service, rule.currency) : everyone
      if (base === undefined) continue
      const amount = rule.priceOf(base)
      if (amount === undefined || !isPrice(amount)) return true
    }
    return false
  }

  prices(): Record<string, string> {
    return Object.fromEntries(
      [
        ...[...this.fixed].map(([cell, amount]) => [cell, `${amount} fixed`] as const),
        ...[...this.made].map(([cell, { amount }]) => [cell, `${amount} by rule`] as const),
      ].sort(([a], [b]) => (a < b ? -1 : 1)),
    )
  }
}

async function prices(): Promise<Record<string, string>> {
  const rows = await sql<
    {
      service: number
      username: string | null
      name: string | null
      currency: string
      price: bigint
      ruled: boolean
    }[]
  >`
    select service_id - ${firstService}::int as service, a.username, g.name, p.currency, p.unit_price as price, p.rule_id is not null as ruled
      from prices p left join accounts a on a.id = p.account_id left join price_groups g on g.id = p.price_group_id`
  const cells = rows.map(
    ({ service, username, name, currency, price, ruled }) =>
      [
        `${service} ${username ?? name ?? 'everyone'} ${currency}`,
        `${price} ${ruled ? 'by rule' : 'fixed'}`,
      ] as const,
  )
  return Object.fromEntries(cells.sort(([a], [b]) => (a < b ? -1 : 1)))
}

const service = fc.integer({ min: 0, max: SERVICES - 1 })
const audience = fc.constantFrom(...AUDIENCES)
const currency = fc.constantFrom(...CURRENCIES)
const supplier = fc.constantFrom(...SUPPLIERS)
const amount = fc.oneof(
  { weight: 6, arbitrary: fc.bigInt(0n, 5_000_000n) },
  { weight: 2, arbitrary: fc.bigInt(0n, 10n ** 12n) },
  { weight: 1, arbitrary: fc.bigInt(9n * 10n ** 13n, 10n ** 14n) },
)
const scope = fc.oneof(
  service.map((one): Scope => ({ service: one })),
  fc.constantFrom(...GROUPS).map((group): Scope => ({ group })),
  fc.constant<Scope>('all'),
)
const setting = fc.record({
  kind: fc.constant('rule' as const),
  audience,
  scope,
  currency,
  basis: fc.constantFrom('cost' as const, 'everyone' as const),
  percent: fc.bigInt(-99_999_999n, 300_000_000n),
  fixed: fc.oneof(fc.constant(0n), fc.bigInt(-2_000_000n, 2_000_000n)),
  least: fc.oneof(fc.constant(0n), amount),
  step: fc.constantFrom(0n, 1n, 50_000n, 1_000_000n, 500_000_000n),
})
const step = fc.oneof(
  { weight: 6, arbitrary: setting },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('no rule' as const), at: fc.nat(1000) }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('fixed' as const), service, audience, currency, amount }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('not fixed' as const), at: fc.nat(1000) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('route' as const),
      service,
      supplier,
      cost: fc.option(amount),
      works: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('no route' as const), service, supplier }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('supplier' as const), supplier, enabled: fc.boolean() }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('rate' as const),
      pair: fc.constantFrom(...['USD EUR', 'EUR USD', 'USD VND', 'VND EUR']),
      rate: fc.constantFrom('0.9', '1.1', '25000', '0.00004', '0.333333333333'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('group' as const), service, group: fc.constantFrom(...GROUPS) }),
  },
)
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

/** `decimal` has all six decimals, so that nobody takes them for thousands. */
const decimal = (value: bigint): string => {
  const digits = (value < 0n ? -value : value).toString().padStart(7, '0')
  return `${value < 0n ? '-' : ''}${digits.slice(0, -6)}.${digits.slice(-6)}`
}

const named = (one: Audience) =>
  one === 'everyone' ? {} : one in BUYS_IN ? { account: one } : { group: one }

async function take(model: Model, given: Step): Promise<void> {
  switch (given.kind) {
    case 'rule': {
      const isEveryones = given.audience === 'everyone'
      const basis = isEveryones ? 'cost' : given.basis
      const fixed = basis === 'cost' && given.fixed < 0n ? -given.fixed : given.fixed
      const percent = basis === 'cost' && given.percent < 0n ? -given.percent : given.percent
      const input = {
        ...{ basis, percent: decimal(percent), fixed: decimal(fixed) },
        ...{ minPrice: decimal(given.least), round: decimal(given.step) },
        currency: BUYS_IN[given.audience] ?? given.currency,
      }
      const scoped =
        given.scope === 'all'
          ? {}
          : 'group' in given.scope
            ? { serviceGroup: given.scope.group }
            : { service: `s${given.scope.service + 1}` }
      if (given.scope !== 'all' && 'group' in given.scope && !model.groups.includes(given.scope.group)) return
      const key = JSON.stringify([given.audience, given.scope, input.currency])
      const before = model.rules.get(key)
      model.rules.set(key, {
        audience: given.audience,
        scope: given.scope,
        rule: orThrow(PriceRule.read(input)),
      })
      const set = moving(sql, {}, (transaction) =>
        setRule(transaction, { ...input, ...named(given.audience), ...scoped }),
      )
      const made = model.made
      model.settle()
      if (model.isImpossible(key)) {
        await expect(set).rejects.toBeInstanceOf(Refusal)
        model.made = made
        if (before) model.rules.set(key, before)
        else model.rules.delete(key)
      } else await set
      return
    }
    case 'no rule': {
      const [key] = [...model.rules.keys()].slice(given.at % Math.max(1, model.rules.size))
      if (key === undefined) return
      const [of, on, code] = JSON.parse(key) as [Audience, Scope, string]
      const [row] = await sql<{ id: number }[]>`
        select r.id from price_rules r left join accounts a on a.id = r.account_id left join price_groups g on g.id = r.price_group_id
         where r.currency = ${code} and coalesce(a.username, g.name, 'everyone') = ${of}
           and r.service_id is not distinct from ${on !== 'all' && 'service' in on ? firstService + on.service : null}::int
           and r.service_group is not distinct from ${on !== 'all' && 'group' in on ? on.group : null}::text`
      await sql.begin((transaction) => removeRule(transaction, row?.id as never))
      model.rules.delete(key)
      break
    }
    case 'fixed': {
      const code = BUYS_IN[given.audience] ?? given.currency
      const cell = `${given.service} ${given.audience} ${code}`
      await setPrice(sql, {
        ...{ service: `s${given.service + 1}`, currency: code, price: micros(given.amount) },
        ...(given.audience in BUYS_IN
          ? { account: await idOf(given.audience) }
          : given.audience !== 'everyone' && { group: given.audience }),
      })
      model.fixed.set(cell, micros(given.amount))
      break
    }
    case 'not fixed': {
      const [cell] = [...model.fixed.keys()].slice(given.at % Math.max(1, model.fixed.size))
      if (cell === undefined) return
      const [of, on = '', code = ''] = cell.split(' ')
      await sql`
        delete from prices p where rule_id is null and service_id = ${firstService + Number(of)} and currency = ${code}
           and coalesce((select username from accounts where id = p.account_id), (select name from price_groups where id = p.price_group_id),
                        'everyone') = ${on}`
      model.fixed.delete(cell)
      break
    }
    case 'route': {
      const cost = given.cost === null ? null : micros(given.cost)
      await sql`
        insert into supplier_routes (service_id, supplier_id, remote_service, cost, available)
        select ${firstService + given.service}::int, id, 'r', ${cost}::bigint, ${given.works}::boolean from suppliers where name = ${given.supplier}
        on conflict (service_id, supplier_id, remote_service) do update set cost = excluded.cost, available = excluded.available`
      model.routes.set(`${given.service} ${given.supplier}`, { cost, works: given.works })
      break
    }
    case 'no route':
      await sql`
        delete from supplier_routes where service_id = ${firstService + given.service}
           and supplier_id = (select id from suppliers where name = ${given.supplier})`
      model.routes.delete(`${given.service} ${given.supplier}`)
      break
    case 'supplier':
      await sql`update suppliers set enabled = ${given.enabled} where name = ${given.supplier}`
      if (given.enabled) model.enabled.add(given.supplier)
      else model.enabled.delete(given.supplier)
      break
    case 'rate': {
      const [base = '', quote = ''] = given.pair.split(' ')
      await new Rates(sql).set({ base, quote, rate: given.rate, validFrom: new Date(0), actor: 'test' })
      model.rates.set(given.pair, { base, quote, rate: given.rate })
      break
    }
    case 'group':
      await sql`update services set group_name = ${given.group} where id = ${firstService + given.service}`
      model.groups[given.service] = given.group
      break
  }
  model.settle()
}

const idOf = async (username: string) =>
  (await sql<{ id: number }[]>`select id from accounts where username = ${username}`)[0]?.id as never

async function clear(): Promise<void> {
  for (const table of ['price_rules', 'prices', 'supplier_routes', 'exchange_rates']) {
    await database.owner`delete from ${database.owner(table)}`
  }
  await sql`update suppliers set enabled = true`
  await sql`update services set group_name = 'One'`
}

it('prices are those of a plain computation after any changes of rules, costs, routes, rates and groups', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40, size: 'max' }), async (steps) => {
      await clear()
      const model = new Model()
      for (const given of steps) {
        await take(model, given)
        expect(await prices()).toEqual(model.prices())
      }
      // Nothing is left to do.
      const before = await sql`select * from prices order by id`
      await repriceAll(sql)
      expect(await sql`select * from prices order by id`).toEqual(before)
    }),
    { numRuns: 25, seed: inject('seed'), endOnFailure: true },
  )
})
