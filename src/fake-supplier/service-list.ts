import { readFileSync } from 'node:fs'
import { requiredNames } from '../contract/dhru-service.ts'
import { succeed } from './dhru-call.ts'
import type { Panel } from './panel.ts'
import { printed } from './prices.ts'
import type { FakeField, FakeService } from './services.ts'

/** ServiceList keeps the panel's Dhru list as bytes, made once, and again when prices or the list change; or has them from a file. */
export class ServiceList {
  readonly #panel: Panel
  #madeFor = ''
  #bytes = Buffer.alloc(0)

  constructor(panel: Panel) {
    this.#panel = panel
  }

  bytes(): Buffer {
    const { listFile } = this.#panel.options
    if (listFile !== undefined) return readFileSync(listFile)
    const madeFor = `${this.#panel.list} ${this.#panel.priceFactor}`
    if (madeFor !== this.#madeFor) {
      this.#bytes = Buffer.from(sayList(this.#panel))
      this.#madeFor = madeFor
    }
    return this.#bytes
  }
}

function sayList(panel: Panel): string {
  const groups: Record<string, { GROUPNAME: string; GROUPTYPE: string; SERVICES: Record<string, unknown> }> =
    {}
  for (const service of panel.offered()) {
    const { group, id } = service
    groups[group] ??= { GROUPNAME: group, GROUPTYPE: typeOf(service), SERVICES: {} }
    groups[group].SERVICES[id] = sayService(panel, service)
  }
  return String(succeed({ MESSAGE: 'IMEI Service List', LIST: groups }).body)
}

const typeOf = ({ kind }: FakeService): string => (kind === 'server' ? 'SERVER' : 'IMEI')

export function sayService(panel: Panel, service: FakeService): Record<string, unknown> {
  const { id, kind, fields } = service
  const names = new Set(fields.map(({ name }) => name))
  const custom = fields.filter(({ name }) => requiredNames[name] === undefined)
  return {
    SERVICEID: id,
    SERVICETYPE: typeOf(service),
    SERVER: kind === 'server' ? '1' : '0',
    QNT: kind === 'server' ? 1 : 0,
    MINQNT: 1,
    MAXQNT: service.maxQuantity,
    CUSTOM: {
      allow: kind === 'serial' ? '1' : '0',
      bulk: '1',
      customname: kind === 'serial' ? 'Serial Number' : '',
      custominfo: '',
      customlen: '0',
      maxlength: '64',
      regex: '',
      isalpha: kind === 'serial' ? '1' : '0',
    },
    SERVICENAME: service.name,
    CREDIT: printed(panel.priceOf(service), panel.options.currency),
    TIME: service.deliveryTime,
    INFO: '<p>Sold by a <b>fake supplier</b>: nothing is done.</p>',
    ...Object.fromEntries(
      Object.entries(requiredNames).map(([name, entry]) => [entry, names.has(name) ? 'Required' : 'None']),
    ),
    ...(custom.length > 0 && { 'Requires.Custom': custom.map(sayField) }),
  }
}

const sayField = ({ name, label, options }: FakeField): Record<string, string> => ({
  type: 'serviceimei',
  fieldname: name,
  fieldtype: options.length > 0 ? 'dropdown' : 'text',
  description: label,
  required: 'on',
  fieldoptions: options.join(','),
  regexpr: '',
})
