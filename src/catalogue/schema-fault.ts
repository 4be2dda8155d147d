import type { Fault } from '../errors.ts'
import { compileSchema } from '../lib/json-schema.ts'
import { type InputSchema, inputCheck, inputProperty } from './input-schema.ts'
import { isWhole, unfit, wholeFault } from './order-data-schema.ts'
import { orderSchemaOf } from './order-schema.ts'
import type { Service, ServiceKind } from './service.ts'

/** MAX_SCHEMA_LENGTH bounds the work of compiling a schema, in characters of JSON. */
const MAX_SCHEMA_LENGTH = 65_536

/** `schemaFault` says why the schema that an operator gave cannot be the service's; undefined: it can. */
export function schemaFault(
  service: Pick<
    Service,
    'kind' | 'fields' | 'inputSchema' | 'minQuantity' | 'maxQuantity' | 'quantityOptions'
  >,
): Fault | undefined {
  const { inputSchema, kind, fields } = service
  if (inputSchema['type'] !== 'object') return unfit('the schema must be of type object')
  if (JSON.stringify(inputSchema).length > MAX_SCHEMA_LENGTH)
    return unfit(`the schema must not be longer than ${MAX_SCHEMA_LENGTH} characters`)
  try {
    if (isWhole(inputSchema)) compileSchema(inputSchema, 'data')
    else inputCheck(inputSchema)
  } catch (error) {
    return unfit(`not a JSON Schema 2020-12: ${(error as Error).message}`)
  }
  const wrong = isWhole(inputSchema) ? wholeFault(inputSchema, kind, fields) : unknownFault(service)
  if (wrong) return wrong
  if (sound[kind].has(inputSchema)) return undefined
  try {
    compileSchema(orderSchemaOf(service), 'data')
    sound[kind].add(inputSchema)
  } catch (error) {
    return unfit(`no schema of an order can be made of it: ${(error as Error).message}`)
  }
  return undefined
}

/** `sound` remembers schemas that one of whole orders could be made of: an import brings the same one thousands of times. */
const sound: Record<ServiceKind, WeakSet<InputSchema>> = {
  imei: new WeakSet(),
  serial: new WeakSet(),
  server: new WeakSet(),
}

/** `unknownFault` finds a required value that nobody could ever send: only the input and the declared fields are passed on. */
function unknownFault({
  inputSchema,
  kind,
  fields,
}: Pick<Service, 'kind' | 'fields' | 'inputSchema'>): Fault | undefined {
  const known = new Set([inputProperty(kind), ...fields.map((field) => field.name)])
  const required = Array.isArray(inputSchema['required']) ? (inputSchema['required'] as string[]) : []
  const unknown = required.find((name) => !known.has(name))
  return unknown === undefined
    ? undefined
    : unfit(`the schema requires ${unknown}, which is neither the input nor a field`)
}
