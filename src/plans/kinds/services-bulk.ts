import { type Static, Type } from 'typebox'
import { findPriceGroup } from '../../accounts/accounts.ts'
import { serviceAttributes } from '../../catalogue/attributes.ts'
import { changeServices } from '../../catalogue/bulk.ts'
import { findServices } from '../../catalogue/services.ts'
import type { Fault } from '../../errors.ts'
import { columnOf, readForm } from '../../lib/attributes.ts'
import { fault, orThrow, resultOf } from '../../lib/fault.ts'
import { findSupplier } from '../../suppliers/suppliers.ts'
import { type PlanRow, type Work, wholeKind } from '../plan-kind.ts'
import { serviceKey, serviceRowsOf } from './service-rows.ts'

const text = (maxLength: number) => Type.String({ minLength: 1, maxLength })

const serviceFilter = Type.Object(
  {
    search: Type.Optional(text(200)),
    group: Type.Optional(text(200)),
    kind: Type.Optional(Type.Union([Type.Literal('imei'), Type.Literal('serial'), Type.Literal('server')])),
    active: Type.Optional(Type.Boolean()),
    unrouted: Type.Optional(Type.Boolean()),
    supplier: Type.Optional(text(100)),
    visible_to: Type.Optional(text(100)),
    hours: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
)

/** `chosenServices` say of which services a plan is: of these, or of all that fit a filter. */
export const chosenServices = {
  services: Type.Optional(
    Type.Array(text(64), { minItems: 1, maxItems: 10_000, description: 'Ids or codes' }),
  ),
  filter: Type.Optional(serviceFilter),
}

const input = Type.Object(
  {
    ...chosenServices,
    change: Type.Record(Type.String(), Type.Unknown(), {
      minProperties: 1,
      description: 'As `PATCH /services/{service}` takes it; every service gets the same',
    }),
  },
  { additionalProperties: false },
)

/** NEVER are values of which each service has its own, or that never change. */
const NEVER = ['code', 'kind']

/** `servicesBulk` gives many services the same values. */
export const servicesBulk = wholeKind({
  name: 'services.bulk',
  what: 'The same values for many services',
  permissions: ['catalogue.edit'],
  reading: 'catalogue.read',
  undoneBy: 'services.undo',
  input,
  async carryOut(work, { services, filter: wanted, change }, without) {
    const { given, faults } = readForm(serviceAttributes, change)
    orThrow(
      resultOf(given, [...chosenFaults(services, wanted), ...changeFaults(change), ...faults.map(inChange)]),
    )
    const chosen = services ?? (await fitting(work, wanted ?? {}))
    const rowOf = await serviceRowsOf(work.transaction)
    const isLeft = (code: string): boolean => without.has(serviceKey(code))
    const done = orThrow(await changeServices(work.transaction, chosen, given, isLeft))
    const rows = done.flatMap(({ before, after, suppliers }): PlanRow[] => {
      const row = rowOf(before, after, suppliers)
      return row ? [row] : []
    })
    return { rows, summary: { changed: rows.length, unchanged: done.length - rows.length } }
  },
})

export const chosenFaults = (services: unknown, wanted: unknown): Fault[] =>
  (services === undefined) === (wanted === undefined)
    ? [fault('services', 'say which services: these, or a filter')]
    : []

function changeFaults(change: Readonly<Record<string, unknown>>): Fault[] {
  const known = new Map(Object.entries(serviceAttributes).map(([name, one]) => [columnOf(name), one]))
  return Object.keys(change).flatMap((column) => {
    if (known.get(column)?.flag === undefined) return [inChange(fault(column, 'a service has no such value'))]
    return NEVER.includes(column) ? [inChange(fault(column, 'is not changed for many at once'))] : []
  })
}

const inChange = ({ path: [name, ...steps], ...rest }: Fault): Fault => ({
  ...rest,
  path: ['input', 'change', columnOf(String(name)), ...steps],
})

/** `fitting` gives the ids of the services that fit a filter. */
export async function fitting(
  { transaction }: Work,
  { supplier, visible_to: group, ...filter }: Static<typeof serviceFilter>,
): Promise<string[]> {
  const visibleTo = group === undefined ? undefined : await findPriceGroup(transaction, group)
  const supplierId = supplier === undefined ? undefined : (await findSupplier(transaction, supplier)).id
  return (await findServices(transaction, { ...filter, supplier: supplierId, visibleTo })).map(String)
}
