import { DAY_MS, MINUTE_MS } from '../lib/time.ts'

/** MAX_SECOND_FACTOR_MS is how long the second factor may take after the password. */
export const MAX_SECOND_FACTOR_MS = 10 * MINUTE_MS
/** MAX_CHALLENGE_MS is how long a passkey may take to sign what it is asked to. */
export const MAX_CHALLENGE_MS = 5 * MINUTE_MS
/** PROOF_MS is how long password and second factor are proof for what moves money or gives rights. */
export const PROOF_MS = 10 * MINUTE_MS
/** SEEN_MS is how exact it is when a sign-in was last seen. */
export const SEEN_MS = MINUTE_MS
/** KEPT_MS is how long what has ended is kept, and failures are. */
export const KEPT_MS = 90 * DAY_MS
