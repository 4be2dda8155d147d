import type { Sql } from '../../../src/database/database.ts'
import { lockWallets } from '../../support/lock.ts'
import type { OperatorPostgres } from '../../support/operator-postgres.ts'
import { type Program, until } from '../../support/process.ts'
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
  await until('orders are placed', () => load.acknowledged.size >= before + more, 120)
}

/** `theOthersGoOn` waits until orders have ended and the ledger is chained on. */
async function theOthersGoOn({ sql, load }: Scene): Promise<void> {
  const ended = async () =>
    (await sql<{ n: number }[]>`select count(*)::int as n from items where finished_at is not null`)[0]?.n ??
    0
  const links = async () =>
    (await sql<{ n: number }[]>`select coalesce(max(id), 0)::int as n from chain_links`)[0]?.n ?? 0
  const [endedBefore, linksBefore, placedBefore] = [await ended(), await links(), load.acknowledged.size]
  await until('orders end', async () => (await ended()) > endedBefore, 120)
  await until('the ledger is chained', async () => (await links()) > linksBefore + 1, 120)
  await until('orders are placed', () => load.acknowledged.size > placedBefore, 120)
}

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
    const { peers, random, isLong, load } = scene
    const peer = oneOf(peers, random)
    peer.program.child.kill('SIGSTOP')
    peer.isStopped = true
    // Whatever it holds in the middle of (a wallet, the lock of the hash chain, a job), the others go on while it is stopped.
    await moreIsPlaced(scene)
    await theOthersGoOn(scene)
    const since = load.acknowledged.size
    if (isLong) await pause(STOPPED_MS)
    await until('orders are placed', () => load.acknowledged.size > since, 120)
    peer.program.child.kill('SIGCONT')
    peer.isStopped = false
  },
}
