import { attribute, type Described, readJson, readText, shapes } from '../../lib/attribute-types.ts'
import { type Attribute, Unreadable } from '../../lib/attributes.ts'
import { textFault } from '../../lib/text.ts'
import { type Why, whys } from '../../lib/whys.ts'
import type { AnyRegistry } from './registry.ts'

/**
 * The attributes that only integrations have; their other ones are those of every noun. A field without a default is needed unless it
 * is `optional`. A field with a flag has an option of its own; the others of a supplier are given by `--setting`.
 */

/** `optional` makes of a field one that a connected kind may find empty. */
export const optional = <Value>(of: Attribute<Value>): Attribute<Value | undefined> => ({
  ...(of as Attribute<Value | undefined>),
  optional: true,
})

/** `isNeeded` tells whether a kind cannot be connected without the field. */
export const isNeeded = ({ default: preset, optional }: Attribute): boolean =>
  preset === undefined && !optional

/** `kindOf` is the kind of a configured integration, which never changes. */
export const kindOf = ({ names }: AnyRegistry, help: string): Attribute<string> =>
  attribute<string>(
    {
      label: 'kind',
      flag: '--kind <kind>',
      help: `${help}: ${names.join(', ')}`,
      whenLeftOut: 'needed',
      onlyIn: 'create',
    },
    { shape: { type: 'string', enum: [...names] }, givenShape: shapes.text, read: readText },
  )

/** Form is the pattern of a text, with an example of it for those who get it wrong. */
interface Form {
  pattern: string
  example: string
}

const formFault = ({ pattern, example }: Form, text: string): Why | undefined =>
  new RegExp(pattern, 'u').test(text) ? undefined : whys.example(example)

/** `text` is free text, of at least one character unless it has a default of none. */
export const text = (described: Described<string> & { max?: number; form?: Form }): Attribute<string> =>
  attribute<string>(described, {
    shape: shapes.text,
    read: readText,
    fault: (value) => {
      const { max = Number.POSITIVE_INFINITY, form } = described
      if (value === '') return described.default === '' ? undefined : whys.empty()
      return textFault('', value, max)?.message ?? (form && formFault(form, value))
    },
  })

/** `url` is an http or https address of at most 1,000 characters, without a user or password; `base` allows a host and port only. */
export const url = (described: Described<string> & { base?: boolean }): Attribute<string> =>
  text({
    ...described,
    max: 1000,
    form: described.base
      ? { pattern: '^https?://[^/?#@]+/?$', example: 'https://example.com' }
      : { pattern: '^https?://[^\\s/?#@]+([/?#]|$)', example: 'https://example.com/path' },
  })

const YEAR_SECONDS = 31_622_400

/** `times` is a list of up to ten spans of time, each from a second to a year, in seconds. */
export const times = (described: Described<number[]>): Attribute<number[]> =>
  attribute<number[]>(described, {
    shape: { type: 'array', items: shapes.integer },
    read: (value) => {
      const list = readJson(value)
      if (Array.isArray(list)) return list as number[]
      throw new Unreadable('must be a list of seconds')
    },
    fault: (list) =>
      list.length <= 10 && list.every((one) => Number.isInteger(one) && one >= 1 && one <= YEAR_SECONDS)
        ? undefined
        : `must be at most 10 numbers of seconds from 1 to ${YEAR_SECONDS}`,
  })

/** `integers` is a list of up to twenty whole numbers within its bounds. */
export const integers = (
  described: Described<number[]> & { min: number; max: number },
): Attribute<number[]> =>
  attribute<number[]>(described, {
    shape: { type: 'array', items: shapes.integer },
    read: (value) => {
      const list = readJson(value)
      if (Array.isArray(list)) return list as number[]
      throw new Unreadable('must be a list of whole numbers')
    },
    fault: (list) => {
      const { min, max } = described
      return list.length <= 20 && list.every((one) => Number.isInteger(one) && one >= min && one <= max)
        ? undefined
        : `must be at most 20 whole numbers from ${min} to ${max}`
    },
  })

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** `map` gives texts by name; `values` are those that may stand in it, and `nameFault` checks the names. */
export const map = (
  described: Described<Record<string, string>> & {
    values?: readonly string[]
    nameFault?: (name: string) => string | undefined
  },
): Attribute<Record<string, string>> =>
  attribute<Record<string, string>>(described, {
    shape: shapes.object,
    read: (value) => {
      const json = readJson(value)
      if (isObject(json)) return json as Record<string, string>
      throw new Unreadable('must be an object')
    },
    fault: (texts) => {
      const { values, nameFault } = described
      if (!Object.values(texts).every((one) => typeof one === 'string' && one !== '')) {
        return 'must have a text for each name'
      }
      const wrong =
        nameFault &&
        Object.keys(texts)
          .map(nameFault)
          .find((one) => one !== undefined)
      if (wrong !== undefined) return wrong
      return !values || Object.values(texts).every((one) => values.includes(one))
        ? undefined
        : `must have for each name one of ${values.join(', ')}`
    },
  })

/** `textOrJson` is a name, or an object in its place. */
export const textOrJson = (
  described: Described<string | Record<string, unknown>>,
): Attribute<string | Record<string, unknown>> =>
  attribute<string | Record<string, unknown>>(described, {
    shape: { anyOf: [shapes.text, shapes.object] },
    read: (value) => (isObject(value) ? value : readText(value)),
    fault: (value) => {
      if (typeof value !== 'string') return undefined
      return value === '' ? 'must not be empty' : textFault('', value, Number.POSITIVE_INFINITY)?.message
    },
  })

/** `secret` is sealed, and never shown again. `header` secrets travel in a header, and are one word of visible ASCII characters. */
export const secret = (described: Described<string> & { header?: boolean; form?: Form }): Attribute<string> =>
  attribute<string>(described, {
    secret: true,
    shape: shapes.text,
    read: (value) => {
      if (typeof value === 'string') return value
      throw new Unreadable('must be a text')
    },
    fault: (value) => {
      const { header = false, form } = described
      if (header)
        return /^[\x21-\x7e]{1,500}$/.test(value) ? undefined : 'must be one word of visible characters'
      return textFault('', value, 10_000)?.message ?? (form && formFault(form, value))
    },
  })
