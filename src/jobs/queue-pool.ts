import pg from 'pg'
import { openSession, queueSettings } from '../database/connection-settings.ts'
import type { DatabaseAddress } from '../database/database.ts'
import { pools } from '../database/pools.ts'

/** `queuePool` opens a pool of the queue's own, because the queue reads values by the driver's own types. */
export function queuePool(address: DatabaseAddress, max: number): pg.Pool {
  const pool = new pg.Pool({
    ...queueSettings(address),
    max,
    onConnect: (client) => openSession(client, pools.queue.session),
  })
  // A connection that is lost makes the pool, and what is lent of it, emit errors that would end the process.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}
