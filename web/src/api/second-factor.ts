/** SecondFactor is what stands for the second factor, as both APIs of people take it. */
export type SecondFactor = { code: string } | { recovery_code: string }

/** `secondFactorOf` tells an app's code, which is six digits, from a recovery code. */
export function secondFactorOf(text: string): SecondFactor {
  const given = text.replace(/\s/g, '')
  return /^\d{6,8}$/.test(given) ? { code: given } : { recovery_code: given }
}
