import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { ApiKey } from '../../accounts/account.ts'
import type { Offer, Snapshot } from '../../catalogue/snapshot.ts'
import { sayService, typeOf } from '../../contract/dhru-service.ts'
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
      list = prepare(snapshot.listed(account, 'programs'), selection, key)
      const lists = this.#lists.set(audience, list)
      list.catch(() => lists.delete(audience))
    }
    return list
  }
}

const compress = promisify(gzip)

async function prepare(listed: Promise<Offer[]>, selection: Selection, key: Audience): Promise<Prepared> {
  const answer = await sayList(await listed, selection, key)
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
