import { isDeepStrictEqual } from 'node:util'
import { completeService, type Names } from '../catalogue/complete-service.ts'
import { derivedWith } from '../catalogue/input-schema.ts'
import type { Service } from '../catalogue/service.ts'
import { faultText } from '../lib/fault.ts'
import type { StagedService } from './staging.sql.ts'
import { ourServiceOf } from './supplier-service.ts'

/** Details are what an imported service has from its supplier's list and what decides which orders there can be. */
export interface Details {
  quantity: Pick<Service, 'minQuantity' | 'maxQuantity' | 'quantityOptions'>
  box: Pick<Service, 'inputName' | 'inputHint' | 'minInputLength' | 'maxInputLength'>
  fields: Service['fields']
}

const detailNames = ['quantity', 'box', 'fields'] as const satisfies (keyof Details)[]

export const detailsOf = (service: Omit<Service, 'id'>): Details => {
  const { minQuantity, maxQuantity, quantityOptions, fields, ...rest } = service
  const { inputName, inputHint, minInputLength, maxInputLength } = rest
  return {
    quantity: { minQuantity, maxQuantity, quantityOptions },
    box: { inputName, inputHint, minInputLength, maxInputLength },
    fields,
  }
}

/** DetailChange is a detail that the list has otherwise than before. */
export interface DetailChange {
  service: Service
  remoteId: string
  detail: keyof Details | 'kind'
  /** `old` is what the service has, `new` what it gets, or would get; null: nothing that can be sold. */
  old: Partial<Details>
  new: Partial<Details> | null
  /** `kept` says why the service stays as it is; null: it follows the list. */
  kept: string | null
}

/** Following is what the list makes of one service that was imported. */
export interface Following {
  /** `changed` is the service as it is to be; undefined: it stays. */
  changed: Service | undefined
  /** `made` is what the list makes of a service, whether ours has it or not. */
  made: Details
  changes: DetailChange[]
  /** `theirs` has the supplier's names of fields, by ours, where they differ; undefined: the list makes no service of ours. */
  theirs: Map<string, string> | undefined
}

const EDITED = 'it was edited by hand'
/** NO_NAMES is empty, because price groups and routes stay. */
const NO_NAMES: Names = { groups: new Map(), suppliers: new Map() }

/**
 * `follow` has a service follow the list that it was imported from. A detail that is no longer the one that the list made was set by a
 * person, and stays; so does what the list makes impossible.
 */
export function follow(service: Service, made: Details, remote: StagedService): Following {
  const kept: Following = { changed: undefined, made, changes: [], theirs: undefined }
  const about = { service, remoteId: remote.remote_id }
  const now = detailsOf(service)
  if (remote.kind !== service.kind) {
    const reason = `it is of kind ${remote.kind} there now, and a service keeps its kind`
    return { ...kept, changes: [{ ...about, detail: 'kind', old: {}, new: null, kept: reason }] }
  }
  const wanted = ourServiceOf(remote, { code: service.code, into: service.group })
  if (!wanted.ok) {
    const [fault] = wanted.faults
    const detail = detailNames.find((name) => String(fault.path[0]) in now[name]) ?? 'fields'
    const change = { ...about, detail, old: { [detail]: now[detail] }, new: null, kept: faultText(fault) }
    return { ...kept, changes: [change] }
  }
  const next = detailsOf(wanted.value.service)
  const hasOwnSchema = derivedWith(service) === undefined
  const changes = detailNames.flatMap((detail): DetailChange[] => {
    if (isDeepStrictEqual(next[detail], now[detail]) || isDeepStrictEqual(next[detail], made[detail]))
      return []
    const isOurs = !isDeepStrictEqual(now[detail], made[detail]) || (hasOwnSchema && detail !== 'quantity')
    const [old, later] = [{ [detail]: now[detail] }, { [detail]: next[detail] }]
    return [{ ...about, detail, old, new: later, kept: isOurs ? EDITED : null }]
  })
  const followed = changes.filter((change) => change.kept === null).map(({ detail }) => detail)
  const given = {
    ...(followed.includes('quantity') && next.quantity),
    ...(followed.includes('box') && next.box),
    ...(followed.includes('fields') && { fields: next.fields }),
  }
  const { service: changed } = completeService(given, service, NO_NAMES)
  return {
    changed: followed.length > 0 ? { id: service.id, ...changed } : undefined,
    made: next,
    changes,
    theirs: wanted.value.theirs,
  }
}
