import { createAccount } from '../../src/accounts/accounts.ts'
import { Catalogue } from '../../src/catalogue/catalogue.ts'
import { type OrderInput, readInput } from '../../src/catalogue/order-input.ts'
import type { Service } from '../../src/catalogue/service.ts'
import { createService, type NewService } from '../../src/catalogue/services.ts'
import { openPool, type Sql } from '../../src/database/database.ts'
import { type PoolKind, pools } from '../../src/database/pools.ts'
import { checkLedger, type LedgerCheck } from '../../src/ledger/check.ts'
import { orThrow } from '../../src/lib/fault.ts'
import type { AccountId } from '../../src/lib/ids.ts'
import { micros } from '../../src/lib/money.ts'
import type { Clock } from '../../src/lib/time.ts'
import { Placement } from '../../src/orders/place/placement.ts'
import type { Purchase } from '../../src/orders/place/purchase.ts'
import { OrderReader } from '../../src/orders/read/order-reader.ts'
import type { TestDatabase } from '../support/postgres.ts'
import { imei } from '../support/server.ts'

let names = 0

export async function newAccount(sql: Sql, deposit: bigint, creditLimit = 0n): Promise<AccountId> {
  const username = `buyer${++names}`
  const account = await createAccount(
    sql,
    {
      name: username,
      email: 'buyer@example.com',
      username,
      currency: 'USD',
      ...(deposit > 0n && { deposit: micros(deposit) }),
      creditLimit: micros(creditLimit),
    },
    'test',
  )
  return account.id
}

/** `newService` makes an imei service done by the sandbox, unless told otherwise. */
export const newService = (sql: Sql, over: Partial<NewService> = {}): Promise<Service> =>
  createService(sql, {
    code: `s${++names}`,
    name: `Service ${names}`,
    group: 'Checks',
    kind: 'imei',
    price: '1',
    currency: 'USD',
    supplier: 'sandbox',
    ...over,
  })

/** `input` is one item's input, read as the protocols read it. */
export function input(service: Service, text: string, quantity = 1): OrderInput {
  const read = readInput(service, {
    input: service.kind === 'server' ? '' : text,
    quantity: String(quantity),
    fields: new Map(),
  })
  return orThrow(read)
}

/** `purchase` is one of the service at 10 micros an item: of the nth IMEI, unless told otherwise. */
export const purchase = (
  accountId: AccountId,
  service: Service,
  n: number,
  over: Partial<Purchase> = {},
): Purchase => ({
  accountId,
  keyId: null,
  via: 'dhru',
  service,
  unitPrice: micros(10n),
  items: [input(service, imei(n))],
  reference: null,
  idempotencyKey: null,
  ...over,
})

/** `openPlacement` opens a placement as a process of its own has it. The lock time-outs are milliseconds. */
export function openPlacement(
  { address }: Pick<TestDatabase, 'address'>,
  clock: Clock,
  { lockTimeout = '100', lockedTimeout = '2000', lockedQueues = 2 } = {},
): {
  placement: Placement
  connections: { common: Sql; locked: readonly Sql[] }
  close: () => Promise<void>
} {
  const open = ({ max, session }: PoolKind, timeout: string): Sql =>
    openPool(address, { max, session: { ...session, lock_timeout: timeout } })
  const connections = {
    common: open(pools.placement, lockTimeout),
    locked: Array.from({ length: lockedQueues }, () => open(pools.lockedPlacement, lockedTimeout)),
  }
  const placement = new Placement({ connections, clock })
  return {
    placement,
    connections,
    close: async () => {
      await placement.stop()
      await Promise.all([connections.common, ...connections.locked].map((pool) => pool.end({ timeout: 2 })))
    },
  }
}

/** A reader that reads the catalogue anew for each read. */
export const orderReader = (sql: Sql, options?: { maxScanned: number }): OrderReader =>
  new OrderReader(sql, new Catalogue(sql, { onInvalidate: () => {}, isConnected: () => false }), options)

/** `brokenPromises` gives the checks of the ledger that fail: none, always. */
export const brokenPromises = async (sql: Sql): Promise<LedgerCheck[]> =>
  (await checkLedger(sql)).filter(({ ok }) => !ok)
