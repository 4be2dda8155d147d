import { listPriceGroups } from '../accounts/accounts.ts'
import { doubtOf, withPoints, withReadPrices } from '../catalogue/import-prices.ts'
import { type ImportRow, readCsv, shownValue } from '../catalogue/import-rows.ts'
import { priceAttributes } from '../catalogue/price-attributes.ts'
import { type PriceWrite, writePrices } from '../catalogue/prices.ts'
import type { Transaction } from '../database/database.ts'
import type { Fault } from '../errors.ts'
import { columnOf, faultsOfEach, readForm } from '../lib/attributes.ts'
import { fault, type Result, resultOf } from '../lib/fault.ts'
import type { AccountId, PriceGroupId, ServiceId } from '../lib/ids.ts'
import { formatMicros, isCurrency, type Micros, thousandsFault } from '../lib/money.ts'
import { priceColumns } from './export.ts'
import { priceKey } from './moves.ts'
import { type Cell, deletePrices, selectBuyers, selectCells, selectCodes } from './prices.sql.ts'

export { selectCells } from './prices.sql.ts'

const named: ReadonlySet<string> = new Set(priceColumns)
const columns = {
  has: (name: string) => named.has(name),
  needed: ['service', 'currency', 'price'],
  of: 'prices',
}

/** `readPriceCells` has prices that people type, paste or send read as those of files are: "Rp 15.000" and "1.500" IDR are thousands. */
export const readPriceCells = (rows: ImportRow[]): PriceRows => ({
  rows: withReadPrices(withPoints(rows)),
  faults: [],
})

/** REMOVED stands in a file in the place of a fixed price that is taken away. */
export const REMOVED = '-'

const NONE: ReadonlySet<string> = new Set()

/** PriceRows are the rows of a file, and what could not be read of it. */
export type PriceRows = ReturnType<typeof readPriceFile>

/** `readPriceFile` reads CSV in any of the ways that spreadsheets write it. */
export const readPriceFile = (text: string): { rows: ImportRow[]; faults: Fault[] } => readCsv(text, columns)

/** PricesImported counts the rows of a file: fixed prices that are written or taken away, and what is so already. */
export interface PricesImported {
  written: number
  removed: number
  unchanged: number
}

/**
 * `importPrices` writes fixed prices as the rows of a file say, all or none; what the file does not name stays. A row that is as its price is
 * already changes nothing; one that names the rule of its price is refused where it has another price, because a rule gives it. The result names
 * every fault of the file by row and column, and then nothing was written. Prices whose key is in `without` stay.
 */
export async function importPrices(
  transaction: Transaction,
  { rows, faults }: PriceRows,
  without: ReadonlySet<string> = NONE,
): Promise<Result<PricesImported>> {
  const known = await loadKnown(transaction)
  const found: Fault[] = [...faults]
  const read = rows.map((row) => ({ row, ...readRow(row, known) }))
  const cells = await loadCells(transaction, read)
  const lines = new Map<string, number>()
  const writes: PriceWrite[] = []
  const removed: number[] = []
  for (const { row, key, price, faults: wrong } of read) {
    const cell = key && priceKey(key)
    const report = (ones: readonly Fault[]) =>
      found.push(...ones.map(({ path: [name], message }) => faultAt(row, columnOf(String(name)), message)))
    report(wrong)
    if (key === undefined || cell === undefined) continue
    const line = lines.get(cell)
    if (line !== undefined) report([fault('service', `has this price already, at ${line}`)])
    lines.set(cell, row.at)
    if (without.has(cell)) continue
    const old = cells.get(cell)
    if (price === REMOVED) {
      if (old && old.ruleId === null) removed.push(old.id)
    } else if (price !== undefined && !isSame(old, price)) {
      if (row.form['rule'] !== undefined) report([ruledFault(row, key, old)])
      const fewest = price.minItems ?? old?.minItems ?? 1
      if ((price.maxItems ?? old?.maxItems ?? 1000) < fewest) {
        report([fault('maxItems', `must not be less than the fewest, ${fewest}`)])
      }
      writes.push(price)
    }
  }
  if (found.length === 0) {
    if (removed.length > 0) await deletePrices(transaction, removed)
    if (writes.length > 0) await writePrices(transaction, writes)
  }
  const [written, gone] = [writes.length, removed.length]
  const imported = { written, removed: gone, unchanged: rows.length - written - gone }
  return resultOf(
    imported,
    found.sort((a, b) => Number(a.path[0]) - Number(b.path[0])),
  )
}

/** Key says which price a row is about. */
type Key = Pick<PriceWrite, 'serviceId' | 'accountId' | 'priceGroupId' | 'currency'>

const isSame = (old: Cell | undefined, { unitPrice, minItems, maxItems }: PriceWrite): boolean =>
  old !== undefined &&
  old.unitPrice === unitPrice &&
  (minItems ?? old.minItems) === old.minItems &&
  (maxItems ?? old.maxItems) === old.maxItems

