import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Account } from '../../src/accounts/account.ts'
import { Catalogue } from '../../src/catalogue/catalogue.ts'
import { setPrice } from '../../src/catalogue/prices.ts'
import type { Service } from '../../src/catalogue/service.ts'
import { createService, type NewService, updateService } from '../../src/catalogue/services.ts'
import { ChangeNotifier } from '../../src/database/change-notifier.ts'
import type { AccountId, PriceGroupId, ServiceId } from '../../src/lib/ids.ts'
import { testDatabase } from '../support/postgres.ts'

let database: Awaited<ReturnType<typeof testDatabase>>
let sql: typeof database.sql
beforeAll(async () => {
  database = await testDatabase()
  sql = database.sql
  await sql`insert into price_groups (name) values ('Gold'), ('Silver')`
  await sql`insert into accounts (name, email, username, currency, price_group_id)
            values ('One', 'one@example.com', 'one', 'USD', 1), ('Two', 'two@example.com', 'two', 'USD', 1)`
})
afterAll(() => database.drop())
afterEach(() => database.owner`truncate services, supplier_routes, prices restart identity cascade`)

const account = (id: number, group: number | null = null, currency = 'USD'): Account => ({
  id: id as AccountId,
  name: 'Shop',
  email: 'shop@example.com',
  username: `shop${id}`,
  login: null,
  currency,
  priceGroupId: group as PriceGroupId | null,
  closed: false,
})

const create = (code: string, over: Partial<NewService> = {}): Promise<Service> =>
  createService(sql, {
    code,
    name: code,
    group: 'G',
    price: '3',
    currency: 'USD',
    supplier: 'sandbox',
    ...over,
  })

