/**
 * `keyFor` gives the `Idempotency-Key` of what is about to be done in this tab, the same until `forgetKey` is told how it ended: after a reload, or an answer that
 * was lost, the same is not done twice. `what` names the account and everything that makes it another request.
 */
export function keyFor(what: string): string {
  const kept = sessionStorage.getItem(placeOf(what)) ?? crypto.randomUUID()
  sessionStorage.setItem(placeOf(what), kept)
  return kept
}

export const forgetKey = (what: string): void => sessionStorage.removeItem(placeOf(what))

const placeOf = (what: string): string => `key:${what}`
