import type { Fault } from '../errors.ts'
import { complete, faultsOf } from '../lib/attributes.ts'
import type { PriceGroupId, SupplierId } from '../lib/ids.ts'
import { type Reason, say, type ValuesOf } from '../reasons.ts'
import { type ServiceInput, type ServiceValues, serviceAttributes, serviceChecks } from './attributes.ts'
import { derivedWith, type InputSchema, inputSchemaFor } from './input-schema.ts'
import { schemaFault } from './schema-fault.ts'
import type { Service } from './service.ts'
import { completeField } from './service-fields.ts'

export type { ServiceInput } from './attributes.ts'
export type { FieldInput } from './service-fields.ts'

/** Names are what names in an operator's input stand for; the keys are lower case. */
export interface Names {
  groups: ReadonlyMap<string, PriceGroupId>
  suppliers: ReadonlyMap<string, NamedSupplier>
}

export interface NamedSupplier {
  id: SupplierId
  name: string
  /** `hasServices`: naming it is not enough, because a route says which of its services is meant. */
  hasServices: boolean
}

export interface CompletedService {
  service: ServiceValues
  /** `supplierId` is undefined where the routes stay as they are. */
  supplierId: SupplierId | undefined
  /** `faults` is everything that is wrong; without any the service may be written. */
  faults: Fault[]
}

/** `completeService` completes what an operator wrote, from the existing service or the defaults, and checks the whole. */
export function completeService(
  input: ServiceInput,
  existing: Service | undefined,
  names: Names,
): CompletedService {
  const kind = input.kind ?? existing?.kind ?? 'imei'
  const base = existing ?? {
    maxQuantity: input.minQuantity ?? 1,
    duplicatePolicy: kind === 'server' ? 'allow' : 'replay',
  }
  const plain = complete(serviceAttributes, input, base)
  const fields = input.fields?.map(completeField) ?? existing?.fields ?? []
  const given = givenSchema(input, existing)
  const quantityOptions = [...new Set(plain.quantityOptions)].sort((a, b) => a - b)
  const inputs = { ...plain, kind, fields, quantityOptions }
  const service = {
    ...inputs,
    ...boundsOf(input, inputs),
    inputSchema: given ?? inputSchemaFor(inputs, input.imeiFormat ?? (existing && derivedWith(existing))),
    maxPollSeconds: input.maxPollSeconds ?? Math.max(plain.maxPollSeconds, plain.minPollSeconds),
    visibleTo:
      input.visibleTo === undefined ? (existing?.visibleTo ?? null) : groupIds(input.visibleTo, names),
  }
  const faults = faultsOf(serviceAttributes, service, serviceChecks)
  const fault = <R extends Reason>(name: string, reason: R, values: ValuesOf<R>) =>
    faults.push({ path: [name], ...say(reason, values) })
  // A schema that was checked with the same fields before needs no second compilation.
  const unchecked = input.inputSchema || input.fields ? given : undefined
  const wrongSchema = unchecked && schemaFault({ ...service, inputSchema: unchecked })
  if (wrongSchema) faults.push(wrongSchema)
  if (existing && kind !== existing.kind) fault('kind', 'kind_kept', { kind: existing.kind })
  if (input.imeiFormat && kind !== 'imei') fault('imeiFormat', 'no_imei_asked', { kind })
  if (input.imeiFormat && input.inputSchema) {
    fault('imeiFormat', 'format_beside_schema', {})
  }
  const unknown = input.visibleTo?.filter((name) => !names.groups.has(nameKey(name))) ?? []
  if (unknown.length > 0) fault('visibleTo', 'group_unknown', { name: unknown.join(', ') })
  const supplier = names.suppliers.get(nameKey(input.supplier ?? ''))
  if (input.supplier !== undefined && !supplier) {
    fault('supplier', 'supplier_unknown', { supplier: input.supplier })
  } else if (supplier?.hasServices) {
    fault('supplier', 'supplier_has_services', { supplier: supplier.name })
  }
  return { service, supplierId: supplier?.id, faults }
}

/** `boundsOf` takes the bounds of a quantity from its options, where these are given, can be, and leave the bounds unsaid. */
function boundsOf(
  input: ServiceInput,
  { kind, quantityOptions: options, ...bounds }: Omit<ServiceValues, 'inputSchema' | 'visibleTo'>,
): Pick<Service, 'minQuantity' | 'maxQuantity'> {
  const { minQuantity, maxQuantity } = bounds
  const canBe = kind === 'server' && serviceAttributes.quantityOptions.fault(options) === undefined
  if (input.quantityOptions === undefined || !canBe) return { minQuantity, maxQuantity }
  return {
    minQuantity: input.minQuantity ?? options[0] ?? minQuantity,
    maxQuantity: input.maxQuantity ?? options.at(-1) ?? maxQuantity,
  }
}

const nameKey = (name: string): string => name.trim().toLowerCase()

/** `groupIds` gives ids in one order, so that the same groups are the same value. */
function groupIds(wanted: string[] | null, { groups }: Names): PriceGroupId[] | null {
  const ids = wanted?.map((name) => groups.get(nameKey(name)) ?? NO_GROUP)
  return ids === undefined ? null : [...new Set(ids)].sort((a, b) => a - b)
}

/** NO_GROUP stands for a name that is reported as unknown, and so is never written. */
const NO_GROUP = 0 as PriceGroupId

/** `givenSchema` is the operator's own schema, which stays until another is given; undefined: it is derived from kind and fields. */
function givenSchema(
  { inputSchema, imeiFormat }: ServiceInput,
  existing: Service | undefined,
): InputSchema | undefined {
  if (inputSchema) return inputSchema
  if (!existing || inputSchema === null || imeiFormat !== undefined) return undefined
  return derivedWith(existing) === undefined ? existing.inputSchema : undefined
}
