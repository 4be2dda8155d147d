import type { Queryable } from '../database/database.ts'
import { isGiven, MAX_SCANNED_ROWS, walkPage } from '../database/walk.ts'
import type { AccountId, RequestNumber } from '../lib/ids.ts'
import type { Page } from '../lib/page.ts'
import type { LoggedRequest } from './request.ts'
import { type RequestFilter, selectRequests, selectStop } from './requests.sql.ts'

/** `listRequests` gives a page of an account's requests, newest first. `before` is the last id of the page before. */
export async function listRequests(
  sql: Queryable,
  accountId: AccountId,
  { limit, ...filter }: RequestFilter & { before?: RequestNumber | undefined; limit: number },
): Promise<Page<LoggedRequest, RequestNumber>> {
  return await walkPage({
    limit,
    isNarrowed: isGiven(
      ...[filter.via, filter.outcome, filter.action, filter.key],
      ...[filter.ip, filter.from, filter.to],
    ),
    from: filter.from,
    selectStop: () => selectStop(sql, accountId, filter, MAX_SCANNED_ROWS.account),
    select: (part) => selectRequests(sql, accountId, { ...filter, ...part }),
  })
}
