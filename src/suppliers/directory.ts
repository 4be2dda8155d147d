import { isDeepStrictEqual } from 'node:util'
import type { Logger } from 'pino'
import type { ChangeListener } from '../database/change-notifier.ts'
import type { Sql } from '../database/database.ts'
import type { IntegrationContext } from '../integrations/kit/kind.ts'
import type { Supplier } from '../integrations/suppliers/supplier.ts'
import type { SupplierId } from '../lib/ids.ts'
import type { RuntimeService } from '../runtime/runtime-service.ts'
import type { Sealer } from '../secrets/sealer.ts'
import type { SupplierRow } from './attributes.ts'
import { selectSuppliers } from './suppliers.sql.ts'
import { open, type SupplierConnection } from './suppliers.ts'

/** ConnectedSupplier is a supplier that this process can call, with its limits. */
export interface ConnectedSupplier extends SupplierConnection {
  /** `enabled`, false: it is sent nothing more, but is asked about what it has. */
  enabled: boolean
  /** `concurrency` and `ratePerSecond` (null: no limit) bound the calls that this process has under way, and begins in a second. */
  concurrency: number
  ratePerSecond: number | null
  /** `showsReasons` says that resellers read the supplier's text of a refusal, and not the service's. */
  showsReasons: boolean
}

/** REREAD_EVERY_MS is how often the table is read while no change notifications come. */
const REREAD_EVERY_MS = 1000
/** GRACE_MS is how long a call, or a list that comes in, may last; after it a replaced supplier is closed. */
const GRACE_MS = 10 * 60_000

/**
 * SupplierDirectory holds the suppliers of this process, as they were last written. A supplier's code learns while it is used, so a
 * supplier is connected anew only when something that it is made of has changed, which health and limits are not.
 */
export class SupplierDirectory implements RuntimeService {
  readonly name = 'suppliers'
  readonly #sql: Sql
  readonly #notifier: ChangeListener
  readonly #sealer: () => Promise<Sealer>
  readonly #context: IntegrationContext
  readonly #log: Logger
  readonly #graceMs: number
  #made = new Map<SupplierId, Made>()
  #connected: ReadonlyMap<SupplierId, ConnectedSupplier> = new Map()
  /** `#changes` counts the changes that came, and `#seen` those of them that the last reading has seen. */
  #changes = 0
  #seen = -1
  #readAt = Number.NEGATIVE_INFINITY
  #reading: Promise<void> | undefined
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
    this.#notifier = deps.notifier
    this.#sealer = deps.sealer
    this.#context = deps.context
    this.#log = deps.log
    this.#graceMs = deps.graceMs ?? GRACE_MS
    deps.notifier.onInvalidate('suppliers', () => {
      this.#changes++
    })
  }

  /**
   * `current` gives every supplier that can be called, with every change that was notified before this call. A supplier whose secrets
   * do not open, or whose settings are no longer valid, is not among them: its items wait.
   */
  async current(): Promise<ReadonlyMap<SupplierId, ConnectedSupplier>> {
    const changes = this.#changes
    if (!this.#notifier.isConnected() && performance.now() - this.#readAt >= REREAD_EVERY_MS)
      await this.#refresh()
    // A reading that was under way may have begun before the last change.
    while (this.#seen < changes) await this.#refresh()
    return this.#connected
  }

  /** `stop` closes every supplier; nothing is called any more. */
  async stop(): Promise<void> {
    await this.#reading?.catch(() => {})
    for (const timer of this.#retired.values()) clearTimeout(timer)
    const suppliers = [...this.#retired.keys()]
    for (const { opened } of this.#made.values()) if (opened) suppliers.push(opened.supplier)
    this.#retired.clear()
    this.#made.clear()
    this.#connected = new Map()
    await Promise.all(suppliers.map((supplier) => this.#close(supplier)))
  }

  #refresh(): Promise<void> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined
    })
    return this.#reading
  }

  async #read(): Promise<void> {
    const changes = this.#changes
    const from = performance.now()
    const rows = await selectSuppliers(this.#sql)
    const sealer = rows.some(({ secrets }) => secrets !== null) ? await this.#opener() : undefined
    const made = new Map(rows.map((row) => [row.id, this.#make(row, sealer)]))
    for (const [id, old] of this.#made)
      if (old.opened && made.get(id) !== old) this.#retire(old.opened.supplier)
    this.#made = made
    this.#connected = new Map(
      rows.flatMap((row) => {
        const opened = made.get(row.id)?.opened
        return opened ? [[row.id, { ...opened, ...limitsOf(row) }] as const] : []
      }),
    )
    this.#seen = changes
    this.#readAt = from
  }

  /** `#make` gives what was made before, where the row is made of the same. */
  #make(row: SupplierRow, sealer: Sealer | undefined): Made {
    const source = sourceOf(row)
    const old = this.#made.get(row.id)
    if (old && isDeepStrictEqual(old.source, source)) return old
    try {
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

const limitsOf = ({ enabled, concurrency, ratePerSecond, showsReasons }: SupplierRow) => ({
  enabled,
  concurrency,
  ratePerSecond,
  showsReasons,
})
