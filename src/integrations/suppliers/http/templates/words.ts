/** `successes`, `failures` and `waits` are what servers of all styles write when they say how it went. */
export const successes = ['success', 'successful', 'ok', 'completed', 'done', 'true', '1', '200']
export const failures = ['error', 'failed', 'failure', 'fail', 'rejected', 'refused', 'false', '0']
export const waits = ['pending', 'processing', 'queued', 'in process', 'in progress', 'waiting', 'accepted']

/**
 * `outOfCredit`, `badLogin` and `tooBusy` are narrow on purpose: what they miss is a refusal of the item, what they hit in error would be
 * sent again and again.
 */
export const outOfCredit = '\\b(?:insufficient|not enough|no|low) (?:account )?(?:balance|credits?|funds)\\b'
export const badLogin =
  '\\b(?:invalid|wrong|unknown|missing|incorrect|expired|bad) (?:api[ _-]?)?(?:key|token|credentials|login)\\b|\\bunauthori[sz]ed\\b|\\bauthentication failed\\b'
export const tooBusy =
  '\\b(?:too many requests|rate limit(?:ed)?|try again later|under maintenance|maintenance mode)\\b'
