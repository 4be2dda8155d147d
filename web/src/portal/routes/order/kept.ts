/**
 * What an account is about to place in this tab. It is kept until the server has answered, so that a reload, or an answer that was lost, never orders
 * twice: the same order has the same key. Somebody else who signs in here sees nothing of it.
 */
export interface Kept {
  key: string
  body: { code: string; data: Record<string, unknown>; reference?: string }
  /** `what` says what is ordered, and for how much. */
  what: string
}

const placeOf = (account: string, code: string): string => `order:${account}:${code}`

export function keptOrder(account: string, code: string): Kept | undefined {
  try {
    return JSON.parse(sessionStorage.getItem(placeOf(account, code)) ?? 'null') ?? undefined
  } catch {
    return undefined
  }
}

export function keepOrder(account: string, body: Kept['body'], what: string): Kept {
  const kept = { key: crypto.randomUUID(), body, what }
  sessionStorage.setItem(placeOf(account, body.code), JSON.stringify(kept))
  return kept
}

export const forgetOrder = (account: string, code: string): void =>
  sessionStorage.removeItem(placeOf(account, code))
