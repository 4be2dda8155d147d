import type { Sql } from '../../src/database/database.ts'
import { claimSentItems } from '../../src/fulfilment/ask/poll.sql.ts'
import type { ClaimedItem } from '../../src/fulfilment/claimed-item.ts'
import { claimDueItems, LEASE_MS } from '../../src/fulfilment/dispatch/claim-due-items.ts'
import { SupplierLimiter } from '../../src/fulfilment/supplier-limiter.ts'
import type { Supplier } from '../../src/integrations/suppliers/supplier.ts'
import type { ServiceId, SupplierId } from '../../src/lib/ids.ts'
import type { ConnectedSupplier, SupplierDirectory } from '../../src/suppliers/directory.ts'

/** `SANDBOX` is the sandbox's id in every new database. */
export const SANDBOX = 1 as SupplierId

/** `directoryOf` gives a directory of suppliers that stay as they are. */
export function directoryOf(
  suppliers: Map<SupplierId, Supplier>,
  over: Partial<ConnectedSupplier> = {},
): Pick<SupplierDirectory, 'current'> {
  const live = new Map([...suppliers].map(([id, supplier]) => [id, liveOf(id, supplier, over)]))
  return { current: async () => live }
}

const liveOf = (
  id: SupplierId,
  supplier: Supplier,
  over: Partial<ConnectedSupplier> = {},
): ConnectedSupplier => ({
  config: {
    id,
    kind: 'sandbox',
    name: id === SANDBOX ? 'sandbox' : `supplier ${id}`,
    url: null,
    currency: 'USD',
    settings: {},
    secrets: {},
  },
  supplier,
  enabled: true,
  concurrency: 1000,
  ratePerSecond: null,
  showsReasons: true,
  keepsExchanges: false,
  ...over,
})

const nobody: Supplier = {
  sendAtOnce: 1,
  askAtOnce: 1,
  send: () => Promise.reject(new Error('nobody is called')),
  ask: () => Promise.reject(new Error('nobody is called')),
}

/** `takePending` claims what a dispatcher with so much room claims in one run, for the sandbox or another supplier. */
export async function takePending(
  sql: Sql,
  { limit, now, supplier = SANDBOX }: { limit: number; now: Date; supplier?: SupplierId },
): Promise<ClaimedItem[]> {
  const limiter = new SupplierLimiter(liveOf(supplier, nobody, { concurrency: limit }))
  const look = { now, after: 0 as ServiceId, rooms: new Map(), each: limit, max: 2000 }
  const { sending } = await claimDueItems(sql, new Map([[supplier, limiter]]), look)
  return sending.map(({ claimed }) => claimed)
}

/** `takeSent` claims what a poller with so much room claims, of the sandbox. */
export const takeSent = (sql: Sql, { limit, now }: { limit: number; now: Date }): Promise<ClaimedItem[]> =>
  claimSentItems(sql, [{ supplierId: SANDBOX, items: limit, dueBy: now }], new Date(now.getTime() + LEASE_MS))
