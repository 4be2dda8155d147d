import type { Dialect } from '../../accounts/account.ts'
import { errors, type Refusal } from '../../errors.ts'

/** RefusalRow is a refusal in Dhru's form. */
export type RefusalRow = { MESSAGE: string; FULL_DESCRIPTION?: string }

/**
 * `sayRefusal` gives a refusal in Dhru's form.
 *
 * By the contract MESSAGE is for people, and FULL_DESCRIPTION starts with the code, which programs can rely on (the contract's own example
 * is `payload_required`). Clients of panels show both texts, one behind the other, so with them each says what the other does not.
 */
export function sayRefusal(refusal: Refusal, dialect: Dialect): RefusalRow {
  const { code, message, detail } = refusal
  if (dialect === 'panel') {
    return { MESSAGE: errors[code].message, ...(detail !== undefined && { FULL_DESCRIPTION: detail }) }
  }
  return { MESSAGE: message, FULL_DESCRIPTION: detail === undefined ? code : `${code}: ${detail}` }
}
