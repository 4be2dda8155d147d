import type { PriceGroupId, SupplierId } from '../lib/ids.ts'
import type { ImeiFormat } from './imei.ts'
import { derivedWith, type InputSchema, inputSchemaFor } from './input-schema.ts'
import { schemaFault } from './schema-fault.ts'
import type { Service, ServiceField, ServiceKind } from './service.ts'
import { checkService, type Problem } from './service-checks.ts'

/** An extra field as an operator writes it: a text field that is not required, unless it says more. */
export interface FieldInput {
  name: string
  label?: string | undefined
  type?: ServiceField['type'] | undefined
  required?: boolean | undefined
  options?: string[] | undefined
}

type Plain = Omit<Service, 'id' | 'fields' | 'inputSchema' | 'visibleTo'>

/**
 * A service as an operator writes it. What is left out (undefined) takes its default in a new service and stays
 * as it is in an existing one; null takes away what a service need not have.
 */
export type ServiceInput = { [Key in keyof Plain]?: Plain[Key] | undefined } & {
  fields?: FieldInput[] | undefined
  /** How the derived schema of an imei service reads IMEIs: with a right check digit, unless told otherwise. */
  imeiFormat?: ImeiFormat | undefined
  /** A schema of the operator's own; null: derived from the kind and the fields again. */
  inputSchema?: InputSchema | null | undefined
  /** Names or ids of price groups; null: everyone. */
  visibleTo?: string[] | null | undefined
  /** The name or id of the one supplier that the service's items are sent to. */
  supplier?: string | undefined
}

/** What names in an operator's input stand for; the keys are lower case. */
export interface Names {
  groups: ReadonlyMap<string, PriceGroupId>
  suppliers: ReadonlyMap<string, NamedSupplier>
}

export interface NamedSupplier {
  id: SupplierId
  name: string
  /** Then naming it is not enough: a route says which of its services is meant. */
  hasServices: boolean
}

export interface Settled {
  service: Omit<Service, 'id'>
  /** undefined: the routes stay as they are. */
  supplierId: SupplierId | undefined
  /** Everything that is wrong; empty: the service may be written. */
  problems: Problem[]
}

