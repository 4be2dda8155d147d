import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { ApiKey } from '../../accounts/account.ts'
import type { Service, ServiceField, UnitPrice } from '../../catalogue/service.ts'
import type { Offer, Snapshot } from '../../catalogue/snapshot.ts'
import { formatMicros } from '../../lib/money.ts'
import { bytesInTurns, eachInTurns } from '../../runtime/pace.ts'
import { API_VERSION, jsonPieces, Keyed, Later, Prepared, type Value, xmlPieces } from './answer.ts'

/** Selection says which services a list has: all, or those of kind server. */
type Selection = 'all' | 'server'

/** Audience is for whom a list is. */
type Audience = Pick<ApiKey, 'account' | 'dialect'>

/**
 * ServiceLists keeps the service lists as bytes, made once for each audience (accounts that see the same services at the same prices),
 * until the catalogue's next snapshot. Thousands of services are written in several turns of the event loop.
 */
export class ServiceLists {
  #snapshot: Snapshot | undefined
  #lists = new Map<string, Promise<Prepared>>()

  get(snapshot: Snapshot, key: Audience, selection: Selection): Promise<Prepared> {
    const { account, dialect } = key
    if (snapshot !== this.#snapshot) {
      this.#snapshot = snapshot
      this.#lists = new Map()
    }
    const audience = `${selection} ${dialect} ${snapshot.audience(account)}`
    let list = this.#lists.get(audience)
    if (!list) {
      list = prepare(snapshot.eligible(account), selection, key)
      const lists = this.#lists.set(audience, list)
      list.catch(() => lists.delete(audience))
    }
    return list
  }
}

const compress = promisify(gzip)

async function prepare(eligible: Promise<Offer[]>, selection: Selection, key: Audience): Promise<Prepared> {
  const answer = await sayList(await eligible, selection, key)
  const json = await bytesInTurns(jsonPieces(answer))
  return new Prepared(json, await compress(json), () => bytesInTurns(xmlPieces(answer)))
}

/** `sayList` makes objects of LIST and SERVICES, also when they are empty; a group of both types is listed as two. */
async function sayList(
  eligible: Offer[],
  selection: Selection,
  key: Audience,
): Promise<Record<string, Value>> {
  const groups = new Map<string, { name: string; type: 'IMEI' | 'SERVER'; services: [string, Value][] }>()
  await eachInTurns(eligible, ({ service, price }) => {
    const type = typeOf(service)
    if (selection === 'server' && type !== 'SERVER') return
    const mixed = groups.get(service.group)
    const name = mixed && mixed.type !== type ? `${service.group} (${type})` : service.group
    let group = groups.get(name)
    if (!group) {
      group = { name, type, services: [] }
      groups.set(name, group)
    }
    group.services.push([String(service.id), new Later(() => sayService(service, price, key))])
  })
  const list = [...groups.values()].map(({ name, type, services }): [string, Value] => [
    name,
    { GROUPNAME: name, GROUPTYPE: type, SERVICES: new Keyed('SERVICE', services) },
  ])
  return {
    SUCCESS: [{ MESSAGE: 'IMEI Service List', LIST: new Keyed('GROUP', list) }],
    apiversion: API_VERSION,
  }
}

const typeOf = (service: Service): 'IMEI' | 'SERVER' => (service.kind === 'server' ? 'SERVER' : 'IMEI')

/** `sayService` gives one service as Dhru clients read it; every number that PHP panels compare is a string, as real panels send. */
export function sayService(
  service: Service,
  price: UnitPrice,
  { account, dialect }: Audience,
): Record<string, Value> {
  const server = service.kind === 'server'
  const hasQuantity = server && service.maxQuantity > 1
  const bounds = dialect === 'contract' || hasQuantity
  const custom = service.fields.filter((field) => !(field.name in requiredNames))
  return {
    SERVICEID: String(service.id),
    SERVICETYPE: typeOf(service),
    SERVER: server ? '1' : '0',
    QNT: hasQuantity ? 1 : 0,
    // Panels say 0 where there is no quantity, and their clients ask for one where it is another number.
    MINQNT: bounds ? service.minQuantity : 0,
    MAXQNT: bounds ? service.maxQuantity : 0,
    ...(service.quantityOptions.length > 0 && { QNTOPTIONS: service.quantityOptions.join(',') }),
    CUSTOM: sayCustom(service),
    SERVICENAME: service.name,
    CREDIT: formatMicros(price.unitPrice, account.currency),
    TIME: service.deliveryTime,
    INFO: service.description,
    ...sayRequires(service.fields),
    ...(custom.length > 0 && { 'Requires.Custom': custom.map((field) => sayField(service, field)) }),
  }
}

/** `sayCustom` says what travels in IMEI: an IMEI, or (`allow` "1") a serial number or what else the service's box is for. */
function sayCustom(service: Service): Record<string, Value> {
  const { inputName, inputHint, minInputLength, maxInputLength } = service
  const serial = service.kind === 'serial'
  return {
    allow: serial ? '1' : '0',
    bulk: '1',
    customname: serial ? inputName || 'Serial Number' : '',
    custominfo: inputHint,
    customlen: serial ? String(minInputLength > 1 ? minInputLength : 0) : '15',
    maxlength: serial ? String(maxInputLength) : '15',
    regex: '',
    isalpha: serial ? '1' : '0',
  }
}

/** `requiredNames` has the fields that have a name of their own on the wire, and the Requires entry that announces each. */
export const requiredNames: Record<string, string> = {
  NETWORK: 'Requires.Network',
  MODELID: 'Requires.Mobile',
  PROVIDERID: 'Requires.Provider',
  PIN: 'Requires.PIN',
  KBH: 'Requires.KBH',
  MEP: 'Requires.MEP',
  PRD: 'Requires.PRD',
  TYPE: 'Requires.Type',
  LOCKS: 'Requires.Locks',
  REFERENCE: 'Requires.Reference',
  SN: 'Requires.SN',
  SECRO: 'Requires.SecRO',
}

function sayRequires(fields: ServiceField[]): Record<string, string> {
  const required = new Set(fields.filter((field) => field.required).map((field) => field.name))
  return Object.fromEntries(
    Object.entries(requiredNames).map(([name, entry]) => [entry, required.has(name) ? 'Required' : 'None']),
  )
}

const sayField = (service: Service, field: ServiceField): Record<string, Value> => ({
  type: service.kind === 'server' ? 'serviceserver' : 'serviceimei',
  fieldname: field.name,
  fieldtype: field.type,
  description: field.label,
  required: field.required ? 'on' : '',
  fieldoptions: field.options.join(','),
  regexpr: '',
})
