import { amountFault } from '../catalogue/price-attributes.ts'
import { type PriceKey, type PriceWrite, readPrices, writePrices } from '../catalogue/prices.ts'
import type { Micros } from '../lib/money.ts'
import { type Grouped, type Move, type Mover, named, type Part, type Sold, type Told } from './move.ts'
import type { Row } from './rows.ts'
import { readAmount, readCurrency } from './values.ts'

interface Priced {
  row: Row
  service: Sold
  group: Grouped | undefined
  mover: Mover | undefined
  currency: string
  price: Micros
}

/** `pricesPart` sets prices for price groups, accounts and everyone. */
export function pricesPart(move: Move, told: Told): Part {
  const lines = new Map<string, number>()
  return {
    async take(rows) {
      const priced = rows.map(readPrice).filter((one) => one !== undefined)
      const ids = [
        ...new Set(priced.flatMap(({ service }) => (service.id === undefined ? [] : [service.id]))),
      ]
      const here = new Map((await readPrices(move.sql, ids)).map((price) => [keyOf(price), price.unitPrice]))
      const writes: PriceWrite[] = []
      for (const one of priced) {
        const key = keyFor(one)
        const old = key && here.get(keyOf(key))
        if (old !== one.price && key)
          writes.push({ ...key, unitPrice: one.price, minItems: null, maxItems: null })
        if (old === undefined) told.count.made++
        else told.known(one.row, `price of ${one.service.code}`, old === one.price ? [] : ['price'])
      }
      if (!move.writes || writes.length === 0) return
      await move.sql.begin((transaction) => writePrices(transaction, writes))
    },
  }

  function readPrice(row: Row): Priced | undefined {
    const { cells } = row
    let isRight = true
    const wrong = (column: string, message: string): void => {
      isRight = false
      told.wrong(row, column, message)
    }
    const finding = { move, told, row }
    const { found: service, ok: hasService } = named(finding, 'service', (one) => move.known.service(one))
    const { found: group, ok: hasGroup } = named(finding, 'group', (one) => move.known.group(one))
    const { found: mover, ok: hasMover } = named(finding, 'account', (one) => move.known.mover(one))
    if (!hasService || !hasGroup || !hasMover) return undefined
    if (cells['account'] !== undefined && cells['group'] !== undefined)
      wrong('account', 'has no place beside a group')
    const said = cells['currency'] ?? mover?.currency
    const currency = said === undefined ? { message: 'is missing' } : readCurrency(said)
    if ('message' in currency) {
      wrong('currency', currency.message)
      return undefined
    }
    if (mover && mover.currency !== currency.value) wrong('currency', `the account buys in ${mover.currency}`)
    const price = readAmount(cells['price'] ?? '', currency.value)
    const fault = 'message' in price ? price.message : amountFault(price.value)
    if (fault !== undefined) wrong('price', fault)
    if (!service || !isRight || 'message' in price) return undefined
    const once = `${service.code} ${group?.name ?? ''} ${mover?.username ?? ''} ${currency.value}`
    const line = lines.get(once)
    if (line !== undefined) {
      wrong('price', `there is one already, at ${line}`)
      return undefined
    }
    lines.set(once, row.line)
    return { row, service, group, mover, currency: currency.value, price: price.value }
  }
}

/** `keyFor` says which price of the catalogue it is; undefined: what it is for is made by the move. */
function keyFor({ service, group, mover, currency }: Priced): PriceKey | undefined {
  if (service.id === undefined) return undefined
  if ((group && group.id === undefined) || (mover && mover.id === undefined)) return undefined
  return { serviceId: service.id, accountId: mover?.id ?? null, priceGroupId: group?.id ?? null, currency }
}

const keyOf = ({ serviceId, accountId, priceGroupId, currency }: PriceKey): string =>
  `${serviceId} ${accountId} ${priceGroupId} ${currency}`
