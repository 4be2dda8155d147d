import type { I18n, MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import { money } from '../../../kit/amount.tsx'

/** `consequences` say what each decision does to the money (src/fulfilment/people/choices.ts). */
const consequences: Readonly<Record<string, MessageDescriptor>> = {
  found: msg`{supplier} is asked about it under its number from now on. {price} stays held for {reseller}.`,
  done: msg`It is done: {price} is charged to {reseller}, who reads this result.`,
  sent_again: msg`Only if you have seen in your account at {supplier} that the order is not there. Otherwise you pay {cost} twice. {price} stays held for {reseller}.`,
  sent_again_unpriced: msg`Only if you have seen in your account at {supplier} that the order is not there. Otherwise you pay what it costs twice. {price} stays held for {reseller}.`,
  sent_anyway: msg`It is sent although it costs more than the sale allows. {price} stays held for {reseller}.`,
  takes_longer: msg`It may take longer, and is shown again in a day. {price} stays held for {reseller}.`,
  refunded: msg`{reseller} gets {price} back now, as a refund. What {supplier} took is not given back by this.`,
  given_back: msg`{reseller} gets {price} back now. If {supplier} delivers after all, its {cost} is your loss.`,
  given_back_unpriced: msg`{reseller} gets {price} back now. If {supplier} delivers after all, what it costs is your loss.`,
  given_back_unsent: msg`{reseller} gets {price} back now. Nothing was bought.`,
  cancelled: msg`It is cancelled, and {reseller} gets {price} back now. If {supplier} delivers after all, its {cost} is your loss.`,
  cancelled_unpriced: msg`It is cancelled, and {reseller} gets {price} back now. If {supplier} delivers after all, what it costs is your loss.`,
  goes_on: msg`It goes on as before. {price} stays held for {reseller}.`,
  waits_on: msg`It waits on, and is not shown again within a day. {price} stays held for {reseller}.`,
  stays_charged: msg`Nothing changes: it stays as it ended, and what was charged stays charged.`,
  nothing_moves: msg`Nothing changes, and no money moves.`,
}

interface Sum {
  amount: string
  currency: string
}

/** Facts are what a consequence names, as the API gives them. */
export interface Facts {
  reseller: string
  supplier: string | null
  price: Sum
  cost: Sum | null
}

const written = ({ amount, currency }: Sum): string => money(amount, currency)

/** `consequenceWords` says what a decision does to the money. */
export function consequenceWords(i18n: I18n, consequence: string, facts: Facts): string {
  const found = consequences[consequence]
  if (!found) return consequence
  return i18n._({
    ...found,
    values: {
      reseller: facts.reseller,
      supplier: facts.supplier ?? i18n._(msg`the supplier`),
      price: written(facts.price),
      cost: facts.cost ? written(facts.cost) : '',
    },
  })
}
