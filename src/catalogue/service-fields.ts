import { attribute, choiceFault, readFlag, readJson, readText, shapes } from '../lib/attribute-types.ts'
import { Unreadable } from '../lib/attributes.ts'
import { isObject } from '../lib/json.ts'
import { emptyFault, lineFault } from '../lib/text.ts'

const fieldTypes = ['text', 'dropdown'] as const

/** ServiceField is an extra field of a service's order form. Its name is upper case, as it travels on the Dhru wire. */
export interface ServiceField {
  name: string
  label: string
  type: (typeof fieldTypes)[number]
  required: boolean
  options: string[]
}

/** FieldInput is an extra field as an operator writes it: a text field that is not required, unless it says more. */
export interface FieldInput {
  name: string
  label?: string | undefined
  type?: ServiceField['type'] | undefined
  required?: boolean | undefined
  options?: string[] | undefined
}

/** `fieldsAttribute` is the extra fields of a service, in the order in which forms show them. */
export const fieldsAttribute = attribute<ServiceField[], FieldInput[]>(
  {
    label: 'fields',
    flag: '--field <NAME[:text|dropdown][:required][=option|option]>',
    help: 'an extra field of the order form; may be given several times; "" takes all away',
    whenLeftOut: 'none',
    default: [],
  },
  {
    json: true,
    shape: { type: 'array', items: fieldShape(['name', 'label', 'type', 'required', 'options']) },
    givenShape: { type: 'array', items: fieldShape(['name']) },
    gather: readFieldOption,
    read: readFields,
    fault: fieldsFault,
    show: (fields) => fields.map(showField).join('\n'),
  },
)

function fieldShape(required: (keyof ServiceField)[]): object {
  const { text, flag, texts } = shapes
  const type = { type: 'string', enum: ['text', 'dropdown'] satisfies ServiceField['type'][] }
  return {
    ...{ type: 'object', additionalProperties: false, required },
    properties: { name: text, label: text, type, required: flag, options: texts },
  }
}

/** `completeField` gives a field its defaults; one that has options is a dropdown. */
export function completeField({
  name,
  label,
  type,
  required = false,
  options = [],
}: FieldInput): ServiceField {
  return {
    name: name.trim().toUpperCase(),
    label: (label ?? name).trim(),
    type: type ?? (options.length > 0 ? 'dropdown' : 'text'),
    required,
    options: options.map((option) => option.trim()),
  }
}

function readFields(value: unknown): FieldInput[] {
  const given = value === '' || value === null ? [] : readJson(value)
  if (!Array.isArray(given)) throw new Unreadable('must be a JSON array of fields')
  return given.map((field: unknown) => {
    const known: Record<keyof FieldInput, unknown> = {
      name: undefined,
      label: undefined,
      type: undefined,
      required: undefined,
      options: undefined,
      ...(isObject(field) ? field : { name: field }),
    }
    const { name, label, type, required, options, ...rest } = known
    if (Object.keys(rest).length > 0) throw new Unreadable(`a field has no ${Object.keys(rest)[0]}`)
    if (typeof name !== 'string') throw new Unreadable('each field needs a name')
    return {
      name,
      label: label === undefined ? undefined : readText(label),
      type: type === undefined ? undefined : (readText(type) as FieldInput['type']),
      required: required === undefined ? undefined : readFlag(required),
      options: options === undefined ? undefined : readOptions(options),
    }
  })
}

function readOptions(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(readText)
  throw new Unreadable("a field's options must be an array")
}

/** `readFieldOption` reads NAME[:text|dropdown][:required][=option|option]. */
function readFieldOption(text: string): FieldInput {
  const [head = '', ...rest] = text.split('=')
  const [name = '', ...words] = head.split(':')
  const field: FieldInput = { name: name.trim() }
  for (const word of words) {
    if (word === 'required') field.required = true
    else if (word === 'text' || word === 'dropdown') field.type = word
    else throw new Unreadable(`"${word}" is neither text, dropdown nor required.`)
  }
  if (rest.length > 0) field.options = rest.join('=').split('|')
  return field
}

function showField({ name, label, type, required, options }: ServiceField): string {
  const words = [
    type,
    ...(required ? ['required'] : []),
    ...(options.length > 0 ? [options.join(' | ')] : []),
  ]
  return `${name === label ? name : `${name} "${label}"`}: ${words.join(', ')}`
}

/** RESERVED_NAMES are names that an order carries besides its extra fields. Services do have fields that are called IMEI, ID or SERIAL. */
const RESERVED_NAMES = new Set(['SERVICE', 'SERVICEID', 'QNT', 'QUANTITY', 'CUSTOMFIELD'])
const MAX_LINE_LENGTH = 200

function fieldsFault(fields: readonly ServiceField[]): string | undefined {
  if (fields.length > 50) return 'at most 50'
  const names = new Set<string>()
  for (const field of fields) {
    const fault = names.has(field.name) ? 'is there twice' : fieldFault(field)
    if (fault !== undefined) return `${field.name}: ${fault}`
    names.add(field.name)
  }
  return undefined
}

function fieldFault({ name, label, type, options }: ServiceField): string | undefined {
  if (!/^[A-Z][A-Z0-9_]{0,63}$/.test(name)) {
    return 'a name is at most 64 letters, digits and underscores, and begins with a letter'
  }
  if (RESERVED_NAMES.has(name)) return 'the name is taken by what every order has'
  const wrongLabel = emptyFault('label', label) ?? lineFault('label', label, MAX_LINE_LENGTH)
  if (wrongLabel) return `the label ${wrongLabel.message}`
  const typeFault = choiceFault(type, fieldTypes)
  if (typeFault !== undefined) return `the type ${typeFault}`
  if (type === 'text') return options.length > 0 ? 'a text field has no options' : undefined
  if (options.length === 0) return 'a dropdown needs options'
  if (new Set(options).size < options.length) return 'an option is there twice'
  // Order forms are sent them as one text, with commas between.
  const wrong = options.find(
    (option) =>
      option === '' || option.includes(',') || lineFault('option', option, MAX_LINE_LENGTH) !== undefined,
  )
  return wrong === undefined ? undefined : `"${wrong}" cannot be an option: empty, too long, or with a comma`
}
