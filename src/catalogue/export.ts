import { stringify } from 'csv-stringify/sync'
import type { Queryable } from '../database/database.ts'
import { columnOf, jsonOf } from '../lib/attributes.ts'
import { asText } from '../lib/csv-text.ts'
import type { ServiceId } from '../lib/ids.ts'
import { formatMicros } from '../lib/money.ts'
import { newServiceAttributes, serviceAttributes } from './attributes.ts'
import { derivedWith } from './input-schema.ts'
import { isForEveryone } from './service-json.ts'
import { listServices, type ServiceFilter, type ServiceView } from './services.ts'

/** `serviceColumns` are those of a file of services that `service import` takes. The routes are not in it: naming a supplier would replace them. */
const serviceColumns: readonly string[] = Object.keys(newServiceAttributes)
  .filter((name) => name !== 'supplier')
  .map(columnOf)

/** SERVICES_PER_READ are those that are read at a time. */
const SERVICES_PER_READ = 250

/**
 * `exportServices` writes the services that fit as CSV, in the order of lists. A service with fixed prices for everyone in several currencies has a line for
 * each; prices that follow rules are left out, because an import would fix them. `told` is told of the rows.
 */
export async function* exportServices(
  sql: Queryable,
  filter: ServiceFilter,
  told: (rows: number) => void = () => {},
): AsyncGenerator<string> {
  const lines = (rows: string[][]): string => stringify(rows, { record_delimiter: '\r\n' })
  yield `\ufeff${lines([[...serviceColumns]])}`
  let after: ServiceId | undefined
  do {
    const { services, next } = await listServices(sql, { ...filter, after, limit: SERVICES_PER_READ })
    const rows = services.flatMap(linesOf)
    yield lines(rows)
    told(rows.length)
    after = next
  } while (after !== undefined)
}

function linesOf(view: ServiceView): string[][] {
  const { service, visibleTo } = view
  const format = derivedWith(service)
  const values: Record<string, unknown> = {
    ...jsonOf(serviceAttributes, service),
    input_schema: format === undefined ? service.inputSchema : null,
    imei_format: service.kind === 'imei' && format !== undefined ? formats[format] : null,
    fields: service.fields.length === 0 ? null : service.fields,
    visible_to: visibleTo?.join(';') ?? null,
    quantity_options: service.quantityOptions.join(','),
  }
  const fixed = view.prices.filter((price) => isForEveryone(price) && price.ruleId === null)
  const [first, ...others] = fixed.map(({ unitPrice, currency }) => ({
    price: formatMicros(unitPrice, currency),
    currency,
  }))
  const line = (row: Record<string, unknown>): string[] => serviceColumns.map((name) => cellOf(row[name]))
  return [line({ ...values, ...first }), ...others.map((price) => line({ code: service.code, ...price }))]
}

/** `formats` are the words of the column `imei_format`. */
const formats = { imei: 'check-digit', 'imei-digits': 'digits' } as const

function cellOf(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'string') return asText(value)
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
