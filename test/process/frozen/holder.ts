import { lockChain } from '../../../src/audit/chain.sql.ts'
import { lockCatalogue } from '../../../src/catalogue/services.sql.ts'
import { ChangeNotifier } from '../../../src/database/change-notifier.ts'
import { type DatabaseAddress, openPool, type Sql, type Transaction } from '../../../src/database/database.ts'
import { MIGRATION_LOCK } from '../../../src/database/migrate.ts'
import { pools } from '../../../src/database/pools.ts'
import { lockClaims } from '../../../src/fulfilment/outcome/outcomes.sql.ts'
import { queuePool } from '../../../src/jobs/queue-pool.ts'
import { lockNotices } from '../../../src/notices/notices.sql.ts'
import { lockSealed } from '../../../src/secret-keys/rotations.sql.ts'
import { lockSync } from '../../../src/sync/staging.sql.ts'
import { claimOf } from './claim.ts'

/** A process that takes every lock that a process takes, and keeps it until it is frozen. The time-outs are the product's, but shorter. */

const [address, supplier] = JSON.parse(process.argv[2] ?? '') as [DatabaseAddress, number]
const SHORT = '1000'
for (const { session } of Object.values(pools))
  if ('idle_in_transaction_session_timeout' in session)
    Object.assign(session, { idle_in_transaction_session_timeout: SHORT })

type Hold = (transaction: Transaction) => Promise<unknown>
const holds: [pool: Exclude<keyof typeof pools, 'queue'>, hold: Hold][] = [
  ['placement', (sql) => sql`select from wallets for update`],
  ['hot', (sql) => lockClaims(sql, [claimOf(supplier)])],
  ['cold', lockChain],
  ['long', (sql) => lockSync(sql, supplier as never)],
  ['long', lockNotices],
  ['long', lockCatalogue],
  ['long', lockSealed],
  ['migration', (sql) => sql`select server from installation for update`],
  ['migration', (sql) => sql`select pg_advisory_xact_lock(${MIGRATION_LOCK})`],
]

/** `hold` resolves when the lock is held, and says something in the transaction as long as the process lives. */
async function hold(sql: Sql, take: Hold): Promise<void> {
  const held = Promise.withResolvers<void>()
  sql
    .begin(async (transaction) => {
      await take(transaction)
      held.resolve()
      setInterval(() => transaction`select 1`.catch(() => {}), 100)
      await new Promise(() => {})
    })
    .catch(held.reject)
  await held.promise
}

const queue = await queuePool(address, 1).connect()
await queue.query('begin; lock table graphile_worker._private_jobs in exclusive mode')
setInterval(() => queue.query('select 1').catch(() => {}), 100)
await Promise.all(holds.map(([pool, take]) => hold(openPool(address, { ...pools[pool], max: 1 }), take)))
await new ChangeNotifier(address).start()
process.stdout.write('holding\n')
