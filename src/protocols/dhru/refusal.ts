import type { Refusal } from '../../errors.ts'

/**
 * `sayRefusal` gives a refusal in Dhru's form: MESSAGE for people; FULL_DESCRIPTION starts with the code, which programs can rely on (the
 * contract's own example is `payload_required`).
 */
export function sayRefusal(refusal: Refusal): { MESSAGE: string; FULL_DESCRIPTION: string } {
  return {
    MESSAGE: refusal.message,
    FULL_DESCRIPTION: refusal.detail === undefined ? refusal.code : `${refusal.code}: ${refusal.detail}`,
  }
}
