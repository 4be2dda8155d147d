import type { Queryable } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { orThrow, resultOf } from '../lib/fault.ts'
import type { ServiceId } from '../lib/ids.ts'
import type { ServiceInput } from './attributes.ts'
import { type Break, breaksOf } from './breaks.ts'
import { completeService } from './complete-service.ts'
import { loadNames } from './names.ts'
import type { Service } from './service.ts'
import { selectService } from './services.sql.ts'

/** ServicePreview is a service as it would be, and what that breaks of how it is. */
export interface ServicePreview {
  service: Service
  breaks: Break[]
}

/**
 * `previewService` says what a change would make of a service, or what a new service would be (`idOrCode` undefined), and writes nothing. Throws
 * service_not_found, or invalid_input naming every value at fault.
 */
export async function previewService(
  sql: Queryable,
  idOrCode: string | undefined,
  input: ServiceInput,
): Promise<ServicePreview> {
  const found = idOrCode === undefined ? undefined : await selectService(sql, idOrCode)
  if (idOrCode !== undefined && !found) throw new Refusal('service_not_found', idOrCode, 'service')
  const before = found?.service
  const completed = completeService(input, before, await loadNames(sql))
  const values = orThrow(resultOf(completed.service, completed.faults))
  const service = { id: before?.id ?? (0 as ServiceId), ...values }
  return { service, breaks: before ? breaksOf(before, service) : [] }
}
