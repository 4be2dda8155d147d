import type { ApiKey } from '../accounts/account.ts'
import type { Service, ServiceField, UnitPrice } from '../catalogue/service.ts'
import { formatMicros } from '../lib/money.ts'

/** DhruValue is what a service is made of on the Dhru wire. It has no booleans on purpose: old PHP panels choke on them. */
type DhruValue = string | number | DhruValue[] | { readonly [name: string]: DhruValue }

/** DhruAudience is for whom a service is written. */
interface DhruAudience extends Pick<ApiKey, 'dialect'> {
  account: Pick<ApiKey['account'], 'currency'>
}

/** `typeOf` is what Dhru calls the kind of a service. */
export const typeOf = (service: Service): 'IMEI' | 'SERVER' => (service.kind === 'server' ? 'SERVER' : 'IMEI')

/** `sayService` gives one service as Dhru clients read it; every number that PHP panels compare is a string, as real panels send. */
export function sayService(
  service: Service,
  price: UnitPrice,
  { account, dialect }: DhruAudience,
): Record<string, DhruValue> {
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
function sayCustom(service: Service): Record<string, DhruValue> {
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

const sayField = (service: Service, field: ServiceField): Record<string, DhruValue> => ({
  type: service.kind === 'server' ? 'serviceserver' : 'serviceimei',
  fieldname: field.name,
  fieldtype: field.type,
  description: field.label,
  required: field.required ? 'on' : '',
  fieldoptions: field.options.join(','),
  regexpr: '',
})
