import { findPriceGroup } from '../accounts/accounts.ts'
import type { Queryable, Transaction } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import type { ExchangeRates } from '../ledger/rates.ts'
import { faultText, orThrow } from '../lib/fault.ts'
import type { PriceGroupId, SupplierId } from '../lib/ids.ts'
import { formatMoney, type Micros, micros, ZERO } from '../lib/money.ts'
import { isPrice, PriceRule, type PriceRuleInput } from '../price-book/price-rule.ts'
import { NewCodes } from './codes.ts'
import {
  countSelected,
  findUnknownServices,
  type Imported,
  type ImportSelection,
  insertImported,
  lockServices,
  selectCodes,
  selectSelected,
  updateRules,
} from './import.sql.ts'
import type { ListedSupplier } from './remote-list.ts'
import { ourServiceOf } from './supplier-service.ts'

export type { ImportSelection } from './import.sql.ts'

/** ImportRequest says which services of a list become ours, and what they are sold for. */
export interface ImportRequest {
  selection: ImportSelection
  rule: PriceRule
  /** `follows` says that prices follow later costs. */
  follows: boolean
  /** `priceGroup` is whom the price is for; without it: everyone. */
  priceGroup?: PriceGroupId | null | undefined
  /** `into` is the group that they get; without it they keep the supplier's. */
  into?: string | undefined
  /** `naming` says how they are called here. */
  naming?: Naming | undefined
}

/** Naming says what services are called here, and in which groups they stand, beside what the supplier says. */
export interface Naming {
  /** `dropPrefix` is left out of names that begin with it, in any case. */
  dropPrefix?: string | undefined
  /** `groups` are ours by the supplier's, in lower case; what is not there keeps the supplier's. */
  groups: ReadonlyMap<string, string>
}

/** `namedBy` gives the name that one of a supplier's services has here. */
function namedBy({ dropPrefix = '' }: Naming, name: string): string {
  const isHere = dropPrefix !== '' && name.toLowerCase().startsWith(dropPrefix.toLowerCase())
  const rest = isHere ? name.slice(dropPrefix.length).replace(/^[\s\-–—:|·.]+/u, '') : name
  return rest === '' ? name : rest
}

const AS_IT_IS: Naming = { groups: new Map() }

/** ImportInput is an import as an operator writes it: amounts are texts, the price group is named. */
export interface ImportInput extends PriceRuleInput {
  selection: ImportSelection
  follows: boolean
  priceGroup?: string | undefined
  into?: string | undefined
}

/** `readImport` throws not_found, or invalid_input that names the value at fault. */
export async function readImport(
  sql: Queryable,
  { selection, follows, priceGroup: named, into, ...rule }: ImportInput,
): Promise<ImportRequest> {
  const { all, groups, ids } = selection
  if (!all && groups.length === 0 && ids.length === 0) {
    throw new Refusal('invalid_input', 'say what to import: --group, --remote-service or --all', 'group')
  }
  const priceGroup = named === undefined ? undefined : await findPriceGroup(sql, named, 'priceGroup')
  return { selection, rule: orThrow(PriceRule.read(rule)), follows, priceGroup, into }
}

export interface ImportResult {
  imported: number
  /** `ruled` counts those that were imported before, and have the rule now. */
  ruled: number
  /** `skipped` are those that cannot be ours, each with the reason. */
  skipped: { remoteId: string; reason: string }[]
}

const BATCH_SIZE = 1000

/**
 * `importSelected` makes services of what a staged list has: with their fields, their route, and a price by the rule. One that is ours
 * already, or that a route leads to, is not made twice. Throws invalid_input when the list lacks what is asked for, or when there is no
 * exchange rate from the supplier's currency to the sale currency.
 */
export async function importSelected(
  transaction: Transaction,
  supplier: ListedSupplier,
  { selection, rule, follows, priceGroup = null, into, naming = AS_IT_IS }: ImportRequest,
  { rates, onProgress }: { rates: ExchangeRates; onProgress: Progress },
): Promise<ImportResult> {
  await checkSelection(transaction, supplier.id, selection)
  const priceOf = pricedBy(rule, supplier.currency, rates)
  const ruling = { rule, follows, priceGroup }
  const result: ImportResult = { imported: 0, ruled: 0, skipped: [] }
  result.ruled = await updateRules(transaction, supplier.id, { selection, ...ruling })
  const total = await countSelected(transaction, supplier.id, selection)
  await lockServices(transaction)
  const codes = new NewCodes(await selectCodes(transaction))
  let after = -1
  for (;;) {
    const page = await selectSelected(transaction, supplier.id, { selection, after, limit: BATCH_SIZE })
    const last = page.at(-1)
    if (!last) return result
    after = last.position
    const imported: Imported[] = []
    for (const remote of page) {
      const name = namedBy(naming, remote.name)
      const group = naming.groups.get(remote.group_name.toLowerCase()) ?? into
      const made = ourServiceOf(remote, { code: codes.codeOf(name), name, into: group })
      const cost = micros(BigInt(remote.cost))
      const price = priceOf(cost)
      if (!made.ok) {
        result.skipped.push({ remoteId: remote.remote_id, reason: faultText(made.faults[0]) })
      } else if (!isPrice(price)) {
        const reason = `${formatMoney(price, rule.currency)} is more than a price can be`
        result.skipped.push({ remoteId: remote.remote_id, reason })
      } else {
        imported.push({ ...made.value, remoteId: remote.remote_id, cost, price })
      }
    }
    if (imported.length > 0) await insertImported(transaction, supplier.id, { imported, ...ruling })
    result.imported += imported.length
    onProgress(result.imported + result.skipped.length, total)
  }
}

export type Progress = (done: number, total: number) => void

/** `checkSelection` throws invalid_input when the staged list lacks what is asked for. */
export async function checkSelection(
  sql: Queryable,
  supplier: SupplierId,
  selection: ImportSelection,
): Promise<void> {
  const unknown = await findUnknownServices(sql, supplier, selection)
  const [group, id] = [unknown.groups[0], unknown.ids[0]]
  if (group !== undefined) throw new Refusal('invalid_input', `the list has no group ${group}`, 'group')
  if (id !== undefined) throw new Refusal('invalid_input', `the list has no service ${id}`, 'remoteService')
}

/** `pricedBy` gives the sale price of a cost in `currency`. Throws invalid_input when there is no exchange rate to the rule's currency. */
export function pricedBy(rule: PriceRule, currency: string, rates: ExchangeRates): (cost: Micros) => Micros {
  const convert = (cost: Micros) => rates.convert(cost, currency, rule.currency)
  if (convert(ZERO) === undefined) {
    const message = `there is no exchange rate from ${currency} to ${rule.currency}: imeigate rate set ${currency} ${rule.currency} <rate>`
    throw new Refusal('invalid_input', message, 'currency')
  }
  return (cost) => rule.priceOf(convert(cost) ?? ZERO) ?? ZERO
}
