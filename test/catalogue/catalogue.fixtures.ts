import { serviceAttributes } from '../../src/catalogue/attributes.ts'
import { inputSchemaFor } from '../../src/catalogue/input-schema.ts'
import type { Service, ServiceField } from '../../src/catalogue/service.ts'
import { complete } from '../../src/lib/attributes.ts'
import type { ServiceId } from '../../src/lib/ids.ts'

/** `service` is one that no database knows. */
export function service({ id = 1001 as ServiceId, ...given }: Partial<Service> = {}): Service {
  const needed = { code: 'x', name: 'X', group: 'G', maxQuantity: 1, duplicatePolicy: 'replay' } as const
  const made = complete(serviceAttributes, {}, { ...needed, ...given })
  return { id, ...made, inputSchema: given.inputSchema ?? inputSchemaFor(made) }
}

/** `text` and `dropdown` are fields of a service. */
export const text = (name: string, required = false): ServiceField => ({
  name,
  label: name,
  type: 'text',
  required,
  options: [],
})
export const dropdown = (name: string, options: string[], required = false): ServiceField => ({
  ...text(name, required),
  type: 'dropdown',
  options,
})
