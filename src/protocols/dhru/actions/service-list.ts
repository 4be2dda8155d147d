import { sayService } from '../../../contract/dhru-service.ts'
import { Refusal } from '../../../errors.ts'
import { orThrow } from '../../../lib/fault.ts'
import { API_VERSION, Keyed, succeed } from '../answer.ts'
import type { Action } from '../call.ts'
import { readOrderFields } from '../order-fields.ts'
import { onlyOrder } from '../parameters.ts'

/** `serviceList` answers `imeiservicelist`: every service that the account may buy. */
export const serviceList: Action = async (call) =>
  await call.deps.serviceLists.get(await call.deps.catalogue.current(), call.key, 'all')

/** `serverServiceList` answers `serverservicelist`: the services of kind server. */
export const serverServiceList: Action = async (call) =>
  await call.deps.serviceLists.get(await call.deps.catalogue.current(), call.key, 'server')

/** `serviceDetails` answers `getimeiservicedetails`: one service. */
export const serviceDetails: Action = async ({ deps, key, parameters }) => {
  const wanted = onlyOrder(orThrow(parameters))
  if (!wanted) throw new Refusal('payload_required')
  const fields = readOrderFields(wanted)
  const name = fields.ok ? fields.value.service : undefined
  if (name === undefined) throw new Refusal('field_missing', 'ID, the service id or code', 'ID')
  const snapshot = await deps.catalogue.current()
  const service = snapshot.find(name)
  const price = service && snapshot.mayBuy(service, key.account)
  if (!service || !price) throw new Refusal('service_not_found', name.slice(0, 64), 'ID')
  return succeed([{ MESSAGE: 'IMEI Service Details', LIST: sayService(service, price, key) }])
}

/** `emptyList` answers `modellist`, `providerlist` and `meplist`: imeigate has no such lists, and clients expect an empty one. */
export const emptyList: Action = () => ({
  SUCCESS: [{ MESSAGE: 'Empty List', LIST: new Keyed('ENTRY', []) }],
  apiversion: API_VERSION,
})
