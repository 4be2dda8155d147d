import type { Queryable } from '../database/database.ts'
import { otherKind, type Route } from './routes.ts'

/**
 * `noteOf` says what may be wrong with a route that was written: nobody knows whether its remote service is there, or that is of another kind;
 * undefined: nothing is known to be.
 */
export async function noteOf(sql: Queryable, route: Route): Promise<string | undefined> {
  const { remoteService, supplierName, serviceCode, available, acceptUnlisted } = route
  if (available === null && remoteService !== '' && !acceptUnlisted) {
    return `no list of ${supplierName} was applied, so nobody knows whether it has ${remoteService}`
  }
  const kinds = await otherKind(sql, route)
  if (!kinds) return undefined
  const { ours, theirs, name } = kinds
  return `${remoteService} of ${supplierName} (${name}) is of kind ${theirs}, and ${serviceCode} of kind ${ours}: is that the one that you mean?`
}
