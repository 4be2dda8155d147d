import type { JsonAnswer } from './json-api/index.ts'

/**
 * `gatewayFindings` are what a test of a gateway can end with: it knows our key; it refuses the key, or something else; it gives no answer that says
 * anything; what answers at the address is no such gateway.
 */
export const gatewayFindings = ['works', 'key_refused', 'refused', 'no_answer', 'not_theirs'] as const

/** GatewayTest is what came of a question to a gateway that begins no payment and changes nothing. */
export interface GatewayTest {
  finding: (typeof gatewayFindings)[number]
  /** `detail` is what was answered, in short, without secrets; null: the finding says all. */
  detail: string | null
  /** `isPractice` says that the key is one for trying: no real money comes by it. */
  isPractice: boolean
}

/** `judged` says what an answer means. `isTheirs`: only this gateway answers so, and only to a key that it knows. */
export function judged(
  { status, why }: Pick<JsonAnswer, 'status' | 'why'>,
  { isTheirs, isPractice = false }: { isTheirs: boolean; isPractice?: boolean },
): GatewayTest {
  const found = (finding: GatewayTest['finding']) => ({ finding, detail: why, isPractice })
  if (isTheirs) return { finding: 'works', detail: null, isPractice }
  if (status === 401 || status === 403) return found('key_refused')
  if (status < 400 || status === 404 || status === 405) return found('not_theirs')
  return found(status >= 500 || status === 408 || status === 429 ? 'no_answer' : 'refused')
}
