import { isDeepStrictEqual } from 'node:util'
import type { Logger } from 'pino'
import type { ChangeListener } from '../database/change-notifier.ts'
import type { Sql } from '../database/database.ts'
import type { IntegrationContext } from '../integrations/kit/kind.ts'
import type { Supplier, SupplierConfig } from '../integrations/suppliers/supplier.ts'
import type { SupplierId } from '../lib/ids.ts'
import type { Sealer } from '../secrets/sealer.ts'
import { type SupplierRow, selectSuppliers } from './suppliers.sql.ts'
import { open } from './suppliers.ts'

/** A supplier that this process can call. */
export interface ConnectedSupplier {
  config: SupplierConfig
  supplier: Supplier
  /** When not, it is sent nothing more, but is asked about what it has. */
  enabled: boolean
  /** Calls that this process has under way at a time, and (null: no limit) begins in a second. */
  concurrency: number
  ratePerSecond: number | null
  /** Whether resellers read its words for a refusal, or the service's. */
  showsReasons: boolean
}

/** Without hearing of changes the table is read again when what is known is older than this. */
const DEAF_EVERY_MS = 1000
/** A call, or a list that comes in, may last so long: then a replaced adapter is closed. */
const GRACE_MS = 10 * 60_000

/**
 * The suppliers of this process, as they were last written. An adapter learns while it is used, so it is made anew only
 * when something that it is made of has changed, which health and limits are not.
 */
export class SupplierDirectory {
  readonly #sql: Sql
  readonly #notifier: ChangeListener
  readonly #sealer: () => Promise<Sealer>
  readonly #world: IntegrationContext
  readonly #log: Logger
  readonly #graceMs: number
  #made = new Map<SupplierId, Made>()
  #live: ReadonlyMap<SupplierId, ConnectedSupplier> = new Map()
  /** How many changes were told, and how many of them the last reading has seen. */
  #told = 0
  #seen = -1
  #readAt = Number.NEGATIVE_INFINITY
  #reading: Promise<void> | undefined
  /** Replaced supplierKinds that may still be called, with the timers that close them. */
  readonly #retired = new Map<Supplier, NodeJS.Timeout>()

  constructor(parts: {
    sql: Sql
    notifier: ChangeListener
    /** Asked once there is a supplier with secrets, so that who has none needs no key. */
    sealer: () => Promise<Sealer>
    world: IntegrationContext
    log: Logger
    graceMs?: number
  }) {
    this.#sql = parts.sql
    this.#notifier = parts.notifier
    this.#sealer = parts.sealer
    this.#world = parts.world
    this.#log = parts.log
    this.#graceMs = parts.graceMs ?? GRACE_MS
    parts.notifier.onInvalidate('suppliers', () => {
      this.#told++
    })
  }

  /**
   * Every supplier that can be called, with every change that was told before this call. One whose secrets do not open
   * or whose settings are no longer valid is not among them: its items wait.
   */
  async current(): Promise<ReadonlyMap<SupplierId, ConnectedSupplier>> {
    const told = this.#told
    if (!this.#notifier.isConnected() && performance.now() - this.#readAt >= DEAF_EVERY_MS)
      await this.#refresh()
    // A reading that was under way may have been from before the last change.
    while (this.#seen < told) await this.#refresh()
    return this.#live
  }

  /** Lets go of every supplier; nothing is called any more. */
  async close(): Promise<void> {
    await this.#reading?.catch(() => {})
    for (const timer of this.#retired.values()) clearTimeout(timer)
    const suppliers = [...this.#retired.keys()]
    for (const { opened } of this.#made.values()) if (opened) suppliers.push(opened.supplier)
    this.#retired.clear()
    this.#made.clear()
    this.#live = new Map()
    await Promise.all(suppliers.map((supplier) => this.#close(supplier)))
  }

  #refresh(): Promise<void> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined
    })
    return this.#reading
  }

  async #read(): Promise<void> {
    const told = this.#told
    const from = performance.now()
    const rows = await selectSuppliers(this.#sql)
    const sealer = rows.some(({ secrets }) => secrets !== null) ? await this.#opener() : undefined
    const made = new Map(rows.map((row) => [row.id, this.#make(row, sealer)]))
    for (const [id, old] of this.#made)
      if (old.opened && made.get(id) !== old) this.#retire(old.opened.supplier)
    this.#made = made
    this.#live = new Map(
      rows.flatMap((row) => {
        const opened = made.get(row.id)?.opened
        return opened ? [[row.id, { ...opened, ...limitsOf(row) }] as const] : []
      }),
    )
    this.#seen = told
    this.#readAt = from
  }

  /** What was made before, where the row is made of the same. */
  #make(row: SupplierRow, sealer: Sealer | undefined): Made {
    const source = sourceOf(row)
    const old = this.#made.get(row.id)
    if (old && isDeepStrictEqual(old.source, source)) return old
    try {
      return { source, opened: open(row, sealer, this.#world) }
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

/** An adapter, and what it was made of; nothing opened: it cannot be made of that. */
interface Made {
  source: unknown
  opened: { config: SupplierConfig; supplier: Supplier } | undefined
}

const sourceOf = ({ kind, name, url, currency, settings, secrets }: SupplierRow) => ({
  kind,
  name,
  url,
  currency,
  settings,
  secrets,
})

const limitsOf = (row: SupplierRow) => ({
  enabled: row.enabled,
  concurrency: row.concurrency,
  ratePerSecond: row.rate_per_second,
  showsReasons: row.shows_reasons,
})
