import { type Static, Type } from 'typebox'
import { bound, timeOf, wantedAmount } from '../../contract/page.ts'
import { oneOf } from '../../contract/schema.ts'
import type { OrderId } from '../../lib/ids.ts'
import { MUST } from '../../lib/json-schema.ts'
import { parseMicros } from '../../lib/money.ts'
import { orderStates, type Via, vias } from '../../lib/states.ts'
import { DAY_MS } from '../../lib/time.ts'
import { whys } from '../../lib/whys.ts'
import { wantedMargins } from './operator-margins.ts'
import type { OperatorOrderFilter, OrderSort, WantedState } from './operator-orders.ts'

/** The filter of operators' lists of orders, as lists, files and plans take it. */

const text = (maxLength: number, options: { description?: string } = {}) =>
  Type.String({ ...options, minLength: 1, maxLength })

/** `someOf` is one value, or several with commas between. */
export const someOf = (values: readonly string[], description: string) =>
  Type.Optional(
    Type.Unsafe<string>({
      ...{ type: 'string', minLength: 1, maxLength: 400, description },
      pattern: `^(?:${values.join('|')})(?:,(?:${values.join('|')}))*$`,
      [MUST]: {
        ...whys.choice(values),
        message: `must be one of ${values.join(', ')}, or several with commas`,
      },
    }),
  )

const names = (description: string) =>
  Type.Optional(text(1000, { description: `${description}; several with commas between` }))

const filterStates = [...orderStates, 'unknown', 'waiting_person', 'late'] as const

/** `orderFilter` narrows orders, in a query or in a body. */
export const orderFilter = {
  id: Type.Optional(
    Type.Unsafe<string>({
      ...{ type: 'string', maxLength: 3400, pattern: '^\\d{1,15}(?:,\\d{1,15}){0,199}$' },
      [MUST]: 'must be numbers of orders with commas, up to 200',
      description: 'Order numbers, up to 200 with commas between',
    }),
  ),
  account: names('Id or user name'),
  group: Type.Optional(text(100, { description: 'The price group of the reseller: id or name' })),
  service: names('Id or code'),
  service_group: Type.Optional(text(200, { description: 'The group that the service is in' })),
  supplier: names('Id or name, which may have commas itself: the one that has an item, or had it at last'),
  state: someOf(
    filterStates,
    `Several with commas between: ${filterStates.join(', ')}. \`unknown\`: nobody knows what became of an item; \`waiting_person\`: a review ` +
      'is open, or people do it; `late`: it takes longer than it should',
  ),
  via: someOf(vias, `How it was placed, several with commas between: ${vias.join(', ')}`),
  key: Type.Optional(
    text(255, {
      description: 'The API key that it was placed with: security id, id, or name, which several may have',
    }),
  ),
  refunded: Type.Optional(
    oneOf(['yes'], {
      description: 'Only orders of which something was given back after it had been charged',
    }),
  ),
  total_gte: wantedAmount('Costs so much or more, in its own currency'),
  total_lte: wantedAmount('Costs so much or less, in its own currency'),
  margin: Type.Optional(
    oneOf(wantedMargins, {
      description:
        '`negative`: it costs us more than is charged or held; `below_floor`: what is left is less than the margin floor of the route of a ' +
        'supplier that has it; `unknown_cost`: the cost of an item is not known. Only for who has `costs.read`',
    }),
  ),
  from: bound('Placed then or later: a time with its zone, or a day in UTC'),
  to: bound('Placed before that time, or on that day in UTC and before'),
  ended_from: bound('Ended then or later: a time with its zone, or a day in UTC'),
  ended_to: bound('Ended before that time, or on that day in UTC and before'),
  reference: Type.Optional(text(255, { description: 'The whole reference of the reseller, in any case' })),
  imei: Type.Optional(text(255, { description: 'The whole IMEI or serial number' })),
  search: Type.Optional(
    text(255, { description: 'An order number, a reference, IMEI or serial number, or a part of one' }),
  ),
}

/** OrderFilter is a filter as it stands in a URL. */
export type OrderFilter = { [Name in keyof typeof orderFilter]?: Static<(typeof orderFilter)[Name]> }

const split = (given: string | undefined): string[] | undefined =>
  given
    ?.split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')

/** `filterOf` gives a filter as the domain takes it. */
export const filterOf = (given: OrderFilter & { sort?: OrderSort }): OperatorOrderFilter => ({
  ids: split(given.id)?.map((one) => Number(one) as OrderId),
  account: split(given.account),
  group: given.group,
  service: split(given.service),
  serviceGroup: given.service_group,
  supplier: given.supplier,
  state: split(given.state) as WantedState[] | undefined,
  via: split(given.via) as Via[] | undefined,
  key: given.key,
  totalFrom: given.total_gte === undefined ? undefined : parseMicros(given.total_gte),
  totalTo: given.total_lte === undefined ? undefined : parseMicros(given.total_lte),
  margin: given.margin,
  refunded: given.refunded === 'yes' ? true : undefined,
  from: given.from === undefined ? undefined : timeOf(given.from),
  to: given.to === undefined ? undefined : timeOf(given.to, DAY_MS),
  endedFrom: given.ended_from === undefined ? undefined : timeOf(given.ended_from),
  endedTo: given.ended_to === undefined ? undefined : timeOf(given.ended_to, DAY_MS),
  reference: given.reference,
  imei: given.imei,
  search: given.search,
  sort: given.sort,
})
