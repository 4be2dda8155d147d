import type { WaitingList } from './waiting.ts'

/** `waitingListText` says why a supplier's list waits for a person. */
export function waitingListText({ name, error, jumps, edited }: WaitingList): string {
  const costs = jumps === 1 ? '1 cost has jumped and waits' : `${jumps} costs have jumped and wait`
  return [
    error && `the list of ${name} was not applied`,
    jumps > 0 && `${name}: ${costs}`,
    edited > 0 && `${name} has changed services that you have edited`,
  ]
    .filter(Boolean)
    .join('; ')
}
