import type { Queryable, Sql } from '../database/database.ts'
import type { JobTask } from '../jobs/jobs.ts'
import type { AccountId, RequestNumber } from '../lib/ids.ts'
import type { Clock } from '../lib/time.ts'
import { DAY_MS } from '../lib/time.ts'
import type { LoggedRequest } from './request.ts'
import { deleteRequests, type RequestFilter, selectRequests } from './requests.sql.ts'

/** A page of an account's requests, newest first; `next` is the cursor of the following page, if there is one. */
export async function listRequests(
  sql: Queryable,
  accountId: AccountId,
  {
    before,
    limit = 100,
    ...filter
  }: RequestFilter & { before?: RequestNumber | undefined; limit?: number } = {},
): Promise<{ requests: LoggedRequest[]; next: RequestNumber | undefined }> {
  const requests = await selectRequests(sql, accountId, { ...filter, before, limit: limit + 1 })
  return {
    requests: requests.slice(0, limit),
    next: requests.length > limit ? requests[limit - 1]?.id : undefined,
  }
}

/** The job that keeps the log to its days; to be run every minute. */
export const SWEEP_REQUESTS = 'requests_sweep'

const ROUND = 10_000
/** Of one run: what is left is for the next, so that a long sweep holds up no other job. */
const MAX_ROUNDS = 100

/** `days` of 0 removes all that was logged before. */
export function requestJobs({
  sql,
  clock,
  days,
}: {
  sql: Sql
  clock: Clock
  days: number
}): Record<string, JobTask> {
  const sweep: JobTask = async (_payload, stopping) => {
    const before = new Date(clock.now().getTime() - days * DAY_MS)
    for (let rounds = 0; rounds < MAX_ROUNDS && !stopping.aborted; rounds++) {
      if ((await deleteRequests(sql, before, ROUND)) < ROUND) return
    }
  }
  return { [SWEEP_REQUESTS]: sweep }
}
