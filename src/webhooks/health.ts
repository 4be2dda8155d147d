import type { Webhook } from './attributes.ts'
import { FAILING_FROM, failsForTooLong, restUntil } from './schedule.ts'

/** Health is how an endpoint has answered lately. */
export interface Health {
  /** `failures` counts attempts that failed in a row; none has gone well since `failingSince`. */
  failures: number
  failingSince: Date | null
  status: Webhook['status']
}

const GONE = 410

/** `healthAfter` gives the health of an endpoint after attempts, in the order in which they ended. */
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
