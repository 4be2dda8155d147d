import type { I18n, MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import { money } from '../kit/amount.tsx'
import { failureText } from '../kit/faults.ts'
import { percentOf } from '../kit/numbers.ts'
import { moment } from '../kit/when.tsx'

/** `details` say why something waits for a person, where the server itself says so (src/fulfilment/review-details.ts). */
const details: Readonly<Record<string, MessageDescriptor>> = {
  not_sent: msg`It was not sent to any supplier yet.`,
  open_since: msg`It is open for longer than its service may take: it was expected by {time}.`,
  cancel_wanted_by_reseller: msg`The reseller wants it cancelled, after it was sent.`,
  cancel_wanted_by_operator: msg`Somebody of the staff wants it cancelled, after it was sent.`,
  doubted_by_reseller: msg`The reseller doubts the result.`,
  doubted_by_operator: msg`Somebody of the staff doubts the result.`,
  failed_often: msg`{supplier} failed with it {times} times.`,
  failed_once: msg`It failed with this item once.`,
  failed_before: msg`It failed with this item {times} times.`,
  item_became: msg`It came out by itself meanwhile.`,
  said_otherwise_since: msg`The supplier has said something else since.`,
  no_rate: msg`There is no exchange rate from {from} to {to}.`,
  below_floor: msg`{supplier} would take {cost} for what is sold for {price}; at least {floor} must be left.`,
  below_cost: msg`{supplier} would take {cost} for what is sold for {price}.`,
  cost_unshown: msg`It would cost more than the sale allows.`,
  restored: msg`A backup was restored in which this was open: a supplier may have got it since.`,
  list_not_applied: msg`The list of {supplier} was not applied.`,
  cost_jumped: msg`1 cost of {supplier} has jumped, and waits.`,
  costs_jumped: msg`{count} costs of {supplier} have jumped, and wait.`,
  cost_above_price: msg`1 cost of {supplier} would be above a fixed price, and waits.`,
  costs_above_prices: msg`{count} costs of {supplier} would be above fixed prices, and wait.`,
  list_edited: msg`{supplier} has changed services that you have edited.`,
  too_late: msg`{place} gave no whole answer within {seconds} seconds.`,
  no_answer: msg`{place} gave no whole answer ({why}).`,
}

export interface Said {
  detail: string
  values: Record<string, string>
}

/** `detailWords` says why something waits; `text` is what the server says of it, which is shown where it is in somebody's own words and about no call to the outside. */
export function detailWords(i18n: I18n, text: string, said: readonly Said[] | null): string {
  const sentences = said?.map(({ detail, values }) => {
    const found = details[detail]
    return found && i18n._({ ...found, values: shown(values) })
  })
  return sentences?.every((one) => one !== undefined) ? sentences.join(' ') : (failureText(text) ?? text)
}

/** `shown` writes amounts, times and numbers as the reader does. */
function shown({
  time,
  cost,
  price,
  currency,
  floor,
  ms,
  ...rest
}: Record<string, string>): Record<string, unknown> {
  const sum = (amount: string | undefined) =>
    amount !== undefined && currency !== undefined ? { amount: money(amount, currency) } : undefined
  return {
    ...rest,
    ...(time !== undefined && { time: timeIn(time) }),
    ...(cost !== undefined && { cost: sum(cost)?.amount }),
    ...(price !== undefined && { price: sum(price)?.amount }),
    ...(floor !== undefined && { floor: percentOf(floor) }),
    ...(ms !== undefined && { seconds: Number(ms) / 1000 }),
  }
}

/** `timeIn` reads `2026-11-29 05:39 UTC` or `2026-11-29 12:39 +07:00`; what is no such time is shown as it is. */
function timeIn(text: string): string {
  const [day, minute, zone] = text.split(' ')
  const at = new Date(`${day}T${minute}${zone === 'UTC' ? 'Z' : zone}`)
  return Number.isNaN(at.getTime()) ? text : moment(at)
}
