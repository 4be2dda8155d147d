import { failures } from '../lib/failures.ts'
import { itemStates } from '../lib/states.ts'
import { type NamesIn, type ValuesIn, worded } from '../lib/worded.ts'

/**
 * `details` are what imeigate itself says of why something waits for a person. It is kept as this English text; the pages say it in the reader's
 * language by its name and values (web/src/console/details.ts). What suppliers and people say is in none of them.
 */
export const details = {
  not_sent: 'not sent to any supplier yet',
  open_since: 'open since before {time}',
  cancel_wanted_by_reseller: 'wanted by the reseller, after it was sent',
  cancel_wanted_by_operator: 'wanted by the operator, after it was sent',
  doubted_by_reseller: 'the reseller doubts the answer',
  doubted_by_operator: 'the operator doubts the answer',
  failed_often: '{supplier} failed {times} times',
  failed_once: 'failed with this item once',
  failed_before: 'failed with this item {times} times',
  item_became: 'the item is {state}',
  said_otherwise_since: 'the supplier has said something else since',
  no_rate: 'no exchange rate from {from} to {to}',
  below_floor: '{supplier}: costs {cost}, sold for {price} {currency}, margin floor {floor}%',
  below_cost: '{supplier}: costs {cost}, sold for {price} {currency}',
  cost_unshown: 'below the margin floor',
  restored: 'a backup was restored in which this was open: a supplier may have got it since',
  list_not_applied: 'the list of {supplier} was not applied',
  cost_jumped: '{supplier}: 1 cost has jumped and waits',
  costs_jumped: '{supplier}: {count} costs have jumped and wait',
  cost_above_price: '{supplier}: 1 cost would be above a fixed price and waits',
  costs_above_prices: '{supplier}: {count} costs would be above fixed prices and wait',
  list_edited: '{supplier} has changed services that you have edited',
  too_late: failures.too_late,
  no_answer: failures.no_answer,
} as const
export type Detail = keyof typeof details

/** `detailText` gives the text that is kept. */
export const detailText = <D extends Detail>(detail: D, values: ValuesIn<(typeof details)[D]>): string =>
  worded(details[detail], values as Readonly<Record<string, string | number>>)

/**
 * `shapes` are what the values look like, as patterns whose work is bounded: every text that is kept is looked through, also such as suppliers write.
 */
const shapes: Readonly<Record<NamesIn<(typeof details)[Detail]>, string>> = {
  time: String.raw`\d{4,6}-\d\d-\d\d \d\d:\d\d (?:UTC|[+-]\d\d:\d\d)`,
  supplier: '.{1,300}',
  times: String.raw`\d{1,9}`,
  count: String.raw`\d{1,9}`,
  ms: String.raw`\d{1,9}`,
  state: itemStates.join('|'),
  from: '[A-Z]{3}',
  to: '[A-Z]{3}',
  currency: '[A-Z]{3}',
  cost: String.raw`[\d.]{1,30}`,
  price: String.raw`[\d.]{1,30}`,
  floor: String.raw`-?[\d.]{1,10}`,
  place: String.raw`\S{1,300}`,
  why: '.{1,300}',
}

const forms = Object.entries(details).map(([name, text]) => ({
  name: name as Detail,
  form: new RegExp(
    `^${text
      .replace(/[.*+?^$()[\]\\|]/g, String.raw`\$&`)
      .replace(/\{(\w+)\}/g, (_, value: keyof typeof shapes) => `(?<${value}>${shapes[value]})`)}$`,
  ),
}))

/** MAX_KEPT and MAX_DETAIL bound the characters of a text that may be ours, and of each detail in it: what is longer is not matched at all. */
const MAX_KEPT = 20_000
const MAX_DETAIL = 700

/** DetailSaid is one of `details`, with its values as text. */
export interface DetailSaid {
  detail: Detail
  values: Record<string, string>
}

/**
 * `detailsIn` reads a text that the server has written: what stands in it, of several routes with `; ` between; undefined: it is in somebody's own
 * words. Whether the server has written it is for the caller to know: others may use the same words.
 */
export function detailsIn(text: string): DetailSaid[] | undefined {
  if (text.length > MAX_KEPT) return undefined
  const found: DetailSaid[] = []
  for (const part of text.split('; ')) {
    const one = part.length > MAX_DETAIL ? undefined : readDetail(part)
    if (!one) return undefined
    found.push(one)
  }
  return found
}

function readDetail(text: string): DetailSaid | undefined {
  for (const { name, form } of forms) {
    const match = form.exec(text)
    if (match) return { detail: name, values: { ...match.groups } }
  }
  return undefined
}
