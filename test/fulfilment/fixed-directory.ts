import type { ServiceId } from '../../src/catalogue/service.ts'
import type { Sql } from '../../src/database/database.ts'
import { Lane } from '../../src/fulfilment/lanes.ts'
import { takeSent as takeSentOf } from '../../src/fulfilment/poll.sql.ts'
import { LEASE_MS, takeDue } from '../../src/fulfilment/take.ts'
import type { Taken } from '../../src/fulfilment/taken.ts'
import type { Live } from '../../src/suppliers/directory.ts'
import type { Supplier, SupplierId } from '../../src/suppliers/supplier.ts'

/** The sandbox's, in every new database. */
export const SANDBOX = 1 as SupplierId

/** Suppliers that stay as they are. */
export function directoryOf(
  suppliers: Map<SupplierId, Supplier>,
  over: Partial<Live> = {},
): { current(): Promise<ReadonlyMap<SupplierId, Live>> } {
  const live = new Map([...suppliers].map(([id, supplier]) => [id, liveOf(id, supplier, over)]))
  return { current: async () => live }
}

const liveOf = (id: SupplierId, supplier: Supplier, over: Partial<Live> = {}): Live => ({
  config: {
    id,
    kind: 'sandbox',
    name: `supplier ${id}`,
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
  ...over,
})

const nobody: Supplier = {
  sendAtOnce: 1,
  askAtOnce: 1,
  send: () => Promise.reject(new Error('nobody is called')),
  ask: () => Promise.reject(new Error('nobody is called')),
}

/** What a dispatcher with room for so many takes in one round, for the sandbox. */
export async function takePending(sql: Sql, { limit, now }: { limit: number; now: Date }): Promise<Taken[]> {
  const lane = new Lane(liveOf(SANDBOX, nobody, { concurrency: limit }))
  const look = { now, after: 0 as ServiceId, rooms: new Map(), each: limit, most: 2000 }
  const { sending } = await takeDue(sql, new Map([[SANDBOX, lane]]), look)
  return sending.map(({ taken }) => taken)
}

/** What a poller with room for so many takes, of the sandbox. */
export const takeSent = (sql: Sql, { limit, now }: { limit: number; now: Date }): Promise<Taken[]> =>
  takeSentOf(sql, [{ supplierId: SANDBOX, items: limit }], {
    now,
    leaseUntil: new Date(now.getTime() + LEASE_MS),
    longDue: now,
  })
