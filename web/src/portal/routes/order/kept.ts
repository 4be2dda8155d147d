/**
 * What this tab is about to place. It is kept until the server has answered, so that a reload, or an answer that was lost, never orders twice: the same
 * order has the same key.
 */
export interface Kept {
  key: string
  body: { code: string; data: Record<string, unknown> }
  /** `isSent`: nobody knows yet whether it was placed. */
  isSent: boolean
}

const placeOf = (code: string): string => `order:${code}`

export function keptOrder(code: string): Kept | undefined {
  try {
    return JSON.parse(sessionStorage.getItem(placeOf(code)) ?? 'null') ?? undefined
  } catch {
    return undefined
  }
}

/** `keepOrder` gives the order with the key that it had, if it is the one that is kept; or with a key of its own. */
export function keepOrder(body: Kept['body']): Kept {
  const before = keptOrder(body.code)
  const isSame = before !== undefined && JSON.stringify(before.body) === JSON.stringify(body)
  const kept = { key: isSame ? before.key : crypto.randomUUID(), body, isSent: true }
  sessionStorage.setItem(placeOf(body.code), JSON.stringify(kept))
  return kept
}

export const forgetOrder = (code: string): void => sessionStorage.removeItem(placeOf(code))