/** Completes what an operator wrote, from the existing service or the defaults, and checks the whole. */
export function settle(input: ServiceInput, existing: Service | undefined, names: Names): Settled {
  const kind = input.kind ?? existing?.kind ?? 'imei'
  const base = existing ?? newService(kind, input.minQuantity)
  const fields = input.fields?.map(completeField) ?? base.fields
  const inputSchema = schemaOf(input, existing)
  const minPollSeconds = input.minPollSeconds ?? base.minPollSeconds
  const service: Omit<Service, 'id'> = {
    code: (input.code ?? base.code).trim(),
    name: (input.name ?? base.name).trim(),
    group: (input.group ?? base.group).trim(),
    description: (input.description ?? base.description).trim(),
    deliveryTime: (input.deliveryTime ?? base.deliveryTime).trim(),
    kind,
    inputSchema:
      inputSchema ?? inputSchemaFor(kind, fields, input.imeiFormat ?? (existing && derivedWith(existing))),
    fields,
    minQuantity: input.minQuantity ?? base.minQuantity,
    maxQuantity: input.maxQuantity ?? base.maxQuantity,
    opensAt: input.opensAt === undefined ? base.opensAt : input.opensAt,
    closesAt: input.closesAt === undefined ? base.closesAt : input.closesAt,
    timeZone: (input.timeZone ?? base.timeZone).trim(),
    active: input.active ?? base.active,
    duplicatePolicy: input.duplicatePolicy ?? base.duplicatePolicy,
    replayWindowSeconds: input.replayWindowSeconds ?? base.replayWindowSeconds,
    processing: input.processing ?? base.processing,
    routing: input.routing ?? base.routing,
    failureMessage: (input.failureMessage ?? base.failureMessage).trim(),
    minPollSeconds,
    maxPollSeconds: input.maxPollSeconds ?? Math.max(base.maxPollSeconds, minPollSeconds),
    expirySeconds: input.expirySeconds ?? base.expirySeconds,
    visibleTo: input.visibleTo === undefined ? base.visibleTo : groupIds(input.visibleTo, names),
  }
  const problems = checkService(service)
  // A schema that was checked with the same fields before needs no second compilation.
  const unchecked = input.inputSchema || input.fields ? inputSchema : undefined
  const schemaProblem = unchecked && schemaFault({ ...service, inputSchema: unchecked })
  if (schemaProblem !== undefined) problems.push({ field: 'inputSchema', reason: schemaProblem })
  if (existing && kind !== existing.kind) {
    problems.push({ field: 'kind', reason: `is ${existing.kind} and cannot be changed` })
  }
  if (input.imeiFormat && kind !== 'imei') {
    problems.push({ field: 'imeiFormat', reason: `a ${kind} service asks for no IMEI` })
  }
  if (input.imeiFormat && input.inputSchema) {
    problems.push({ field: 'imeiFormat', reason: 'has no place beside an input schema of your own' })
  }

  const strangers = input.visibleTo?.filter((name) => !names.groups.has(nameKey(name))) ?? []
  if (strangers.length > 0) {
    problems.push({ field: 'visibleTo', reason: `there is no price group ${strangers.join(', ')}` })
  }
  const supplier = names.suppliers.get(nameKey(input.supplier ?? ''))
  if (input.supplier !== undefined && !supplier) {
    problems.push({ field: 'supplier', reason: `there is no supplier ${input.supplier}` })
  } else if (supplier?.hasServices) {
    const reason = `${supplier.name} has services of its own: say by "route add" which of them is meant`
    problems.push({ field: 'supplier', reason })
  }
  return { service, supplierId: supplier?.id, problems }
}

const nameKey = (name: string): string => name.trim().toLowerCase()

/** In one order, so that the same groups are the same value. */
function groupIds(wanted: string[] | null, { groups }: Names): PriceGroupId[] | null {
  const ids = wanted?.map((name) => groups.get(nameKey(name)) ?? NO_GROUP)
  return ids === undefined ? null : [...new Set(ids)].sort((a, b) => a - b)
}

/** Stands for a name that is reported as unknown, and so is never written. */
const NO_GROUP = 0 as PriceGroupId

const newService = (kind: ServiceKind, minQuantity = 1): Omit<Service, 'id' | 'inputSchema'> => ({
  code: '',
  name: '',
  group: '',
  description: '',
  deliveryTime: '',
  kind,
  fields: [],
  minQuantity: 1,
  maxQuantity: minQuantity,
  opensAt: null,
  closesAt: null,
  timeZone: 'UTC',
  active: true,
  duplicatePolicy: kind === 'server' ? 'allow' : 'replay',
  replayWindowSeconds: 600,
  processing: 'automatic',
  routing: 'fixed',
  failureMessage: 'Not available for this input',
  minPollSeconds: 2,
  maxPollSeconds: 600,
  expirySeconds: 7 * 86_400,
  visibleTo: null,
})

function completeField({ name, label, type, required = false, options = [] }: FieldInput): ServiceField {
  return {
    name: name.trim().toUpperCase(),
    label: (label ?? name).trim(),
    type: type ?? (options.length > 0 ? 'dropdown' : 'text'),
    required,
    options: options.map((option) => option.trim()),
  }
}

/** The operator's own schema, which stays until another is given; undefined: derived from kind and fields. */
function schemaOf(
  { inputSchema, imeiFormat }: ServiceInput,
  existing: Service | undefined,
): InputSchema | undefined {
  if (inputSchema) return inputSchema
  if (!existing || inputSchema === null || imeiFormat !== undefined) return undefined
  return derivedWith(existing) === undefined ? existing.inputSchema : undefined
}
