import type { Moment } from './order-data.ts'

/** FEW is how many moments are told one by one, and how many alike are not folded. */
const FEW = 24
const FEW_ALIKE = 3

/** Told is one line of a life: a moment, or several alike, of which the first is told. */
export interface Told {
  first: Moment
  all: readonly Moment[]
}

/** `likeness` is what moments that are told as one share: what happened, by whom, and for how much. */
const likeness = ({ kind, supplier, state, by, amount, currency, event, channel, address }: Moment): string =>
  JSON.stringify([kind, supplier, state, by, amount, currency, event, channel, address])

/** `folded` makes of a long life one of few lines: what happened to many items alike is one line, at the time at which it began. */
export function folded(moments: readonly Moment[]): Told[] {
  const each = (one: Moment): Told => ({ first: one, all: [one] })
  if (moments.length <= FEW) return moments.map(each)
  const alike = Map.groupBy(moments, likeness)
  return moments.flatMap((one) => {
    const all = alike.get(likeness(one)) ?? []
    if (all.length <= FEW_ALIKE) return [each(one)]
    return all[0] === one ? [{ first: one, all }] : []
  })
}

/** `itemsOf` counts the items that moments are about; 0: they are about the whole order. */
export const itemsOf = (moments: readonly Moment[]): number =>
  new Set(moments.flatMap(({ item }) => item ?? [])).size
