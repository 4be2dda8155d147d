import { type Acting, cameBy } from './acting.ts'
import { type DatabaseAddress, type Sql, sqlOn } from './database.ts'
import { pools } from './pools.ts'
import { type Connection, PoolSource } from './sources.ts'

/**
 * OperatorPools is what the operator API reads and changes with, apart from all others: however much somebody in the office asks for, orders are
 * placed as before.
 */
export class OperatorPools {
  readonly #reads: PoolSource
  readonly #changes: PoolSource
  readonly #work: PoolSource

  constructor(address: DatabaseAddress) {
    const { operatorReads, operatorChanges, operatorWork } = pools
    this.#reads = new PoolSource(address, operatorReads.session, operatorReads.max)
    this.#changes = new PoolSource(address, operatorChanges.session, operatorChanges.max)
    this.#work = new PoolSource(address, operatorWork.session, operatorWork.max)
  }

  /** `reading`: what it sends is cancelled when `signal` is aborted. */
  reading(signal?: AbortSignal): Sql {
    const use = <T>(work: (client: Connection) => Promise<T>): Promise<T> => this.#reads.use(work, signal)
    return sqlOn({
      use,
      transaction: (mode, work) => use((client) => client.transaction(mode, work)),
      end: async () => {},
    })
  }

  /** `changing`: what it changes is the actor's in the trail. Each statement is a transaction. */
  changing(by: Acting): Sql {
    return this.#acting(this.#changes, by)
  }

  /** `working` is `changing` for what may take many minutes. */
  working(by: Acting): Sql {
    return this.#acting(this.#work, by)
  }

  #acting(source: PoolSource, by: Acting): Sql {
    const acting = {
      text: `select set_config('imeigate.actor', $1, true), set_config('imeigate.by', $2, true)`,
      values: [by.actor, cameBy(by)],
    }
    const transaction = <T>(mode: string, work: (client: Connection) => Promise<T>): Promise<T> =>
      source.transaction(mode, async (client) => {
        await client.send(acting, 'rows')
        return await work(client)
      })
    return sqlOn({ use: (work) => transaction('', work), transaction, end: async () => {} })
  }

  /** `all` are the pools by name, for those who look whether they work. */
  get all(): Record<string, Sql> {
    return {
      'operator reads': sqlOn(this.#reads),
      'operator changes': sqlOn(this.#changes),
      'operator work': sqlOn(this.#work),
    }
  }

  async end({ timeout }: { timeout: number }): Promise<void> {
    await Promise.all([this.#reads, this.#changes, this.#work].map((source) => source.end(timeout * 1000)))
  }
}
