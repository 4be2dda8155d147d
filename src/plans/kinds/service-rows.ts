import { isDeepStrictEqual } from 'node:util'
import { listPriceGroups } from '../../accounts/accounts.ts'
import { serviceAttributes } from '../../catalogue/attributes.ts'
import type { Rerouted } from '../../catalogue/bulk.ts'
import type { Service } from '../../catalogue/service.ts'
import type { Queryable } from '../../database/database.ts'
import { jsonOf } from '../../lib/attributes.ts'
import type { PriceGroupId } from '../../lib/ids.ts'
import type { JsonObject, PlanRow } from '../plan-kind.ts'

export const serviceKey = (code: string): string => `service ${code.toLowerCase()}`

/** SUPPLIER names the suppliers of a service whose routes are replaced. */
const SUPPLIER = 'supplier'

/** `isRerouted` tells whether a row replaces the routes of a service that was there before. */
export const isRerouted = ({ before }: Pick<PlanRow, 'before'>): boolean =>
  before !== null && SUPPLIER in before

type Values = Omit<Service, 'id'>

/** `serviceRowsOf` gives what makes the row of a changed or new service; undefined: nothing is changed. */
export async function serviceRowsOf(sql: Queryable) {
  const groups = new Map((await listPriceGroups(sql)).map(({ id, name }) => [id as PriceGroupId, name]))
  const columnsOf = (service: Values | undefined): Record<string, unknown> => {
    if (service === undefined) return {}
    const visible = service.visibleTo?.map((id) => groups.get(id) ?? String(id)) ?? null
    return { ...jsonOf(serviceAttributes, service), visible_to: visible }
  }
  return (before: Service | undefined, after: Values, suppliers?: Rerouted): PlanRow | undefined => {
    const routes = (names: readonly string[] | undefined): Record<string, unknown> =>
      names === undefined ? {} : { [SUPPLIER]: names.join(', ') }
    const old = { ...columnsOf(before), ...routes(suppliers?.before) }
    const now = { ...columnsOf(after), ...routes(suppliers?.after) }
    const changed = Object.keys(now).filter((name) => !isDeepStrictEqual(old[name], now[name]))
    if (changed.length === 0) return undefined
    const only = (all: Record<string, unknown>): JsonObject =>
      Object.fromEntries(changed.map((name) => [name, all[name] ?? null]))
    const { code, name, group } = before ?? after
    return {
      key: serviceKey(code),
      subject: { service: before?.id ?? null, service_code: code, service_name: name, group },
      before: before ? only(old) : null,
      after: only(now),
      money: null,
      verdict: before ? 'changed' : 'new',
      warnings: [],
    }
  }
}
