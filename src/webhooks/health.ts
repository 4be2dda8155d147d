import type { Webhook } from './attributes.ts'
import { FAILING_FROM, PAUSED_AFTER_MS, restUntil } from './schedule.ts'

/** Health is how an endpoint has answered lately. */
export interface Health {
  /** `failures` counts deliveries that failed in a row; none has gone well since `failingSince`. */
  failures: number
  failingSince: Date | null
  status: Webhook['status']
}

const GONE = 410

/** `healthAfter` gives the health of an endpoint after deliveries, in the order in which they ended. */
export function healthAfter(
  before: Health,
  results: { delivered: boolean; status: number | null }[],
  now: Date,
): Health & { restUntil: Date | null; recovered: boolean } {
  let { failures, failingSince, status } = before
  let recovered = false
  for (const result of results) {
    if (result.delivered) {
      recovered ||= failures >= FAILING_FROM
      failures = 0
      failingSince = null
    } else {
      failures++
      failingSince ??= now
      if (status === 'active' && result.status === GONE) status = 'gone'
    }
  }
  const failsForMs = failingSince ? now.getTime() - failingSince.getTime() : 0
  if (status === 'active' && failsForMs >= PAUSED_AFTER_MS) status = 'paused'
  const rest = failures >= FAILING_FROM ? restUntil(failsForMs, now) : null
  return { failures, failingSince, status, restUntil: rest, recovered }
}
