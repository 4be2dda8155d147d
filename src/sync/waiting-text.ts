import { detailText } from '../fulfilment/review-details.ts'
import type { WaitingList } from './waiting.ts'

/** `waitingListText` says why a supplier's list waits for a person. */
export function waitingListText({ name: supplier, error, jumps, abovePrices, edited }: WaitingList): string {
  return [
    error && detailText('list_not_applied', { supplier }),
    jumps === 1 && detailText('cost_jumped', { supplier }),
    jumps > 1 && detailText('costs_jumped', { supplier, count: jumps }),
    abovePrices === 1 && detailText('cost_above_price', { supplier }),
    abovePrices > 1 && detailText('costs_above_prices', { supplier, count: abovePrices }),
    edited > 0 && detailText('list_edited', { supplier }),
  ]
    .filter((part) => typeof part === 'string')
    .join('; ')
}
