import { type Command, Option } from 'commander'
import type { OrderId } from '../lib/ids.ts'
import type { OrderState } from '../lib/states.ts'
import type { OperatorOrderFilter } from '../orders/read/operator-orders.ts'
import { orderIdOf, pastTimeOf } from './input.ts'

const states: OrderState[] = ['pending', 'processing', 'success', 'partial', 'failed', 'cancelled']

/** FilterOptions narrow orders; times are as they were typed. */
export interface FilterOptions extends Omit<OperatorOrderFilter, 'from' | 'to'> {
  from?: string
  to?: string
}

/** `addFilter` adds the options that narrow orders. */
export const addFilter = (command: Command): Command =>
  command
    .option('--account <id or username>', 'only this account’s')
    .option('--service <id or code>', 'only of this service')
    .option('--supplier <id or name>', 'only those that this supplier has, or had at last')
    .option('--key <id or name>', 'only those placed with this API key, or with all of that name')
    .addOption(new Option('--state <state>', 'only in this state').choices(states))
    .option(
      '--from <time>',
      'placed since: ISO date or time in UTC, or a duration before now such as 7d (m, h, d, w)',
    )
    .option('--to <time>', 'placed before')
    .option('--imei <text>', 'the whole IMEI or serial number')
    .option('--search <text>', 'an order number, a reference, IMEI or serial number, or a part of one')
    .option('--before <order id>', 'the page after this order', orderIdOf)

/** `filterOf` throws invalid_input naming the option. */
export const filterOf = ({ from, to, ...filter }: FilterOptions): OperatorOrderFilter => ({
  account: filter.account,
  service: filter.service,
  supplier: filter.supplier,
  key: filter.key,
  state: filter.state,
  reference: filter.reference,
  imei: filter.imei,
  search: filter.search,
  before: filter.before as OrderId | undefined,
  from: from === undefined ? undefined : pastTimeOf(from, 'from'),
  to: to === undefined ? undefined : pastTimeOf(to, 'to'),
})
