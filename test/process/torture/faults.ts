import type { Sql } from '../../../src/database/database.ts'
import { lockWallets } from '../../support/lock.ts'
import type { OperatorPostgres } from '../../support/operator-postgres.ts'
import type { Program } from '../../support/process.ts'
import { until } from '../../support/until.ts'
import type { Buyer, Load, Peer } from './load.ts'

/** Scene is what faults are done to. */
export interface Scene {
  postgres: OperatorPostgres
  sql: Sql
  peers: (Peer & { program: Program })[]
  load: Load
  buyers: Buyer[]
  random: () => number
  /** `isLong`: there is time for what takes long. */
  isLong: boolean
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

const oneOf = <T>(list: readonly T[], random: () => number): T =>
  list[Math.floor(random() * list.length)] as T

const terminate = async ({ sql }: Scene, which: string): Promise<void> =>
  void (await sql
    .unsafe(
      `select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid() and (${which})`,
    )
    .catch(() => {}))

/** AWAY_MS is longer than requests are held, where there is time for it. */
const AWAY_MS = { short: 3000, long: 20_000 }
/** STOPPED_MS is longer than the leases of items, which are 15 seconds: for the long run. */
const STOPPED_MS = 20_000
const MORE = 10

/** `moreIsPlaced` waits until so many more orders are acknowledged. */
export const moreIsPlaced = async ({ load }: Scene, more = MORE): Promise<void> => {
  const before = load.acknowledged.size
  await until('orders are placed', () => load.acknowledged.size >= before + more)
}

/** `answered` asks again where a connection was lost to an earlier fault. */
async function answered<T>(ask: () => PromiseLike<T>): Promise<T> {
  for (let tries = 0; ; tries++) {
    try {
      return await ask()
    } catch (error) {
      if (tries === 100) throw error
      await pause(100)
    }
  }
}

/** `countOf` counts the rows of `of`, a table with its condition. */
export const countOf = async (sql: Sql, of: string): Promise<number> => {
  const [row] = await answered(() => sql.unsafe<{ n: number }[]>(`select count(*)::int as n from ${of}`))
  return row?.n ?? 0
}

/**
 * `stopPeer` stops a peer in the middle of whatever it does: holding a wallet, the lock of the hash chain, a job, items under its lease. The
 * others go on while it is stopped. Gives what lets it go on, once what it had in hand has been taken over.
 */
export async function stopPeer(scene: Scene): Promise<() => Promise<void>> {
  const { peers, random, load, sql } = scene
  const peer = oneOf(peers, random)
  peer.program.child.kill('SIGSTOP')
  peer.isStopped = true
  const count = (of: string): Promise<number> => countOf(sql, of)
  const [last] = await answered(() => sql<{ id: bigint }[]>`select coalesce(max(id), 0) as id from orders`)
  const [endedBefore, linksBefore] = [await count(ENDED), await count('chain_links')]
  await moreIsPlaced(scene)
  await until('orders end', async () => (await count(ENDED)) > endedBefore)
  await until('the ledger is chained', async () => (await count('chain_links')) > linksBefore + 1)
  return async () => {
    const inHand = `items where state in ('pending', 'processing') and order_id <= ${last?.id}`
    await until('what it had in hand is taken over', async () => (await count(inHand)) === 0)
    const since = load.acknowledged.size
    peer.program.child.kill('SIGCONT')
    peer.isStopped = false
    await until('orders are placed', () => load.acknowledged.size > since)
  }
}

const ENDED = 'items where finished_at is not null'

/** `faults` are what may happen to a running installation, by name. */
export const faults: Record<string, (scene: Scene) => Promise<void>> = {
  'queue terminated': (scene) => terminate(scene, "query like '%graphile_worker%'"),
  'everyone terminated': (scene) => terminate(scene, 'true'),
  'backend killed': async ({ sql, random }) => {
    const rows = await sql<{ pid: number }[]>`
      select pid from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'
       order by pid`.catch(() => [])
    if (rows.length > 0) process.kill(oneOf([...rows], random).pid, 'SIGKILL')
  },
  'postmaster killed': async ({ postgres }) => {
    await postgres.kill()
    await postgres.start()
  },
  'database away': async ({ postgres, isLong }) => {
    await postgres.kill()
    await pause(AWAY_MS[isLong ? 'long' : 'short'])
    await postgres.start()
  },
  'wallet locked': async ({ sql, buyers, random }) => {
    const { accountId } = oneOf(buyers, random).shop
    const unlock = await lockWallets(sql, accountId as never).catch(() => undefined)
    await pause(3000 * random())
    await unlock?.().catch(() => {})
  },
  'peer stopped': async (scene) => {
    const resume = await stopPeer(scene)
    await pause(STOPPED_MS)
    await resume()
  },
}
