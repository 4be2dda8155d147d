import { stringify } from 'csv-stringify/sync'
import { type ServiceValues, serviceAttributes } from '../catalogue/attributes.ts'
import { MAX_BROUGHT_ID, serviceIdOf } from '../catalogue/service.ts'
import { Refusal } from '../errors.ts'
import { completeSettings, type IntegrationContext } from '../integrations/kit/kind.ts'
import { supplierKinds } from '../integrations/suppliers/index.ts'
import type { Supplier, SupplierService } from '../integrations/suppliers/supplier.ts'
import { columnOf } from '../lib/attributes.ts'
import { faultText, orThrow } from '../lib/fault.ts'
import type { SupplierId } from '../lib/ids.ts'
import { formatMicros, isCurrency } from '../lib/money.ts'
import { stripLine } from '../lib/text.ts'
import { ourServiceOf } from '../sync/supplier-service.ts'

/** PanelAccess is an account at the panel, whose prices become everyone's. */
export interface PanelAccess {
  url: string
  username: string
  apiaccesskey: string
}

/** PanelList is a panel's list of services as a file that can be moved in. */
export interface PanelList {
  csv: string
  services: number
  currency: string
  /** `leftOut` are those that cannot be ours, each with the reason. */
  leftOut: { id: string; name: string; reason: string }[]
}

const TIMEOUT_MS = 600_000
const MAX_COUNT = 2_147_483_647

/** `readPanelList` asks a Dhru panel for its list. Texts stay as they are: they are the operator's own. Throws where it cannot be had. */
export async function readPanelList(
  access: PanelAccess,
  context: IntegrationContext,
  onRead: (services: number) => void = () => {},
): Promise<PanelList> {
  const signal = AbortSignal.timeout(TIMEOUT_MS)
  const currency = await using(access, '', context, (panel) => currencyOf(panel, signal))
  return await using(access, currency, context, (panel) => listOf(panel, currency, signal, onRead))
}

async function currencyOf(panel: Supplier, signal: AbortSignal): Promise<string> {
  const { currency = null } = (await panel.account?.(signal)) ?? {}
  if (currency !== null && isCurrency(currency)) return currency
  throw new Refusal(
    'invalid_input',
    `the panel gives the account's currency as ${JSON.stringify(currency)}`,
    'currency',
  )
}

async function listOf(
  panel: Supplier,
  currency: string,
  signal: AbortSignal,
  onRead: (services: number) => void,
): Promise<PanelList> {
  const rows: Record<string, string>[] = []
  const leftOut: PanelList['leftOut'] = []
  const ids = new Set<string>()
  for await (const service of panel.services?.(signal) ?? []) {
    const reason = reasonToLeaveOut(service, ids)
    const made = reason === undefined ? serviceOf(service, rows.length) : undefined
    if (made?.ok) {
      ids.add(service.id)
      rows.push(rowOf(service, made.value.service, currency))
    } else {
      const why = reason ?? (made?.ok === false ? faultText(made.faults[0]) : '')
      leftOut.push({ id: service.id, name: stripLine(service.name), reason: why })
    }
    onRead(rows.length)
  }
  const csv = stringify(rows, { columns: ['id', ...COLUMNS, 'price', 'currency'], header: true })
  return { csv, services: rows.length, currency, leftOut }
}

function reasonToLeaveOut({ id, leftOut }: SupplierService, ids: ReadonlySet<string>): string | undefined {
  if (leftOut !== undefined) return leftOut
  if (ids.has(id)) return 'its id is that of another service, too'
  const number = serviceIdOf(id)
  const isKept = number !== undefined && number >= 1 && number <= MAX_BROUGHT_ID
  return isKept ? undefined : `its id is no number from 1 to ${MAX_BROUGHT_ID.toLocaleString('en')}`
}

const serviceOf = (service: SupplierService, position: number) =>
  ourServiceOf(
    {
      ...{ remote_id: service.id, type: '', position, kind: service.kind, cost: service.cost.toString() },
      ...{ name: stripLine(service.name), group_name: stripLine(service.group) },
      ...{ delivery_time: stripLine(service.deliveryTime), description: service.description },
      ...{ min_quantity: count(service.minQuantity), max_quantity: count(service.maxQuantity) },
      ...{
        quantity_options: service.quantityOptions ?? [],
        box: service.box ?? null,
        fields: service.fields,
      },
    },
    { code: `service-${service.id}` },
  )

const count = (quantity: number): number =>
  Number.isFinite(quantity) ? Math.min(Math.max(Math.trunc(quantity), 0), MAX_COUNT) : MAX_COUNT

/** KEPT are what a list says of a service; COLUMNS are those names in files. */
const KEPT = [
  ...([
    'name',
    'group',
    'kind',
    'deliveryTime',
    'description',
    'fields',
    'minQuantity',
    'maxQuantity',
  ] as const),
  ...(['quantityOptions', 'inputName', 'inputHint', 'minInputLength', 'maxInputLength'] as const),
] satisfies (keyof ServiceValues)[]
const COLUMNS = KEPT.map(columnOf)

const rowOf = (
  { id, cost }: SupplierService,
  service: ServiceValues,
  currency: string,
): Record<string, string> => ({
  ...Object.fromEntries(KEPT.map((name) => [columnOf(name), cellOf(name, service)])),
  id,
  price: formatMicros(cost, currency),
  currency,
})

/** `cellOf` leaves out what a service has anyway. */
function cellOf(name: (typeof KEPT)[number], service: ServiceValues): string {
  const value = service[name]
  if (value === serviceAttributes[name].default) return ''
  if (name === 'fields') return service.fields.length === 0 ? '' : JSON.stringify(value)
  return Array.isArray(value) ? value.join(',') : String(value)
}

async function using<T>(
  { url, username, apiaccesskey }: PanelAccess,
  currency: string,
  context: IntegrationContext,
  work: (panel: Supplier) => Promise<T>,
): Promise<T> {
  const kind = supplierKinds.get('dhru')
  const settings = orThrow(completeSettings(kind, { username }))
  const config = {
    id: 0 as SupplierId,
    kind: 'dhru',
    name: 'panel',
    url,
    currency: currency || 'USD',
    settings,
    secrets: { apiaccesskey },
  }
  const panel = kind.connect(config, context)
  try {
    return await work(panel)
  } finally {
    await panel.close?.()
  }
}
