import { isDeepStrictEqual } from 'node:util'
import type { Transaction } from '../database/database.ts'
import type { Fault } from '../errors.ts'
import { columnOf } from '../lib/attributes.ts'
import { type Result, resultOf } from '../lib/fault.ts'
import type { ServiceInput } from './attributes.ts'
import { writeServices } from './change-services.ts'
import { completeService } from './complete-service.ts'
import { loadNames } from './names.ts'
import type { Service } from './service.ts'
import { lockCatalogue, replaceRoutes, selectRoutes, selectServices } from './services.sql.ts'

/** Rerouted are the suppliers of a service, by name, in order of preference, as they were and as they are. */
export interface Rerouted {
  before: readonly string[]
  after: readonly string[]
}

/** ServiceChange is a service as it was and as it is. `suppliers`, undefined: its routes stay as they are. */
export interface ServiceChange {
  before: Service
  after: Service
  suppliers?: Rerouted | undefined
}

/**
 * `changeServices` gives services, named by id or code, the same values; those for which `isLeft` holds stay. The result names every service that
 * cannot have them, and then nothing was written. Nobody else changes the catalogue until the transaction ends.
 */
export async function changeServices(
  transaction: Transaction,
  chosen: readonly string[],
  input: ServiceInput,
  isLeft: (code: string) => boolean,
): Promise<Result<ServiceChange[]>> {
  await lockCatalogue(transaction)
  const [stored, names] = [await selectServices(transaction), await loadNames(transaction)]
  const byName = new Map(
    stored.flatMap(({ service }) => [
      [service.code.toLowerCase(), service] as const,
      [String(service.id), service] as const,
    ]),
  )
  const faults: Fault[] = []
  const changes: ServiceChange[] = []
  const routes: {
    service: Service['id']
    supplier: NonNullable<ReturnType<typeof completeService>['supplierId']>
  }[] = []
  const seen = new Set<Service>()
  for (const [at, name] of chosen.entries()) {
    const before = byName.get(name.toLowerCase())
    if (!before) {
      faults.push({ path: ['input', 'services', at], message: `there is no service ${name}` })
      continue
    }
    if (seen.has(before) || isLeft(before.code)) continue
    seen.add(before)
    const { service, supplierId, faults: wrong } = completeService(input, before, names)
    faults.push(
      ...wrong.map(({ path: [first, ...steps], message }) => ({
        path: ['input', 'change', columnOf(String(first)), ...steps],
        message: `${message} (${before.code})`,
      })),
    )
    changes.push({ before, after: { id: before.id, ...service } })
    if (supplierId !== undefined) routes.push({ service: before.id, supplier: supplierId })
  }
  if (faults.length === 0) {
    if (changes.length > 0) {
      await writeServices(
        transaction,
        changes.map(({ after }) => after),
      )
    }
    if (routes.length > 0) {
      const services = routes.map(({ service }) => service)
      const old = await selectRoutes(transaction, services)
      await replaceRoutes(transaction, routes)
      const now = await selectRoutes(transaction, services)
      for (const change of changes) {
        const [before, after] = [old.get(change.before.id) ?? [], now.get(change.before.id) ?? []]
        if (!isDeepStrictEqual(before, after)) change.suppliers = { before, after }
      }
    }
  }
  return resultOf(changes, faults)
}
