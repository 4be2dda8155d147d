import type { DhruJson } from './server.ts'

/** KitShop is a reseller's program in the shape of the panel vendor's kit: it knows an address, a user name and an access key, and nothing else. */
export class KitShop {
  readonly #url: string
  readonly #username: string
  readonly #key: string

  constructor(url: string, username: string, key: string) {
    this.#url = url
    this.#username = username
    this.#key = key
  }

  /** `call` posts five parts of multipart/form-data, with XML of the kit for parameters, and reads JSON. */
  async call(action: string, parameters: Record<string, string> = {}): Promise<DhruJson> {
    const inside = Object.entries(parameters)
      .map(([name, value]) => `<${name}>${value}</${name}>`)
      .join('')
    const form = new FormData()
    form.set('username', this.#username)
    form.set('apiaccesskey', this.#key)
    form.set('action', action)
    form.set('requestformat', 'JSON')
    form.set('parameters', inside === '' ? '\n' : `<PARAMETERS>${inside}</PARAMETERS>\n`)
    // The kit's own address ends with a slash, and so has two.
    const reply = await fetch(`${this.#url}/api/index.php`, {
      method: 'POST',
      body: form,
      redirect: 'manual',
    })
    return await reply.json()
  }

  /** `account` is what the kit's page of the account prints. */
  async account(): Promise<Record<string, unknown>> {
    const { SUCCESS } = await this.call('accountinfo')
    const { creditraw, mail, currency, username } = SUCCESS[0].AccoutInfo
    return { credit: Number(creditraw), mail, currency, username }
  }

  /** `services` are what it prints of the list, by their ids. */
  async services(): Promise<Record<string, unknown>> {
    const { SUCCESS } = await this.call('imeiservicelist')
    const shown: Record<string, unknown> = {}
    for (const { GROUPNAME, GROUPTYPE, SERVICES } of Object.values<DhruJson>(SUCCESS[0].LIST)) {
      for (const [id, service] of Object.entries<DhruJson>(SERVICES)) {
        const requires = Object.entries(service).filter(
          ([name, value]) => name.startsWith('Requires.') && value !== 'None',
        )
        shown[id] = {
          ...{ group: GROUPNAME, type: GROUPTYPE, id: service.SERVICEID, name: service.SERVICENAME },
          ...{ credit: Number(service.CREDIT), time: service.TIME, info: service.INFO, requires },
          ...{ quantity: [service.QNT, service.MINQNT, service.MAXQNT], serial: service.CUSTOM.allow },
        }
      }
    }
    return shown
  }

  /** `status` is what it prints of an order: the code, where the status says that there is one. */
  async status(id: string, action = 'getimeiorder'): Promise<Record<string, unknown>> {
    const { SUCCESS, ERROR } = await this.call(action, { ID: id })
    if (!SUCCESS) return { refused: Array.isArray(ERROR) }
    const [{ STATUS, CODE, IMEI }] = SUCCESS
    return { STATUS, CODE, IMEI }
  }

  /** `place` gives the number of a new order. */
  async place(service: string, imei: string): Promise<string> {
    const answer = await this.call('placeimeiorder', { ID: service, IMEI: imei })
    if (!answer.SUCCESS) throw new Error(JSON.stringify(answer))
    return answer.SUCCESS[0].REFERENCEID
  }

  async isLetIn(): Promise<boolean> {
    return (await this.call('accountinfo')).SUCCESS !== undefined
  }
}
