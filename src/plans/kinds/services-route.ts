import { type Static, Type } from 'typebox'
import { supplierKinds } from '../../integrations/suppliers/index.ts'
import { orThrow, resultOf } from '../../lib/fault.ts'
import { formatMicros } from '../../lib/money.ts'
import { type Said, say } from '../../reasons.ts'
import { addRoute } from '../../supplier-routes/routes.ts'
import { findSupplier } from '../../suppliers/suppliers.ts'
import { attachListed, type Dearer, lockOurs, sayDearer } from '../../sync/attach.ts'
import { type Planned, type PlanRow, type Work, wholeKind } from '../plan-kind.ts'
import { chosenFaults, chosenServices, fitting } from './services-bulk.ts'

const input = Type.Object(
  {
    ...chosenServices,
    supplier: Type.String({ minLength: 1, maxLength: 100, description: 'Id or name' }),
    match_by: Type.Optional(
      Type.Union([Type.Literal('name'), Type.Literal('code')], {
        description:
          'How a service of ours finds that of the list: by its name, if left out, or by its code, which is the id there. A supplier without a list of services does all',
      }),
    ),
  },
  { additionalProperties: false },
)

/** `servicesRoute` gives many services a further route, behind those that they have. */
export const servicesRoute = wholeKind({
  name: 'services.route',
  what: 'A further route for many services',
  permissions: ['suppliers.edit'],
  // Its rows say what the services cost.
  reading: 'costs.read',
  input,
  fields: { supplier: 'input.supplier' },
  carryOut,
})

const keyOf = (code: string): string => `route ${code.toLowerCase()}`

async function carryOut(
  work: Work,
  { services, filter, supplier: named, match_by: by = 'name' }: Static<typeof input>,
  without: ReadonlySet<string>,
): Promise<Planned> {
  orThrow(resultOf(undefined, chosenFaults(services, filter)))
  const { transaction, sql, clock } = work
  const { id, name, currency, kind } = await findSupplier(transaction, named)
  const chosen = await lockOurs(transaction, id, services ?? (await fitting(work, filter ?? {})))
  const ours = chosen.ours.filter(({ code }) => !without.has(keyOf(code)))
  const supplier = { id, name, currency }
  const byCode = new Map(ours.map((one) => [one.code, one]))
  const left = chosen.missing
    .filter((code) => !without.has(keyOf(code)))
    .map((code) => leftRow({ code }, say('no_active_service', {})))
  if (!supplierKinds.get(kind).hasServices) {
    const further = ours.filter(({ routes }) => routes.length === 0)
    for (const one of further) await addRoute(sql, { service: String(one.id), supplier: String(id) })
    const made = further.map((one) => routeRow(one, { supplier, theirs: { remoteId: '', name, cost: null } }))
    return plannedOf({ made, left, supplier: name, attached: ours.length - further.length })
  }
  const found = await attachListed(transaction, supplier, { ours, by }, clock)
  const dearer = new Map(found.dearer.map((one) => [one.ours.id, one]))
  const made = found.matches.map((one) =>
    routeRow(one.ours, { supplier, theirs: one.theirs, dearer: dearer.get(one.ours.id) }),
  )
  const unmatched = found.unmatched.map((one) =>
    leftRow({ code: one.ours ?? '', name: byCode.get(one.ours ?? '')?.name }, one.reason),
  )
  return plannedOf({ made, left: [...unmatched, ...left], supplier: name, attached: found.attached })
}

const plannedOf = ({
  made,
  left,
  ...summary
}: {
  made: PlanRow[]
  left: PlanRow[]
  supplier: string
  /** `attached` counts the services that have the route already. */
  attached: number
}): Planned => ({
  rows: [...made, ...left],
  summary: { ...summary, routes: made.length, unmatched: left.length },
})

function routeRow(
  { id, code, name }: { id: number; code: string; name: string },
  {
    supplier,
    theirs,
    dearer,
  }: {
    supplier: { name: string; currency: string }
    theirs: { remoteId: string; name: string; cost: bigint | null }
    dearer?: Dearer | undefined
  },
): PlanRow {
  const { currency } = supplier
  return {
    key: keyOf(code),
    subject: {
      ...{ service: id, service_code: code, service_name: name },
      ...{ remote_service: theirs.remoteId, theirs: theirs.name },
    },
    before: null,
    after: { supplier: supplier.name, remote_service: theirs.remoteId, theirs: theirs.name },
    money: { currency, cost: theirs.cost === null ? null : formatMicros(theirs.cost, currency) },
    verdict: 'route',
    warnings: dearer ? [sayDearer(dearer)] : [],
  }
}

/** `leftRow` is a service that gets no route, with the reason. */
const leftRow = ({ code, name }: { code: string; name?: string | undefined }, reason: Said): PlanRow => ({
  key: keyOf(code),
  subject: { service_code: code, ...(name !== undefined && { service_name: name }) },
  before: null,
  after: null,
  money: null,
  verdict: 'unmatched',
  warnings: [reason],
})
