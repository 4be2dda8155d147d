import { Refusal } from '../errors.ts'
import type { AccountId } from '../lib/ids.ts'
import { Turns } from '../lib/turns.ts'
import { type DatabaseAddress, type Sql, sqlOn } from './database.ts'
import { pools } from './pools.ts'
import { type Connection, PoolSource } from './sources.ts'

/**
 * READS_AT_ONCE are the lists, searches and pieces of statements of one account that a process reads at a time. They take milliseconds, and
 * two at a time would take both cores of a small machine from all others.
 */
const READS_AT_ONCE = 1
/** MAX_WAITING_READS may wait for their turn; more are refused. */
const MAX_WAITING_READS = 48

/** Reads gives what an account's lists, searches and statements are read with. */
export interface Reads {
  /** `of`: what it sends is cancelled when `signal` is aborted, and then rejects with the signal's reason. */
  of(accountId: AccountId, signal?: AbortSignal): Sql
}

/** `unshared` reads for one who is alone: the command line, and tests. */
export const unshared = (sql: Sql): Reads => ({ of: () => sql })

/**
 * AccountReads is the pool of the lists, searches and statements that resellers ask for, of which each account has a fair share: it takes
 * few turns at a time, and a turn is one statement or transaction, so that an export holds nothing while its client reads slowly. What has
 * too many waiting is refused with too_many_requests.
 */
export class AccountReads implements Reads {
  readonly #source: PoolSource
  readonly #turns = new Turns<AccountId>({ atOnce: READS_AT_ONCE, maxWaiting: MAX_WAITING_READS })

  constructor(address: DatabaseAddress) {
    this.#source = new PoolSource(address, pools.reads.session, pools.reads.max)
  }

  of(accountId: AccountId, signal?: AbortSignal): Sql {
    const use = async <T>(work: (client: Connection) => Promise<T>): Promise<T> =>
      await (this.#turns.through(accountId, () => this.#source.use(work, signal), signal) ?? refuse())
    return sqlOn({
      use,
      transaction: (mode, work) => use((client) => client.transaction(mode, work)),
      end: async () => {},
    })
  }

  /** `whole` is the pool itself, without turns. */
  get whole(): Sql {
    return sqlOn(this.#source)
  }

  async end({ timeout }: { timeout: number }): Promise<void> {
    await this.#source.end(timeout * 1000)
  }
}

function refuse(): never {
  throw new Refusal(
    'too_many_requests',
    `lists, searches and statements of an account are read one after another, and ${MAX_WAITING_READS} may wait`,
  )
}
