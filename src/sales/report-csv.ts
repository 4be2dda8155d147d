import { stringify } from 'csv-stringify/sync'
import { asText } from '../lib/csv-text.ts'
import { formatMicros } from '../lib/money.ts'
import { percentOfShare } from '../lib/share.ts'
import type { Grouping, SalesRow } from './report.ts'

/** `csvOfSales` writes a line for each row, with what it cost unless `costs` is false, for spreadsheets: UTF-8 with a byte order mark, and lines as RFC 4180 has them. */
export async function* csvOfSales(
  parts: AsyncIterable<SalesRow[]>,
  by: readonly Grouping[],
  { costs = true }: { costs?: boolean } = {},
): AsyncGenerator<string> {
  const figures = costs ? FIGURES : FIGURES.filter((name) => !COSTS.includes(name))
  const columns = [...by.flatMap((one) => NAMES[one]), ...figures]
  const lines = (rows: Record<string, string | number>[], header = false): string =>
    stringify(rows, { columns, header, bom: header, record_delimiter: '\r\n' })
  yield lines([], true)
  for await (const rows of parts) yield lines(rows.map(lineOf))
}

const NAMES: Record<Grouping, string[]> = {
  day: ['day'],
  month: ['month'],
  account: ['account'],
  service: ['service', 'service_name'],
  group: ['group'],
  supplier: ['supplier'],
}

const FIGURES = [
  ...[
    'currency',
    'orders',
    'items',
    'charged',
    'failed',
    'cancelled',
    'rejected',
    'corrected',
    'success_percent',
  ],
  ...['turnover', 'refunded', 'cost', 'profit', 'uncosted', 'median_seconds', 'p95_seconds'],
]

/** COSTS are those that only some may read. */
const COSTS = ['cost', 'profit', 'uncosted']

function lineOf({
  account,
  service,
  group,
  supplier,
  currency,
  successRate,
  ...row
}: SalesRow): Record<string, string | number> {
  const money = (amount: bigint): string => formatMicros(amount, currency)
  return {
    day: row.day ?? '',
    month: row.month ?? '',
    account: account?.username ?? '',
    service: service?.code ?? '',
    service_name: asText(service?.name ?? ''),
    group: asText(group ?? ''),
    supplier: asText(supplier?.name ?? ''),
    currency,
    orders: row.orders ?? '',
    items: row.items ?? '',
    ...{ charged: row.charged, failed: row.failed, cancelled: row.cancelled, rejected: row.rejected },
    corrected: row.corrected,
    success_percent: successRate === null ? '' : percentOfShare(successRate),
    ...{
      turnover: money(row.turnover),
      refunded: money(row.refunded),
      cost: money(row.cost),
      profit: money(row.profit),
    },
    uncosted: row.uncosted,
    median_seconds: row.medianSeconds === null ? '' : roundSeconds(row.medianSeconds),
    p95_seconds: row.p95Seconds === null ? '' : roundSeconds(row.p95Seconds),
  }
}

/** `roundSeconds` leaves three digits, which is more than is known. */
const roundSeconds = (seconds: number): number => Number(seconds.toPrecision(3))
