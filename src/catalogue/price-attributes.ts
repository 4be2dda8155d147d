import type { RowOf } from '../database/column-types.ts'
import type { Prices } from '../database/types.ts'
import {
  amount,
  attribute,
  currency,
  integer,
  readText,
  shapeOrNone,
  shapes,
} from '../lib/attribute-types.ts'
import type { AttributesOf, FormOf } from '../lib/attributes.ts'
import type { AccountId, ServiceId } from '../lib/ids.ts'
import { formatMicros, type Micros, micros } from '../lib/money.ts'

/** MAX_PRICE is the largest unit price: with the largest quantity of an item it stays well inside a bigint. */
const MAX_PRICE = micros(100_000_000_000_000n)

/** ITEMS bounds the items of an order, which are counted in a smallint. */
const ITEMS = { min: 1, max: 32_767 }

/** `priceAttributes` defines every value of a price once: its options, its form in files, `--json` and its checks. */
export const priceAttributes = {
  service: attribute<ServiceId, string>(
    {
      flag: '--service <id or code>',
      help: 'whose price it is',
      whenLeftOut: 'needed',
      property: 'serviceId',
    },
    { shape: shapes.integer, givenShape: shapes.text, read: readText },
  ),
  account: attribute<AccountId | null>(
    {
      flag: '--account <id or username>',
      help: 'for this account only',
      whenLeftOut: 'everyone',
      property: 'accountId',
    },
    { shape: shapeOrNone(shapes.integer), givenShape: shapes.text, read: (value) => value as AccountId },
  ),
  /** `group` is the price group's name; operators may write its id. */
  group: attribute<string | null, string>(
    { flag: '--group <price group>', help: 'for this price group only', whenLeftOut: 'everyone' },
    { shape: shapeOrNone(shapes.text), givenShape: shapes.text, read: readText },
  ),
  currency: currency({ flag: '--currency <code>', help: 'of the price, such as USD', whenLeftOut: 'needed' }),
  price: amount({
    flag: '--price <amount>',
    help: 'of one item, such as 0.77',
    whenLeftOut: 'needed',
    label: 'price',
    property: 'unitPrice',
    fault: amountFault,
    show: (price, noun) => `${formatMicros(price, String(noun['currency']))} ${noun['currency']}`,
  }),
  minItems: integer({
    flag: '--min-items <count>',
    help: 'the fewest items of an order',
    whenLeftOut: '1',
    ...ITEMS,
  }),
  maxItems: integer({
    flag: '--max-items <count>',
    help: 'the most items of an order',
    whenLeftOut: '1000',
    ...ITEMS,
  }),
} satisfies AttributesOf<
  // The price group stands for its id; the database itself writes the others.
  Omit<RowOf<Prices>, 'id' | 'updatedAt' | 'priceGroupId' | 'ruleId'>,
  { serviceId: 'service'; accountId: 'account'; unitPrice: 'price' },
  'group'
>

/** PriceForm is a price as an operator writes it; at most one of account (by its id) and group. */
export type PriceForm = FormOf<typeof priceAttributes> & { service: string; currency: string }

/** `amountFault` says why an amount cannot be what one item is sold for or costs. */
export function amountFault(amount: Micros): string | undefined {
  return amount >= 0n && amount <= MAX_PRICE
    ? undefined
    : 'must be from 0 to 100,000,000, with at most 6 decimals'
}
