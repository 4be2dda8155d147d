import { isDeepStrictEqual } from 'node:util'
import { derivedWith } from './input-schema.ts'
import type { Service, ServiceField } from './service.ts'

/** `breakKinds` are the ways in which a change of a service stops orders that were right before it, or hides the service. */
export const breakKinds = [
  'code',
  'off',
  'hidden',
  'field_gone',
  'field_needed',
  'field_choices',
  'quantity',
  'length',
  'schema',
] as const

/** Break is one thing that a change breaks for shops and panels that have learnt the service as it was. */
export interface Break {
  what: (typeof breakKinds)[number]
  /** `field` is the extra field that it is about. */
  field: string | null
}

/** `breaksOf` gives what a change breaks. It is pure: a service that nobody has ordered yet is judged the same way. */
export function breaksOf(before: Service, after: Service): Break[] {
  const is = (what: Break['what'], holds: boolean): Break[] => (holds ? [{ what, field: null }] : [])
  const fields = fieldBreaks(before.fields, after.fields)
  const isNarrower = before.active && after.active && hides(before.visibleTo, after.visibleTo)
  return [
    ...is('code', before.code.toLowerCase() !== after.code.toLowerCase()),
    ...is('off', before.active && !after.active),
    ...is('hidden', isNarrower),
    ...fields,
    ...is('quantity', fewerQuantities(before, after)),
    ...is(
      'length',
      after.minInputLength > before.minInputLength || after.maxInputLength < before.maxInputLength,
    ),
    ...is('schema', saysMore(before, after)),
  ]
}

const hides = (before: Service['visibleTo'], after: Service['visibleTo']): boolean =>
  after !== null && (before === null || before.some((group) => !after.includes(group)))

function fieldBreaks(before: readonly ServiceField[], after: readonly ServiceField[]): Break[] {
  const now = new Map(after.map((field) => [field.name, field]))
  const known = new Set(before.map(({ name }) => name))
  return [
    ...before.flatMap((field): Break[] => {
      const next = now.get(field.name)
      if (!next) return [{ what: 'field_gone', field: field.name }]
      if (next.required && !field.required) return [{ what: 'field_needed', field: field.name }]
      return takesFewer(field, next) ? [{ what: 'field_choices', field: field.name }] : []
    }),
    ...after.flatMap(({ name, required }): Break[] =>
      required && !known.has(name) ? [{ what: 'field_needed', field: name }] : [],
    ),
  ]
}

const takesFewer = (before: ServiceField, after: ServiceField): boolean =>
  after.type === 'dropdown' &&
  (before.type === 'text' || before.options.some((option) => !after.options.includes(option)))

function fewerQuantities(before: Service, after: Service): boolean {
  if (after.minQuantity > before.minQuantity || after.maxQuantity < before.maxQuantity) return true
  if (after.quantityOptions.length === 0) return false
  return (
    before.quantityOptions.length === 0 ||
    before.quantityOptions.some((quantity) => !after.quantityOptions.includes(quantity))
  )
}

/** `saysMore`: the schema has changed by something else than its texts, and not only because it follows from the fields. */
function saysMore(before: Service, after: Service): boolean {
  const [format, other] = [derivedWith(before), derivedWith(after)]
  if (format !== undefined && other !== undefined) return format === 'imei-digits' && other === 'imei'
  return !isDeepStrictEqual(rulesOf(before.inputSchema), rulesOf(after.inputSchema))
}

const TEXTS = new Set(['title', 'description', '$comment', 'examples'])

const rulesOf = (schema: unknown): unknown => {
  if (Array.isArray(schema)) return schema.map(rulesOf)
  if (typeof schema !== 'object' || schema === null) return schema
  const rules = Object.entries(schema).filter(([name]) => !TEXTS.has(name))
  return Object.fromEntries(rules.map(([name, value]) => [name, rulesOf(value)]))
}
