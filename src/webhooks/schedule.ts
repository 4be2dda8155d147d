import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../lib/time.ts'

/** RETRY_AFTER_MS is the time from each failure of an event to the next try: about three days in all. */
const RETRY_AFTER_MS = [
  5 * SECOND_MS,
  30 * SECOND_MS,
  2 * MINUTE_MS,
  10 * MINUTE_MS,
  30 * MINUTE_MS,
  HOUR_MS,
  3 * HOUR_MS,
  6 * HOUR_MS,
  12 * HOUR_MS,
  DAY_MS,
  DAY_MS,
]
const JITTER = 0.2

/** `retryAt` gives when to try an event again that has failed `tries` times; null: never, it is given up. */
export function retryAt(tries: number, now: Date, random = Math.random()): Date | null {
  const delay = RETRY_AFTER_MS[tries - 1]
  return delay === undefined ? null : new Date(now.getTime() + delay * (1 + JITTER * (2 * random - 1)))
}

/** FAILING_FROM failures in a row let an endpoint be tried with one event at a time, with rests. */
export const FAILING_FROM = 3
const MIN_REST_MS = 5 * SECOND_MS
const MAX_REST_MS = MINUTE_MS

/** `restUntil` gives until when a failing endpoint is left alone: for as long as it has been failing, from 5 s to a minute. */
export const restUntil = (failsForMs: number, now: Date): Date =>
  new Date(now.getTime() + Math.min(Math.max(failsForMs, MIN_REST_MS), MAX_REST_MS))

/** PAUSED_AFTER_MS is how long an endpoint may fail before nothing more is sent to it. */
export const PAUSED_AFTER_MS = 5 * DAY_MS

/** KEPT_MS is how long events that are not to be sent are kept, with their deliveries. */
export const KEPT_MS = 90 * DAY_MS