/** `TestNotifier` tells of changes when a test says so. */
class TestNotifier {
  heard = true
  #forget: (() => void)[] = []
  onInvalidate(_: unknown, forget: () => void): void {
    this.#forget.push(forget)
  }
  isConnected(): boolean {
    return this.heard
  }
  change(): void {
    for (const forget of this.#forget) forget()
  }
}

/** `overBegin` is the pool, with something around each of its transactions. */
const overBegin = (around: (begin: () => Promise<unknown>) => Promise<unknown>): typeof sql =>
  new Proxy(sql, {
    get: (pool, name) =>
      name === 'begin'
        ? (...given: Parameters<typeof pool.begin>) => around(() => pool.begin(...given))
        : Reflect.get(pool, name),
  })

const current = () => new Catalogue(sql, new TestNotifier()).current()

describe('the catalogue', () => {
  it('finds a service by id, and by code in any case', async () => {
    const service = await create('Sim-Lock')
    const snapshot = await current()
    expect(snapshot.find(String(service.id))).toEqual(service)
    expect(snapshot.find('SIM-lock')).toEqual(service)
    expect(snapshot.byId(service.id)).toEqual(service)
    for (const none of ['', 'sim', '1', '99999999999999999999', '-1'])
      expect(snapshot.find(none)).toBeUndefined()
  })

  it("takes the nearest price: the account's own, its group's, everyone's", async () => {
    const service = await create('a')
    await setPrice(sql, {
      service: 'a',
      group: 'Gold',
      currency: 'USD',
      price: '2',
      minItems: 2,
      maxItems: 5,
    })
    await setPrice(sql, { service: 'a', account: 1 as AccountId, currency: 'USD', price: '1' })
    await setPrice(sql, { service: 'a', group: 'Silver', currency: 'EUR', price: '4' })
    const snapshot = await current()
    const price = (of: Account) => snapshot.pricesFor(of)(service)?.unitPrice
    expect(price(account(1, 1))).toBe(1_000_000n)
    expect(snapshot.pricesFor(account(2, 1))(service)).toEqual({
      unitPrice: 2_000_000n,
      minItems: 2,
      maxItems: 5,
    })
    expect(price(account(2, 2))).toBe(3_000_000n)
    expect(price(account(2))).toBe(3_000_000n)
    expect(price(account(2, 2, 'EUR'))).toBe(4_000_000n)
    expect(price(account(2, 1, 'EUR'))).toBeUndefined()
    expect(price(account(2, null, 'EUR'))).toBeUndefined()
  })

  it('offers what is active, visible and priced, by group, then id', async () => {
    await create('b1', { group: 'B' })
    await create('a1', { group: 'A' })
    await create('b2', { group: 'B', visibleTo: ['Gold'] })
    await create('a2', { group: 'A', active: false })
    await create('a3', { group: 'A', currency: 'EUR' })
    await create('a4', { group: 'A' })
    await create('lower', { group: 'a' })
    const snapshot = await current()
    const codes = async (of: Account) =>
      (await snapshot.listed(of, 'programs')).map(({ service }) => service.code)
    expect(await codes(account(2))).toEqual(['a1', 'a4', 'b1', 'lower'])
    expect(await codes(account(2, 1))).toEqual(['a1', 'a4', 'b1', 'b2', 'lower'])
    expect(await codes(account(2, 2))).toEqual(['a1', 'a4', 'b1', 'lower'])
    expect(await codes(account(2, 1, 'EUR'))).toEqual(['a3'])
    const hidden = snapshot.find('b2') as Service
    expect(snapshot.mayBuy(hidden, account(2))).toBeUndefined()
    expect(snapshot.mayBuy(hidden, account(2, 1))).toMatchObject({ unitPrice: 3_000_000n })
  })

  it('has one audience for accounts that are offered the same, and others for the rest', async () => {
    await create('a')
    await setPrice(sql, { service: 'a', account: 1 as AccountId, currency: 'USD', price: '1' })
    const snapshot = await current()
    const audience = (...of: Parameters<typeof account>) => snapshot.audience(account(...of))
    expect(audience(2, 1)).toBe(audience(3, 1))
    expect(audience(2)).toBe(audience(3))
    const different = [
      audience(1, 1),
      audience(2, 1),
      audience(2, 2),
      audience(2),
      audience(1),
      audience(2, 1, 'EUR'),
    ]
    expect(new Set(different).size).toBe(different.length)
  })
})

describe('the catalogue in memory', () => {
  it('is the same object, at once, until a change is told', async () => {
    const notifier = new TestNotifier()
    const catalogue = new Catalogue(sql, notifier)
    const first = await catalogue.current()
    expect(catalogue.current()).toBe(first)
    await create('new')
    expect(catalogue.current()).toBe(first)
    notifier.change()
    const second = await catalogue.current()
    expect(second.find('new')).toBeDefined()
    expect(catalogue.current()).toBe(second)
  })

  it('is read again for the service of a row whose change is not told yet, and only for that', async () => {
    const catalogue = new Catalogue(sql, new TestNotifier())
    const known = await create('known')
    const first = await catalogue.current()
    expect(await catalogue.getService(known.id)).toEqual(known)
    expect(catalogue.current()).toBe(first)
    const fresh = await create('fresh')
    expect(await catalogue.getService(fresh.id)).toEqual(fresh)
    await expect(catalogue.getService(0 as ServiceId)).rejects.toThrow('there is no service 0')
  })

  it('keeps the parsed schema of a service from load to load, so that it is compiled once', async () => {
    const notifier = new TestNotifier()
    const catalogue = new Catalogue(sql, notifier)
    await create('a')
    await create('b')
    const first = await catalogue.current()
    notifier.change()
    const second = await catalogue.current()
    expect(second).not.toBe(first)
    expect(second.find('b')?.inputSchema).toBe(first.find('a')?.inputSchema)
  })

  it('is read only once however many ask', async () => {
    const catalogue = new Catalogue(sql, new TestNotifier())
    const [one, ...others] = await Promise.all(Array.from({ length: 20 }, () => catalogue.current()))
    for (const other of others) expect(other).toBe(one)
  })

  describe('when a change is told during the reading', () => {
    /** `overtaken` gives a catalogue whose first reading has read, waits, and was then told of a new service. */
    async function overtaken() {
      const notifier = new TestNotifier()
      const [wasRead, mayGoOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
      const slow = overBegin(async (begin) => {
        const read = await begin()
        wasRead.resolve()
        await mayGoOn.promise
        return read
      })
      const catalogue = new Catalogue(slow, notifier)
      const early = catalogue.current()
      await wasRead.promise
      await create('raced')
      notifier.change()
      return { catalogue, early, goOn: mayGoOn.resolve }
    }

    it('does not keep what was read before it', async () => {
      const { catalogue, early, goOn } = await overtaken()
      goOn()
      expect((await early).find('raced')).toBeUndefined()
      expect((await catalogue.current()).find('raced')).toBeDefined()
    })

    it('reads once more for all who ask after it', async () => {
      const { catalogue, early, goOn } = await overtaken()
      const late = [catalogue.current(), catalogue.current()]
      goOn()
      await early
      expect((await late[0])?.find('raced')).toBeDefined()
      expect(await late[1]).toBe(await late[0])
      expect(catalogue.current()).toBe(await late[0])
    })
  })

  it('is read each time while changes cannot be heard', async () => {
    const notifier = new TestNotifier()
    const catalogue = new Catalogue(sql, notifier)
    await catalogue.current()
    notifier.heard = false
    await create('unheard')
    expect((await catalogue.current()).find('unheard')).toBeDefined()
  })

  it('can be read after a reading failed', async () => {
    const notifier = new TestNotifier()
    let broken = true
    const flaky = overBegin((begin) => (broken ? Promise.reject(new Error('gone')) : begin()))
    const catalogue = new Catalogue(flaky, notifier)
    await expect(catalogue.current()).rejects.toThrow('gone')
    broken = false
    expect((await catalogue.current()).find('x')).toBeUndefined()
  })

  it('follows a change that another process made', async () => {
    const notifier = new ChangeNotifier(database.address)
    await notifier.start()
    try {
      const catalogue = new Catalogue(sql, notifier)
      const service = await create('far', { name: 'before' })
      await expect.poll(async () => (await catalogue.current()).byId(service.id)?.name).toBe('before')
      await updateService(sql, 'far', { name: 'after' })
      await expect.poll(async () => (await catalogue.current()).byId(service.id)?.name).toBe('after')
      await setPrice(sql, { service: 'far', currency: 'USD', price: '9' })
      const price = async () => (await catalogue.current()).pricesFor(account(2))(service)?.unitPrice
      await expect.poll(price).toBe(9_000_000n)
    } finally {
      await notifier.stop()
    }
  })
})
