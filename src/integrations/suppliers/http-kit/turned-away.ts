import { failure } from '../../../lib/failures.ts'
import { integers } from '../../kit/fields.ts'
import type { NothingSent } from './call.ts'

/** TOO_MANY: whoever says so, a front or the application, has taken nothing. */
const TOO_MANY = 429
const WAIT_MS = { min: 1_000, unsaid: 30_000, max: 3_600_000 }

/** `frontStatuses` is the setting that names the statuses of a front: a proxy, a firewall, a cache before the supplier's own program. */
export const frontStatuses = integers({
  label: 'Statuses of a front',
  default: [],
  min: 400,
  max: 599,
  help: 'HTTP statuses, such as [403,404,415,503], that come from a proxy or a firewall before the supplier, so that nothing was taken; 429 never takes anything',
})

/**
 * `turnedAway` tells from the status of an answer that nothing was taken: 429, and the statuses of a front. `isOwn`: the body is an answer
 * of the supplier's own program, which no front gives.
 */
export function turnedAway(
  { status, headers }: { status: number; headers: Readonly<Record<string, string>> },
  { fronts, isOwn, now }: { fronts: readonly number[]; isOwn: boolean; now: Date },
): NothingSent | undefined {
  const retryAfterMs = retryAfterOf(headers['retry-after'], now)
  if (status === TOO_MANY) {
    const why = failure('too_many', { status })
    return { kind: 'not sent', why, turnedAway: { retryAfterMs: retryAfterMs ?? WAIT_MS.unsaid } }
  }
  if (isOwn || !fronts.includes(status)) return undefined
  return {
    kind: 'not sent',
    why: failure('by_front', { status }),
    turnedAway: { retryAfterMs },
  }
}

/** `retryAfterOf` reads Retry-After, seconds or a date; null: it does not say. */
export function retryAfterOf(header: string | undefined, now: Date): number | null {
  const text = header?.trim() ?? ''
  const ms = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now.getTime()
  return Number.isNaN(ms) ? null : Math.min(Math.max(ms, WAIT_MS.min), WAIT_MS.max)
}
