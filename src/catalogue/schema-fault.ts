import { type InputSchema, subjectProperty, validatorOf } from './input-schema.ts'
import { isWhole, wholeFault } from './order-data-schema.ts'
import { compile, orderSchemaOf } from './order-schema.ts'
import type { Service, ServiceKind } from './service.ts'

/** Why the schema that an operator gave cannot be the service's; undefined: it can. */
export function schemaFault(
  service: Pick<Service, 'kind' | 'fields' | 'inputSchema' | 'minQuantity' | 'maxQuantity'>,
): string | undefined {
  const { inputSchema, kind, fields } = service
  if (inputSchema['type'] !== 'object') return 'the schema must be of type object'
  try {
    if (isWhole(inputSchema)) compile(inputSchema)
    else validatorOf(inputSchema)
  } catch (error) {
    return `not a JSON Schema 2020-12: ${(error as Error).message}`
  }
  const fault = isWhole(inputSchema) ? wholeFault(inputSchema, kind, fields) : strangerFault(service)
  if (fault !== undefined) return fault
  if (sound[kind].has(inputSchema)) return undefined
  try {
    compile(orderSchemaOf(service))
    sound[kind].add(inputSchema)
  } catch (error) {
    return `no schema of an order can be made of it: ${(error as Error).message}`
  }
  return undefined
}

/** Schemas that one of whole orders could be made of: an import brings the same one thousands of times. */
const sound: Record<ServiceKind, WeakSet<InputSchema>> = {
  imei: new WeakSet(),
  serial: new WeakSet(),
  server: new WeakSet(),
}

/** Nobody could ever send such a value: only the subject and the declared fields are passed on. */
function strangerFault({
  inputSchema,
  kind,
  fields,
}: Pick<Service, 'kind' | 'fields' | 'inputSchema'>): string | undefined {
  const known = new Set([subjectProperty(kind), ...fields.map((field) => field.name)])
  const required = Array.isArray(inputSchema['required']) ? (inputSchema['required'] as string[]) : []
  const unknown = required.find((name) => !known.has(name))
  return unknown === undefined
    ? undefined
    : `the schema requires ${unknown}, which is neither the subject nor a field`
}
