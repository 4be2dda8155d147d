/**
 * `details` are what imeigate itself says of why something waits for a person. It is kept as this English text; the pages say it in the reader's
 * language by its name and values (web/src/console/routes/inbox/details.ts). What suppliers and people say is in none of them.
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
  too_late: 'no whole answer from {place} (not within {ms} ms)',
  no_answer: 'no whole answer from {place} ({why})',
} as const
export type Detail = keyof typeof details

type NamesIn<T extends string> = T extends `${string}{${infer Name}}${infer Rest}`
  ? Name | NamesIn<Rest>
  : never
type ValuesOf<D extends Detail> = Readonly<Record<NamesIn<(typeof details)[D]>, string | number>>

/** `detailText` gives the text that is kept. */
export function detailText<D extends Detail>(detail: D, values: ValuesOf<D>): string {
  const known: Readonly<Record<string, string | number>> = values
  return details[detail].replace(/\{(\w+)\}/g, (_, name: string) => String(known[name]))
}

const forms = Object.entries(details).map(([name, text]) => ({
  name: name as Detail,
  form: new RegExp(
    `^${text.replace(/[.*+?^$()[\]\\|]/g, String.raw`\$&`).replace(/\{(\w+)\}/g, '(?<$1>.+?)')}$`,
  ),
}))

/** DetailSaid is one of `details`, with its values as text. */
export interface DetailSaid {
  detail: Detail
  values: Record<string, string>
}

/** `detailsIn` reads a text that is kept: what stands in it, of several routes with `; ` between; undefined: it is in somebody's own words. */
export function detailsIn(text: string): DetailSaid[] | undefined {
  const found = text.split('; ').map(readDetail)
  return found.every((one) => one !== undefined) ? found : undefined
}

function readDetail(text: string): DetailSaid | undefined {
  for (const { name, form } of forms) {
    const match = form.exec(text)
    if (match) return { detail: name, values: { ...match.groups } }
  }
  return undefined
}
