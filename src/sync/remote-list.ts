import type { Sql } from '../database/database.ts'
import type { RemoteBox, RemoteField, SupplierService } from '../integrations/suppliers/supplier.ts'
import { failure } from '../lib/failures.ts'
import { textOfHtml } from '../lib/html.ts'
import type { SupplierId } from '../lib/ids.ts'
import { isBlank, lineFault, stripLine } from '../lib/text.ts'
import { because } from '../reasons.ts'
import type { SupplierConnection } from '../suppliers/suppliers.ts'
import { clearStaged, countStaged, insertStaged, nameTypes, type StagedService } from './staging.sql.ts'

/** ListedSupplier is what a sync needs to know of a supplier. */
export interface ListedSupplier {
  id: SupplierId
  name: string
  /** `currency` is that of the costs in its list. */
  currency: string
}

/** BrokenList says that a supplier's list did not come in whole, so that nothing may be done with it. */
export class BrokenList extends Error {}

/** `listOf` gives the list of a connected supplier. Throws invalid_input when it has none. */
export function listOf(
  { config, supplier }: SupplierConnection,
  signal: AbortSignal,
): AsyncIterable<SupplierService> {
  const list = supplier.services?.(signal)
  if (list) return list
  throw because('invalid_input', 'no_list', { supplier: config.name }, 'supplier')
}

/** BATCH_SIZE is the number of services that are in memory at a time. */
const BATCH_SIZE = 500

/** MAX_ID_LENGTH is longer than any id that panels give. */
const MAX_ID_LENGTH = 200

/** MAX_COUNT is the largest integer of PostgreSQL. */
const MAX_COUNT = 2_147_483_647

/** LeftOut is a service of a list that nobody can sell. */
export interface LeftOut {
  /** `id` is '' where it has none. */
  id: string
  group: string
  name: string
  reason: string
}

export interface StagedList {
  /** `listed` counts the services that can be ours. */
  listed: number
  leftOut: LeftOut[]
}

/**
 * `stage` reads a supplier's list to its end, into the database, and gives what it has. Throws BrokenList when the list is
 * cut, malformed or refused. Call it under the supplier's lock only.
 */
export async function stage(
  sql: Sql,
  supplier: SupplierId,
  list: AsyncIterable<SupplierService>,
  onRead: (services: number) => void = () => {},
): Promise<StagedList> {
  await clearStaged(sql, supplier)
  let read = 0
  const leftOut: LeftOut[] = []
  const dearest = new Dearest()
  for await (const batch of batchesOf(list)) {
    const rows = new Map<string, StagedService>()
    for (const [index, service] of batch.entries()) {
      const { id, group, name } = service
      const reason = reasonToLeaveOut(service)
      if (reason === undefined) {
        const row = rowOf(service, read + index)
        if (dearest.take(row)) rows.set(keyOf(row), row)
      } else
        leftOut.push({ id: stripLine(id), group: lineOf(group), name: lineOf(name), reason: lineOf(reason) })
    }
    read += batch.length
    await insertStaged(sql, supplier, [...rows.values()])
    onRead(read)
  }
  await countStaged(sql)
  await nameTypes(sql, supplier)
  return { listed: dearest.size, leftOut: [...leftOut, ...dearest.leftOut] }
}

const keyOf = ({ remote_id, type }: StagedService): string => JSON.stringify([remote_id, type])

/**
 * Dearest chooses among services of one id and type, of which nobody can order but one: the one that costs most, in whatever order they come.
 */
class Dearest {
  readonly leftOut: LeftOut[] = []
  readonly #known = new Map<string, Pick<StagedService, 'name' | 'cost' | 'group_name'>>()

  get size(): number {
    return this.#known.size
  }

