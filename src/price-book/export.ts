import { stringify } from 'csv-stringify/sync'
import type { Sql } from '../database/database.ts'
import { asText } from '../lib/csv-text.ts'
import { formatMicros, formatUnmistakably } from '../lib/money.ts'
import type { Grid } from './grid.ts'
import { marginOf } from './moves.ts'
import { type BookFilter, type BookPrice, selectBook } from './prices.sql.ts'

/** `priceColumns` are those of a file of prices. Those behind `rule` are for people: an import does not look at them. */
export const priceColumns = [
  ...['service', 'account', 'group', 'currency', 'price', 'min_items', 'max_items', 'rule'],
  ...['name', 'cost', 'margin'],
] as const

/** PRICES_PER_READ are those that one statement reads, and SERVICES_PER_READ those whose prices it reads. */
const PRICES_PER_READ = 2000
const SERVICES_PER_READ = 500

/** `exportPrices` writes prices as CSV, a line each, as an import takes them: page by page, however many there are. `told` is told of the rows. */
export async function* exportPrices(
  pages: AsyncIterable<BookPrice[]>,
  told: (rows: number) => void = () => {},
): AsyncGenerator<string> {
  yield stringify([[...priceColumns]])
  for await (const page of pages) {
    yield stringify(page.map(cells))
    told(page.length)
  }
}

/** `bookPages` gives the prices that fit, page by page. */
export async function* bookPages(sql: Sql, filter: BookFilter): AsyncGenerator<BookPrice[]> {
  for (let after = 0; ; ) {
    const page = await selectBook(sql, filter, { after, limit: PRICES_PER_READ })
    const last = page.at(-1)
    if (!last) return
    yield page
    after = last.serviceId
  }
}

/**
 * `gridPages` gives the prices that the audiences of a grid have themselves, of its services in their order. A price that is inherited stands there
 * once, with whose it is, if that is an audience of the grid.
 */
export async function* gridPages(sql: Sql, { rows, columns }: Grid): AsyncGenerator<BookPrice[]> {
  const places = new Set(columns.map(placeOf))
  const ids = rows.map(({ service }) => service.id)
  for (let from = 0; from < ids.length; from += SERVICES_PER_READ) {
    const services = ids.slice(from, from + SERVICES_PER_READ)
    const found = Map.groupBy(await selectBook(sql, { services }), ({ serviceId }) => serviceId)
    yield services.flatMap((id) => (found.get(id) ?? []).filter((price) => places.has(placeOf(price))))
  }
}

/** `placeOf` names whose price it is, and in which currency; an account's is not that of the price group that it is in. */
const placeOf = ({
  accountId,
  priceGroupId,
  currency,
}: Pick<BookPrice, 'accountId' | 'priceGroupId' | 'currency'>): string =>
  `${accountId} ${accountId === null ? priceGroupId : null} ${currency}`

function cells(price: BookPrice): string[] {
  const { currency, cost, unitPrice } = price
  const margin = marginOf(unitPrice, cost)
  return [
    price.serviceCode,
    price.username ?? '',
    asText(price.group ?? ''),
    currency,
    formatUnmistakably(unitPrice, currency),
    String(price.minItems),
    String(price.maxItems),
    price.ruleId === null ? '' : String(price.ruleId),
    asText(price.serviceName),
    cost === null ? '' : formatMicros(cost, currency),
    margin === null ? '' : percentText(margin),
  ]
}

/** `gridCsv` writes a grid of one currency as CSV: a line for each service, with what each audience pays, and whose price that is. `told` is told of the rows. */
export async function* gridCsv(
  { columns, rows }: Grid,
  { costs }: { costs: boolean },
  told: (rows: number) => void,
): AsyncGenerator<string> {
  const nameOf = ({ username, group }: Grid['columns'][number]): string =>
    asText(username ?? group ?? 'everyone')
  const head = [
    ...['service', 'name', 'group', 'currency'],
    ...columns.flatMap((column) => [
      nameOf(column),
      `price of ${nameOf(column)} is that of`,
      `rule of ${nameOf(column)}`,
    ]),
    ...(costs ? ['cost', 'margin'] : []),
  ]
  const lines = rows.map(({ service, costs: [cost = null], cells: found }) => {
    const [first] = found
    return [
      ...[service.code, asText(service.name), asText(service.group), columns[0]?.currency ?? ''],
      ...found.flatMap((cell, at) =>
        cell === null
          ? ['', '', '']
          : [
              formatMicros(cell.price, columns[at]?.currency ?? ''),
              cell.from,
              cell.ruleId === null ? '' : String(cell.ruleId),
            ],
      ),
      ...(costs
        ? [
            cost === null ? '' : formatMicros(cost, columns[0]?.currency ?? ''),
            first?.margin == null ? '' : percentText(first.margin),
          ]
        : []),
    ]
  })
  told(rows.length)
  yield `\ufeff${stringify([head, ...lines], { record_delimiter: '\r\n' })}`
}

/** `percentText` writes tenths of a percent: 12.5%. */
export const percentText = (tenths: bigint): string => {
  const sign = tenths < 0n ? '-' : ''
  const digits = (tenths < 0n ? -tenths : tenths).toString().padStart(2, '0')
  return `${sign}${digits.slice(0, -1)}.${digits.slice(-1)}%`
}