function ruledFault(row: ImportRow, { currency }: Key, old: Cell | undefined): Fault {
  const now = old && `${formatMicros(old.unitPrice, currency)} ${currency} now`
  return fault(
    'rule',
    old?.ruleId == null
      ? `gives this price no more (${now ?? 'there is none now'}): leave the value out to fix the price`
      : `${row.form['rule']} gives ${now}: leave the value out to fix the price`,
  )
}

/** Known is what rows may name. */
interface Known {
  services: Map<string, ServiceId>
  accounts: Map<string, { id: AccountId; currency: string }>
  groups: Map<string, PriceGroupId>
}

async function loadKnown(transaction: Transaction): Promise<Known> {
  const [services, accounts, groups] = await Promise.all([
    selectCodes(transaction),
    selectBuyers(transaction),
    listPriceGroups(transaction),
  ])
  return {
    // Where the digits are both, they are the id, as everywhere.
    services: new Map([
      ...services.map(({ id, code }) => [code.toLowerCase(), id] as const),
      ...services.map(({ id }) => [String(id), id] as const),
    ]),
    accounts: new Map([
      ...accounts.map((one) => [one.username, one] as const),
      ...accounts.map((one) => [String(one.id), one] as const),
    ]),
    groups: new Map([
      ...groups.map(({ id }) => [String(id), id] as const),
      ...groups.map(({ id, name }) => [name.toLowerCase(), id] as const),
    ]),
  }
}

interface ReadRow {
  /** `key`, undefined: the row does not say which price is meant. */
  key: Key | undefined
  /** `price`, undefined: it cannot be read. */
  price: PriceWrite | typeof REMOVED | undefined
  faults: Fault[]
}

/** `readRow` reads what a row says, and finds what it names. */
function readRow({ form }: ImportRow, known: Known): ReadRow {
  const isRemoved = typeof form['price'] === 'string' && form['price'].trim() === REMOVED
  const { price: written, ...others } = form
  const { given, faults } = readForm(priceAttributes, isRemoved ? others : form)
  const currency = given.currency?.toUpperCase()
  const text = (name: 'service' | 'account' | 'group'): string | undefined =>
    form[name] === undefined ? undefined : unguarded(String(form[name])).toLowerCase()
  const [service, account, group] = [text('service'), text('account'), text('group')]
  const serviceId = service === undefined ? undefined : known.services.get(service)
  const buyer = account === undefined ? undefined : known.accounts.get(account)
  const priceGroupId = group === undefined ? null : known.groups.get(group)
  const { minItems = null, maxItems = null } = given
  const doubt =
    currency === undefined || !isCurrency(currency)
      ? undefined
      : (doubtOf(written, currency) ?? thousandsFault(written, currency))
  // What can be read in two ways is no amount either: one fault says it.
  const wrong = doubt === undefined ? faults : faults.filter(({ path }) => path[0] !== 'price')
  const found = [
    service === undefined ? fault('service', 'is missing') : undefined,
    service !== undefined && serviceId === undefined
      ? fault('service', 'there is no such service')
      : undefined,
    account !== undefined && buyer === undefined ? fault('account', 'there is no such account') : undefined,
    account !== undefined && group !== undefined
      ? fault('account', 'has no place beside a group')
      : undefined,
    priceGroupId === undefined ? fault('group', 'there is no such price group') : undefined,
    currency === undefined && isFree(faults, 'currency') ? fault('currency', 'is missing') : undefined,
    buyer && currency !== undefined && buyer.currency !== currency
      ? fault('currency', `must be ${buyer.currency}, in which the account buys`)
      : undefined,
    written === undefined ? fault('price', `is missing; ${REMOVED} takes a fixed price away`) : undefined,
    doubt === undefined ? undefined : fault('price', doubt),
    ...faultsOfEach(priceAttributes, { ...given, currency, account: undefined }),
  ].filter((one) => one !== undefined)
  const isKnown =
    serviceId !== undefined &&
    (account === undefined || buyer) &&
    priceGroupId !== undefined &&
    currency !== undefined
  if (!isKnown || !isCurrency(currency))
    return { key: undefined, price: undefined, faults: [...wrong, ...found] }
  const key = { serviceId, accountId: buyer?.id ?? null, priceGroupId, currency }
  const price = given.price as Micros | undefined
  return {
    key,
    price: isRemoved
      ? REMOVED
      : price === undefined
        ? undefined
        : { ...key, unitPrice: price, minItems, maxItems },
    faults: [...wrong, ...found],
  }
}

const isFree = (faults: readonly Fault[], name: string): boolean =>
  faults.every(({ path }) => path[0] !== name)

/** `unguarded` takes away the apostrophe that an export puts before what a spreadsheet would run. */
const unguarded = (text: string): string => text.trim().replace(/^'(?=[=+\-@])/, '')

async function loadCells(transaction: Transaction, read: readonly ReadRow[]): Promise<Map<string, Cell>> {
  const services = new Set(read.flatMap(({ key }) => (key ? [key.serviceId] : [])))
  const cells = await selectCells(transaction, [...services])
  return new Map(cells.map((cell) => [priceKey(cell), cell]))
}

function faultAt({ at, form }: ImportRow, column: string, message: string): Fault {
  const given = form[column]
  return { path: [at, column], message, ...(given !== undefined && { value: shownValue(given) }) }
}
