import { inputSchemaFor } from '../../src/catalogue/input-schema.ts'
import type { Service, ServiceField } from '../../src/catalogue/service.ts'
import type { ServiceId } from '../../src/lib/ids.ts'

/** `service` is one that no database knows. */
export function service(given: Partial<Service> = {}): Service {
  const kind = given.kind ?? 'imei'
  return {
    id: 1001 as ServiceId,
    code: 'x',
    name: 'X',
    group: 'G',
    description: '',
    deliveryTime: '',
    kind,
    inputSchema: inputSchemaFor(kind, given.fields ?? []),
    fields: [],
    minQuantity: 1,
    maxQuantity: 1,
    opensAt: null,
    closesAt: null,
    timeZone: 'UTC',
    active: true,
    duplicatePolicy: 'replay',
    replayWindowSeconds: 600,
    processing: 'automatic',
    routing: 'fixed',
    failureMessage: 'Not available for this input',
    minPollSeconds: 2,
    maxPollSeconds: 600,
    expirySeconds: 604_800,
    visibleTo: null,
    ...given,
  }
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
