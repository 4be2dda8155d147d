import { amountFault } from '../catalogue/price-attributes.ts'
import type { RowOf } from '../database/column-types.ts'
import type { SupplierRoutes } from '../database/types.ts'
import {
  amountOrNone,
  attribute,
  flag,
  integer,
  readText,
  shapeOrNone,
  shapes,
  shown,
  shownId,
} from '../lib/attribute-types.ts'
import { type AttributesOf, type FormOf, Unreadable, type ValuesOf } from '../lib/attributes.ts'
import type { RouteId, ServiceId, SupplierId } from '../lib/ids.ts'
import { formatMicros, type Micros } from '../lib/money.ts'
import { lineFault } from '../lib/text.ts'

const MAX_ROUTES = 1000

/**
 * `routeAttributes` defines every value of a supplier route once: its options, `--json`, table and the table of docs/cli.md.
 * A route is one way to have a service's items done: a supplier, and its service there.
 */
export const routeAttributes = {
  id: shownId<RouteId>('id'),
  service: attribute<ServiceId, string>(
    {
      flag: '--service <id or code>',
      help: 'whose items go this way',
      whenLeftOut: 'needed',
      onlyIn: 'create',
      property: 'serviceId',
    },
    { shape: shapes.integer, givenShape: shapes.text, read: readText },
  ),
  serviceCode: shown<string>({ label: 'service' }, { shape: shapes.text }),
  position: integer({
    label: 'position',
    flag: '--position <number>',
    help: '1 is tried first; the others move',
    whenLeftOut: 'the last',
    min: 1,
    max: MAX_ROUTES,
  }),
  supplier: attribute<SupplierId, string>(
    {
      flag: '--supplier <id or name>',
      help: 'who does the work',
      whenLeftOut: 'needed',
      onlyIn: 'create',
      property: 'supplierId',
    },
    { shape: shapes.integer, givenShape: shapes.text, read: readText },
  ),
  supplierName: shown<string>({ label: 'supplier' }, { shape: shapes.text }),
  /** `remoteService` is the service's id there; empty where the supplier has but one. */
  remoteService: attribute<string>(
    {
      label: 'remote service',
      flag: '--remote-service <id>',
      help: 'what the service is called there; needed where the supplier has several',
      whenLeftOut: 'none',
    },
    {
      shape: shapeOrNone(shapes.text),
      givenShape: shapes.text,
      read: readText,
      fault: (text) => lineFault('', text, 200)?.message,
      toJson: (text) => text || null,
      show: (text, { acceptUnlisted, available }) =>
        acceptUnlisted === true && available !== true ? `${text} (unlisted)` : text,
    },
  ),
  /** `acceptUnlisted` says that a person knows better than the supplier's list. */
  acceptUnlisted: flag({
    flag: '--accept-unlisted',
    offFlag: '--only-listed',
    help: "send items there although the supplier's list lacks the remote service",
    more: 'without it such a route is refused, and one whose service goes from the list is passed over',
    whenLeftOut: 'only listed',
  }),
  /** `cost` is what one unit costs us; null: it is not known, and then no margin is checked. */
  cost: amountOrNone({
    label: 'cost',
    flag: '--cost <amount>',
    help: 'of one item (or one of its quantity), in the supplier\'s currency, such as 0.80; "": not known',
    more: '`supplier sync` keeps it up to date',
    whenLeftOut: "that of the supplier's list, if it was read",
    fault: amountFault,
    show: (cost, noun) => [costText(cost, noun), waitingText(noun)].filter(Boolean).join(' '),
  }),
  /** `waitingCost` is what the supplier's list says since the cost jumped; null: nothing waits to be accepted. */
  waitingCost: shown<Micros | null>(
    {},
    {
      shape: shapeOrNone(shapes.text),
      toJson: (cost, noun) => (cost === null ? null : formatMicros(cost, String(noun['currency']))),
    },
  ),
  /** `currency` is the supplier's. */
  currency: shown<string>({}, { shape: shapes.text }),
  /** `marginFloor` is in hundredths of a percent of the sale price. */
  marginFloor: attribute<number>(
    {
      label: 'margin floor',
      flag: '--margin-floor <percent>',
      help: 'what must remain of the sale price, as a percentage of it, such as 5%; may be negative',
      whenLeftOut: '`0%`',
    },
    {
      shape: shapes.text,
      read: readPercent,
      toJson: (floor) => String(floor / 100),
      show: (floor) => `${floor / 100}%`,
      right: true,
    },
  ),
  /** `available` says whether the supplier's list has the remote service; null: it was not read since, or lacks it and need not have it. */
  available: shown<boolean | null>(
    { label: 'there' },
    { shape: shapeOrNone(shapes.flag), show: (there) => (there ? 'yes' : 'no') },
  ),
  /** `works` says whether items go this way: the supplier is enabled, and its list has the remote service as far as is known. */
  works: shown<boolean>({ label: 'works' }, { shape: shapes.flag, show: (works) => (works ? 'yes' : 'no') }),
} satisfies AttributesOf<
  Omit<RowOf<SupplierRoutes>, 'createdAt'>,
  { serviceId: 'service'; supplierId: 'supplier' },
  'serviceCode' | 'supplierName' | 'currency' | 'waitingCost' | 'works'
>

/** RouteForm is a route as an operator writes it. What is left out takes its default, or stays as it is. */
export type RouteForm = FormOf<typeof routeAttributes>

/** Route is a supplier route with what its service and its supplier are called. Costs are micros. */
export interface Route extends Omit<ValuesOf<typeof routeAttributes>, 'service' | 'supplier'> {
  serviceId: ServiceId
  supplierId: SupplierId
}

const costText = (cost: Micros | null, { currency }: Record<string, unknown>): string =>
  cost === null ? '' : `${formatMicros(cost, String(currency))} ${currency}`

function waitingText({ waitingCost, currency }: Record<string, unknown>): string {
  const cost = waitingCost as Micros | null
  return cost === null ? '' : `(${formatMicros(cost, String(currency))} waits)`
}

/** `readPercent` gives hundredths of a percent. */
function readPercent(value: unknown): number {
  const [, sign, whole, decimals = ''] = /^([-+]?)(\d{1,3})(?:\.(\d{1,2}))?\s*%?$/.exec(readText(value)) ?? []
  const hundredths = Number(whole) * 100 + Number(decimals.padEnd(2, '0'))
  if (whole !== undefined && hundredths <= 10_000) return sign === '-' ? -hundredths : hundredths
  throw new Unreadable('must be a percentage from -100% to 100%, such as 5%, with at most 2 decimals')
}
