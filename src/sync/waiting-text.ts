import type { WaitingList } from './waiting.ts'

/** `waitingListText` says why a supplier's list waits for a person. */
export function waitingListText({ name, error, jumps, abovePrices, edited }: WaitingList): string {
  const costs = [
    jumps > 0 && (jumps === 1 ? '1 cost has jumped and waits' : `${jumps} costs have jumped and wait`),
    abovePrices > 0 &&
      (abovePrices === 1
        ? '1 cost would be above a fixed price and waits'
        : `${abovePrices} costs would be above fixed prices and wait`),
  ].filter(Boolean)
  return [
    error && `the list of ${name} was not applied`,
    costs.length > 0 && `${name}: ${costs.join(', ')}`,
    edited > 0 && `${name} has changed services that you have edited`,
  ]
    .filter(Boolean)
    .join('; ')
}
