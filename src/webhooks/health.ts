import { FAILING_FROM, failsForTooLong, restUntil } from './schedule.ts'
import type { WebhookStatus } from './webhook.ts'

/** How an endpoint fares. */
export interface Health {
  /** Attempts that failed in a row, and since when none has gone well. */
  failures: number
  failingSince: Date | null
  status: WebhookStatus
}

const GONE = 410

/** What attempts, in the order in which they ended, say of their endpoint. */
export function healthAfter(
  before: Health,
  outcomes: { delivered: boolean; status: number | null }[],
  now: Date,
): Health & { restUntil: Date | null; recovered: boolean } {
  let { failures, failingSince, status } = before
  let recovered = false
  for (const outcome of outcomes) {
    if (outcome.delivered) {
      recovered ||= failures >= FAILING_FROM
      failures = 0
      failingSince = null
    } else {
      failures++
      failingSince ??= now
      if (status === 'active' && outcome.status === GONE) status = 'gone'
    }
  }
  if (status === 'active' && failingSince && failsForTooLong(failingSince, now)) status = 'paused'
  const rests = failingSince && failures >= FAILING_FROM
  return {
    failures,
    failingSince,
    status,
    restUntil: rests ? restUntil(failingSince as Date, now) : null,
    recovered,
  }
}
