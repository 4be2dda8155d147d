import type { Logger } from 'pino'
import type { DatabaseAccess } from '../database/access.ts'
import { keepNumbersApart } from '../database/continuity.ts'
import { MigrationCancelled } from '../database/migrate.ts'
import { reportRole } from '../database/role-report.ts'
import { OWN_SESSIONS, sessionSharing, sharedSessions } from '../database/session-sharing.ts'
import type { RuntimeService } from '../runtime/runtime-service.ts'
import { prepareDatabase } from './prepare-database.ts'

/** Preparation brings the database up to this version as the process starts. A stop cancels it. */
export class Preparation implements RuntimeService {
  readonly name = 'migration'
  readonly #access: DatabaseAccess
  readonly #log: Logger
  readonly #stop = new AbortController()
  #running: Promise<void> | undefined

  constructor(access: DatabaseAccess, log: Logger) {
    this.#access = access
    this.#log = log
  }

  start(): Promise<void> {
    this.#running = this.#prepare()
    return this.#running
  }

  async stop(): Promise<void> {
    this.#stop.abort()
    await this.#running?.catch((error: unknown) => {
      if (error instanceof MigrationCancelled) this.#log.info(error.message)
    })
  }

  async #prepare(): Promise<void> {
    await this.#refusePooler()
    const { applied } = await prepareDatabase(this.#access, this.#stop.signal)
    for (const file of applied) this.#log.info({ migration: file }, 'migrated')
    await this.#tellRole()
    const last = await keepNumbersApart(this.#access.serving)
    if (last !== undefined) {
      this.#log.warn(
        { last },
        'the database is another one than before: numbers of orders go on beyond those given',
      )
    }
  }

  /** `#refusePooler` looks at a database of the operator's own; the embedded one is reached by its own socket. A stop does not wait for it. */
  async #refusePooler(): Promise<void> {
    const { serving } = this.#access
    if (typeof serving !== 'string') return
    const { promise: stopped, reject } = Promise.withResolvers<never>()
    const giveUp = (): void => reject(new MigrationCancelled('the process was told to stop'))
    this.#stop.signal.addEventListener('abort', giveUp)
    try {
      const sharing = await Promise.race([stopped, sessionSharing(serving)])
      if (sharing) throw new Error(`${sharedSessions(sharing)}: ${OWN_SESSIONS}`)
    } finally {
      this.#stop.signal.removeEventListener('abort', giveUp)
    }
  }

  async #tellRole(): Promise<void> {
    const { role, faults } = await reportRole(this.#access)
    const [first] = faults
    if (first === undefined) return
    this.#log.warn(
      { role, faults: faults.length },
      `the role that serves, ${role}, ${first.what}: imeigate doctor says what mends it`,
    )
  }
}