  /** `take` tells whether the row is the dearest so far. */
  take(row: StagedService): boolean {
    const { remote_id: id, cost } = row
    const key = keyOf(row)
    const other = this.#known.get(key)
    const isDearest = !other || BigInt(cost) > BigInt(other.cost)
    if (isDearest) this.#known.set(key, { name: row.name, cost, group_name: row.group_name })
    // Panels show one service in several groups.
    if (!other || (other.name === row.name && other.cost === cost)) return isDearest
    const [stays, goes] = isDearest ? [row, other] : [other, row]
    const reason =
      stays.name === goes.name ? failure('id_twice_dearer', {}) : failure('id_twice', { name: stays.name })
    this.leftOut.push({ id, group: goes.group_name, name: goes.name, reason })
    return isDearest
  }
}

/** `batchesOf` makes BrokenList of a list's own errors, and of no others. */
async function* batchesOf(list: AsyncIterable<SupplierService>): AsyncGenerator<SupplierService[]> {
  const services = list[Symbol.asyncIterator]()
  let ended = false
  try {
    while (!ended) {
      const batch: SupplierService[] = []
      while (batch.length < BATCH_SIZE) {
        const next = await services.next().catch((error: unknown) => {
          ended = true
          throw new BrokenList(error instanceof Error ? error.message : String(error), { cause: error })
        })
        if (next.done) {
          ended = true
          break
        }
        batch.push(next.value)
      }
      if (batch.length > 0) yield batch
    }
  } finally {
    // A reader that stops before the end lets the connection go.
    if (!ended) await services.return?.()
  }
}

/** `reasonToLeaveOut` says why nobody can sell a service; undefined: somebody can. */
function reasonToLeaveOut({ id, leftOut }: SupplierService): string | undefined {
  if (leftOut !== undefined) return leftOut
  if (isBlank(id)) return failure('no_id', {})
  return lineFault('id', id.trim(), MAX_ID_LENGTH) && failure('id_not_usable', {})
}

function rowOf(service: SupplierService, position: number): StagedService {
  const id = service.id.trim()
  if (service.cost < 0n) throw new BrokenList(`service ${id} of the list costs less than nothing`)
  return {
    remote_id: id,
    type: service.type ?? '',
    position,
    group_name: lineOf(service.group),
    name: lineOf(service.name),
    kind: service.kind,
    cost: service.cost.toString(),
    delivery_time: lineOf(service.deliveryTime),
    description: plainOf(service.description),
    min_quantity: count(service.minQuantity),
    max_quantity: count(service.maxQuantity),
    quantity_options: service.quantityOptions?.map(count) ?? [],
    box: service.box ? boxOf(service.box) : null,
    fields: service.fields.map(fieldOf),
  }
}

/** HIDDEN are characters that nobody sees, and that make two names of one, or show one as another. Joiners of letters stay, and so do the tags of flags. */
const HIDDEN =
  /[\p{Bidi_Control}\u00ad\u200b\u2060\u206a-\u206f\ufeff\ufff9-\ufffb\u{e0001}]|(?<![\u{1f3f4}\u{e0020}-\u{e007e}])[\u{e0020}-\u{e007f}]+/gu

/** `plainOf` leaves a supplier's markup behind: this text is shown to resellers. */
function plainOf(html: string): string {
  const text = textOfHtml(html)
  const seen = text.replace(HIDDEN, '')
  // What stood on both sides of a hidden character may be markup now.
  return seen === text ? text : textOfHtml(seen)
}

const lineOf = (html: string): string => stripLine(plainOf(html))

const fieldOf = ({ name, label, type, required, options }: RemoteField): RemoteField => ({
  // The panel knows the field by its name as it is; nobody else reads that.
  name: stripLine(name),
  label: lineOf(label) || lineOf(name),
  type,
  required,
  options: options.map(lineOf),
})

const boxOf = ({ name, hint, minLength, maxLength }: RemoteBox): RemoteBox => ({
  name: lineOf(name),
  hint: lineOf(hint),
  minLength: count(minLength),
  maxLength: count(maxLength),
})

const count = (quantity: number): number =>
  Number.isFinite(quantity) ? Math.min(Math.max(Math.trunc(quantity), 0), MAX_COUNT) : MAX_COUNT
