import { isDeepStrictEqual } from 'node:util'
import type { Logger } from 'pino'
import type { ChangeListener } from '../database/change-notifier.ts'
import type { Sql } from '../database/database.ts'
import { KeptCopy } from '../database/kept-copy.ts'
import type { IntegrationContext } from '../integrations/kit/kind.ts'
import type { Supplier } from '../integrations/suppliers/supplier.ts'
import type { SupplierId } from '../lib/ids.ts'
import type { RuntimeService } from '../runtime/runtime-service.ts'
import type { Sealer } from '../secrets/sealer.ts'
import type { SupplierRow } from './attributes.ts'
import { selectSuppliers } from './suppliers.sql.ts'
import { configOf, open, type SupplierConnection } from './suppliers.ts'

/** ConnectedSupplier is a supplier that this process can call, with its limits. */
export interface ConnectedSupplier extends SupplierConnection {
  /** `enabled`, false: it is sent nothing more, but is asked about what it has. */
  enabled: boolean
  /** `concurrency` and `ratePerSecond` (null: no limit) bound the calls that this process has under way, and begins in a second. */
  concurrency: number
  ratePerSecond: number | null
  /** `showsReasons` says that resellers read the supplier's text of a refusal, and not the service's. */
  showsReasons: boolean
  /** `keepsExchanges`: what is sent and received is kept of every attempt. */
  keepsExchanges: boolean
}

/** GRACE_MS is how long a call, or a list that comes in, may last; after it a replaced supplier is closed. */
const GRACE_MS = 10 * 60_000

/**
 * SupplierDirectory holds the suppliers of this process, as they were last written. A supplier's code learns while it is used, so a
 * supplier is connected anew only when something that it is made of has changed, which health and limits are not.
 */
export class SupplierDirectory implements RuntimeService {
  readonly name = 'suppliers'
  readonly #sql: Sql
  readonly #sealer: () => Promise<Sealer>
  readonly #context: IntegrationContext
  readonly #log: Logger
  readonly #graceMs: number
  #made = new Map<SupplierId, Made>()
  readonly #connected: KeptCopy<ReadonlyMap<SupplierId, ConnectedSupplier>>
  /** `#retired` are replaced suppliers that may still be called, with the timers that close them. */
  readonly #retired = new Map<Supplier, NodeJS.Timeout>()

  constructor(deps: {
    sql: Sql
    notifier: ChangeListener
    /** `sealer` is called once there is a supplier with secrets, so that an installation without any needs no key. */
    sealer: () => Promise<Sealer>
    context: IntegrationContext
    log: Logger
    graceMs?: number
  }) {
    this.#sql = deps.sql
    this.#sealer = deps.sealer
    this.#context = deps.context
    this.#log = deps.log
    this.#graceMs = deps.graceMs ?? GRACE_MS
    this.#connected = new KeptCopy<ReadonlyMap<SupplierId, ConnectedSupplier>>(
      'suppliers',
      deps.notifier,
      new Map(),
      () => this.#read(),
    )
  }

  /**
   * `current` gives every supplier that can be called, with every change that was notified before this call. A supplier whose secrets
   * do not open, or whose settings are no longer valid, is not among them: its items wait.
   */
  async current(): Promise<ReadonlyMap<SupplierId, ConnectedSupplier>> {
    return await this.#connected.current()
  }

  /** `stop` closes every supplier; nothing is called any more. */
  async stop(): Promise<void> {
    await this.#connected.stop(new Map())
    for (const timer of this.#retired.values()) clearTimeout(timer)
    const suppliers = [...this.#retired.keys()]
    for (const { opened } of this.#made.values()) if (opened) suppliers.push(opened.supplier)
    this.#retired.clear()
    this.#made.clear()
    await Promise.all(suppliers.map((supplier) => this.#close(supplier)))
  }

  async #read(): Promise<ReadonlyMap<SupplierId, ConnectedSupplier>> {
    const rows = await selectSuppliers(this.#sql)
    const sealer = rows.some(({ secrets }) => secrets !== null) ? await this.#opener() : undefined
    const made = new Map(rows.map((row) => [row.id, this.#make(row, sealer)]))
    for (const [id, { opened }] of this.#made)
      if (opened && made.get(id)?.opened !== opened) this.#retire(opened.supplier)
    this.#made = made
    return new Map(
      rows.flatMap((row) => {
        const opened = made.get(row.id)?.opened
        return opened ? [[row.id, { ...opened, ...limitsOf(row) }] as const] : []
      }),
    )
  }

  /** `#make` gives what was made before, where the row is made of the same. */
  #make(row: SupplierRow, sealer: Sealer | undefined): Made {
    const source = sourceOf(row)
    const old = this.#made.get(row.id)
    if (old && isDeepStrictEqual(old.source, source)) return old
    try {
      // Secrets that were sealed anew are the same: the key was rotated.
      if (old?.opened && isDeepStrictEqual(configOf(row, sealer), old.opened.config))
        return { source, opened: old.opened }
      return { source, opened: open(row, sealer, this.#context) }
    } catch (error) {
      const about = { supplier: row.id, name: row.name, reason: (error as Error).message }
      this.#log.error(about, 'a supplier cannot be used, and its items wait')
      return { source, opened: undefined }
    }
  }

  async #opener(): Promise<Sealer | undefined> {
    try {
      return await this.#sealer()
    } catch (error) {
      this.#log.error({ err: error }, "suppliers' secrets cannot be opened")
      return undefined
    }
  }

  #retire(supplier: Supplier): void {
    const timer = setTimeout(() => {
      this.#retired.delete(supplier)
      void this.#close(supplier)
    }, this.#graceMs)
    this.#retired.set(supplier, timer.unref())
  }

  async #close(supplier: Supplier): Promise<void> {
    await supplier
      .close?.()
      .catch((error: unknown) => this.#log.warn({ err: error }, 'a supplier was not closed in order'))
  }
}

/** Made is a supplier with what it was made of. `opened`, undefined: no supplier can be made of that. */
interface Made {
  source: unknown
  opened: SupplierConnection | undefined
}

const sourceOf = ({ kind, name, url, currency, settings, secrets }: SupplierRow) => ({
  kind,
  name,
  url,
  currency,
  settings,
  secrets,
})

const limitsOf = ({ enabled, concurrency, ratePerSecond, showsReasons, keepsExchanges }: SupplierRow) => ({
  enabled,
  concurrency,
  ratePerSecond,
  showsReasons,
  keepsExchanges,
})
