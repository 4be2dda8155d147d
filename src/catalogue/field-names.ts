import type { Service, ServiceField } from './service.ts'

/** GivenInput is what a caller sent for one item, as text. An empty text means "not given". */
export interface GivenInput {
  input?: string | undefined
  /** `device` is an IMEI or serial number under another name, which only a service takes that is about one. */
  device?: string | undefined
  /** `bare` is a value without a name: that of the service's one field, or else the input. */
  bare?: string | undefined
  quantity?: string | undefined
  /** `fields` are by name or label, in any case. */
  fields: ReadonlyMap<string, string>
}

/** FieldNames are the names by which a service's fields are found. */
export interface FieldNames {
  /** `byName` has each field by its name, and by its label where that is no other's name. */
  byName: Map<string, ServiceField>
  /** `only` is the one field that a value without a name can be meant for. */
  only: ServiceField | undefined
}

export const fieldNamesOf = (fields: readonly ServiceField[]): FieldNames => ({
  byName: new Map([
    ...fields.toReversed().map((field) => [nameKey(field.label), field] as const),
    ...fields.map((field) => [nameKey(field.name), field] as const),
    ...fields.map((field) => [field.name, field] as const),
  ]),
  only: onlyField(fields),
})

/** MAX_NAME is longer than any name or label that is looked for. */
const MAX_NAME = 1000

/** `nameKey` makes one key of the ways in which clients write a name or label, `E-mail`, `e_mail`, `E mail:`; one that is too long stays. */
export function nameKey(text: string): string {
  if (text.length > MAX_NAME) return text
  const name = text.toUpperCase()
  return name.replace(/[\s\p{P}\p{S}\p{Cf}]+/gu, '') || name
}

export const fieldNamed = (byName: FieldNames['byName'], name: string): ServiceField | undefined =>
  byName.get(name.toUpperCase()) ?? byName.get(nameKey(name))

function onlyField(fields: readonly ServiceField[]): ServiceField | undefined {
  const required = fields.filter((field) => field.required)
  return fields.length === 1 ? fields[0] : required.length === 1 ? required[0] : undefined
}

/**
 * `placed` puts what came without a name, or in the box of the IMEI, where the service has a place for it. A service of kind server may
 * have a field that is called IMEI; and clients with one box for everything send its only field there. A value without a name goes first:
 * it was meant for a field, and something may stand in the box only because there is one.
 */
export function placed(
  service: Service,
  { byName, only }: FieldNames,
  given: GivenInput,
): { input: string; fields: ReadonlyMap<string, string> } {
  const { bare = '' } = given
  const isServer = service.kind === 'server'
  const named = bare.trim() === '' ? undefined : namedIn(bare, byName)
  const fields = named ? withNamed(byName, given.fields, named) : given.fields
  const input = given.input || (isServer ? '' : (boxIn(service, byName, fields) ?? given.device ?? ''))
  const isGiven = (field: ServiceField): boolean => has(byName, fields, field)
  const isBare = bare.trim() !== '' && !named
  // An IMEI service needs its IMEI before a field that may be left out.
  const isDevice = service.kind === 'imei' && input.trim() === '' && !only?.required
  if (isBare && only && !isDevice && !isGiven(only)) {
    return { input, fields: new Map([...fields, [only.name, bare]]) }
  }
  if (input.trim() === '') return { input: isBare && !isServer ? bare : input, fields }
  const own = byName.get('IMEI')
  const box = isServer ? (own ?? only) : undefined
  if (box && !isGiven(box)) return { input: '', fields: new Map([...fields, [box.name, input]]) }
  return { input: box && box === own ? '' : input, fields }
}

const has = (
  byName: FieldNames['byName'],
  fields: ReadonlyMap<string, string>,
  wanted: ServiceField,
): boolean => [...fields].some(([name, value]) => value.trim() !== '' && fieldNamed(byName, name) === wanted)

/** `withNamed` adds what a text names, but for what stands beside it under its own name. */
function withNamed(
  byName: FieldNames['byName'],
  fields: ReadonlyMap<string, string>,
  named: ReadonlyMap<ServiceField, string>,
): ReadonlyMap<string, string> {
  const others = [...named].filter(([field]) => !has(byName, fields, field))
  return new Map([...fields, ...others.map(([{ name }, value]) => [name, value] as const)])
}

/** `boxIn` gives the value under the name of the service's own box, such as ECID. */
function boxIn(
  { inputName }: Service,
  byName: FieldNames['byName'],
  fields: ReadonlyMap<string, string>,
): string | undefined {
  const name = nameKey(inputName)
  if (name === '' || byName.has(name)) return undefined
  return [...fields].find(([key]) => nameKey(key) === name)?.[1]
}

/** MAX_BARE is longer than a text of names and values. */
const MAX_BARE = 10_000

/**
 * `namedIn` reads a text of names and values, a line each or as in a form (`E-mail: a@b.example`, `USER=ali&PASSWORD=x`); undefined: it is
 * none, because something in it stands behind no name of a field. An `&` that no name follows belongs to its value.
 */
function namedIn(bare: string, byName: FieldNames['byName']): Map<ServiceField, string> | undefined {
  if (bare.length > MAX_BARE) return undefined
  for (const parts of [bare.split(/[\r\n&]+/), bare.split(/[\r\n]+/)]) {
    const named = new Map<ServiceField, string>()
    const isNamed = parts
      .filter((part) => part.trim() !== '')
      .every((part) => {
        const [, name = '', sign, value = ''] = /^([^:=]{1,64})([:=])(.*)$/s.exec(part) ?? []
        const field = fieldNamed(byName, name.trim())
        if (!field || value.trim() === '') return false
        if (!named.has(field)) named.set(field, sign === '=' ? decoded(value) : value)
        return true
      })
    if (isNamed && named.size > 0) return named
  }
  return undefined
}

/** `decoded` decodes a value as a form has it, where it is encoded. */
function decoded(value: string): string {
  if (!/%[\da-f]{2}/i.test(value)) return value
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}
