import { type DhruFields, encodeCustomField, parameterNames } from '../../../client/index.ts'
import type { SupplierTask } from '../supplier.ts'
import type { DhruSettings } from './settings.ts'

/**
 * `orderFields` gives the parameters of an order: the fields that have names of their own on the wire under these; all others, and those
 * that the panel calls otherwise, in CUSTOMFIELD. The same task has the same fields each time.
 */
export function orderFields(task: SupplierTask, fieldNames: Readonly<Record<string, string>>): DhruFields {
  const fields: Record<string, string> = { ID: idOf(task.remoteService) }
  // A serial number travels in the place of an IMEI.
  if (task.input !== '') fields['IMEI'] = task.input
  if (task.input === '' || task.quantity > 1) fields['QNT'] = String(task.quantity)
  const custom: [name: string, value: string][] = []
  for (const [name, value] of Object.entries(task.fields ?? {})) {
    const theirs = Object.hasOwn(fieldNames, name) ? fieldNames[name] : undefined
    const own = name.toUpperCase()
    if (theirs === undefined && parameterNames.has(own)) fields[own] = value
    else custom.push([theirs ?? name, value])
  }
  if (custom.length > 0) fields['CUSTOMFIELD'] = encodeCustomField(Object.fromEntries(custom))
  return fields
}

/** TYPED_ID is the end of an id that tells two services of one id apart. */
export const TYPED_ID = /:(?:IMEI|SERVER|REMOTE)$/

/** `idOf` leaves out the type that tells two services of one id apart: a panel is asked for its own id. */
const idOf = (remoteService: string): string => remoteService.replace(TYPED_ID, '')

/** TypeActions are the panel's actions for services of one type. */
interface TypeActions {
  place: string
  status: string
}

/**
 * `typeActionsFor` gives the actions by which a task is ordered and asked about where they are not those of every other task; undefined:
 * they are. Of two services with one id the panel knows by the action which is meant: by the other's it would sell the other.
 */
export function typeActionsFor(
  { remoteService, input }: Pick<SupplierTask, 'remoteService' | 'input'>,
  settings: Pick<
    DhruSettings,
    | 'server_place_action'
    | 'server_status_action'
    | 'remote_place_action'
    | 'remote_status_action'
    | 'place_action'
    | 'status_action'
  >,
): TypeActions | undefined {
  const { server_place_action: place, server_status_action: status } = settings
  const [, type] = /:(SERVER|REMOTE)$/.exec(remoteService) ?? []
  if (type === 'SERVER') return { place: place || 'placeserverorder', status: status || 'getserverorder' }
  if (type === 'REMOTE') {
    return { place: settings.remote_place_action, status: settings.remote_status_action }
  }
  if (input !== '' || (place === '' && status === '')) return undefined
  return { place: place || settings.place_action, status: status || settings.status_action }
}

/**
 * `bulkKeyOf` gives the one idempotency key of bulk requests, of which each row has its share: the key, a # and the row's own key. The
 * same key for all of them makes each share the attempt's own, whatever it travelled with.
 */
export const bulkKeyOf = (installation: string): string => `imeigate-${installation}`

/** `idempotencyKeyOf` makes a repeated request the same order at another imeigate, whether it went alone or in bulk. */
export const idempotencyKeyOf = (installation: string, task: SupplierTask): string =>
  `${bulkKeyOf(installation)}#${task.attemptKey}`
