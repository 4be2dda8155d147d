import { type TSchema, Type } from 'typebox'

/** FieldType says how a field is written by people and which of its bounds mean something. */
type FieldType = 'text' | 'url' | 'integer' | 'boolean' | 'choice' | 'seconds' | 'map' | 'json' | 'secret'

/**
 * Field is the metadata of one value that an integration is configured with. It is the only definition of that value: checks, defaults,
 * command-line options and the tables of the docs are made from it.
 */
export interface Field<Value = unknown, Present extends boolean = boolean> {
  readonly type: FieldType
  readonly label: string
  readonly help: string
  /** `secret`: the value is sealed, and never shown again. */
  readonly secret: boolean
  readonly required: boolean
  readonly default?: Value
  /** `min` and `max` bound a number, or the length of a text. */
  readonly min?: number
  readonly max?: number
  readonly options?: readonly string[]
  /** `example` is a value of the field's form, where the form is more than its type. */
  readonly example?: string
  /** `flag` makes an option of its own on the command line of a kind whose other fields are given by `--setting`. */
  readonly flag?: boolean
  /** `schema` checks a value; the kit makes it from the rest. */
  readonly schema: TSchema
  /** `present` exists in types only: a connected kind finds a value in the field. */
  readonly present?: Present
}

export type Fields = Readonly<Record<string, Field>>

/** FieldValues are what a connected kind reads: complete with defaults. */
export type FieldValues<F extends Fields> = {
  -readonly [Name in keyof F as F[Name] extends Field<unknown, true> ? Name : never]: ValueOf<F[Name]>
} & {
  -readonly [Name in keyof F as F[Name] extends Field<unknown, true> ? never : Name]?: ValueOf<F[Name]>
}
type ValueOf<F> = F extends Field<infer Value> ? Value : never

interface Said<Value> {
  label: string
  help: string
  required?: boolean
  default?: Value
  flag?: boolean
}
type PresentIn<O> = O extends { required: true } | { default: unknown } ? true : false

function field<Value, O extends Said<Value>>(
  type: FieldType,
  said: O,
  schema: TSchema,
  bounds: Pick<Field, 'min' | 'max' | 'options' | 'example'> = {},
): Field<Value, PresentIn<O>> {
  const { label, help, required = false, default: preset, flag = false } = said
  const present = preset === undefined ? {} : { default: preset }
  return { type, label, help, secret: type === 'secret', required, flag, ...present, ...bounds, schema }
}

const bounded = ({ min, max }: { min?: number; max?: number }) => ({
  ...(min !== undefined && { min }),
  ...(max !== undefined && { max }),
})

/** Form is the pattern of a text, with an example of it for those who get it wrong. */
interface Form {
  pattern?: string
  example?: string
}

const formed = ({ pattern, example }: Form): [{ pattern?: string }, { example?: string }] => [
  pattern === undefined ? {} : { pattern },
  example === undefined ? {} : { example },
]

/** `text` is free text, of at least one character unless it has a default of none. */
export function text<const O extends Said<string> & Form & { max?: number }>(
  said: O,
): Field<string, PresentIn<O>> {
  const { max } = said
  const minLength = said.default === '' ? 0 : 1
  const [pattern, example] = formed(said)
  const schema = Type.String({ minLength, ...pattern, ...(max !== undefined && { maxLength: max }) })
  return field<string, O>('text', said, schema, {
    ...bounded({ min: minLength, ...(max !== undefined && { max }) }),
    ...example,
  })
}

/** `url` is an http or https address of at most 1,000 characters; `base` allows a host and port only. */
export function url<const O extends Said<string> & { base?: boolean }>(said: O): Field<string, PresentIn<O>> {
  const pattern = said.base ? '^https?://[^/?#@]+/?$' : '^https?://'
  return field<string, O>('url', said, Type.String({ maxLength: 1000, pattern }), { max: 1000 })
}

/** `integer` is a whole number within its bounds. */
export function integer<const O extends Said<number> & { min: number; max: number }>(
  said: O,
): Field<number, PresentIn<O>> {
  const { min, max } = said
  return field<number, O>('integer', said, Type.Integer({ minimum: min, maximum: max }), { min, max })
}

export function boolean<const O extends Said<boolean>>(said: O): Field<boolean, PresentIn<O>> {
  return field<boolean, O>('boolean', said, Type.Boolean())
}

/** `choice` is one of a few words. */
export function choice<const Option extends string, const O extends Said<Option>>(
  options: readonly Option[],
  said: O,
): Field<Option, PresentIn<O>> {
  const schema = Type.Union(options.map((option) => Type.Literal(option)))
  return field<Option, O>('choice', said, schema, { options })
}

/** `seconds` is a list of up to ten spans of time, each from a second to a year. */
export function seconds<const O extends Said<readonly number[]>>(said: O): Field<number[], PresentIn<O>> {
  const schema = Type.Array(Type.Integer({ minimum: 1, maximum: 31_622_400 }), { maxItems: 10 })
  return field<number[], O & Said<number[]>>('seconds', said as O & Said<number[]>, schema, {
    min: 1,
    max: 31_622_400,
  }) as Field<number[], PresentIn<O>>
}

/** `map` gives texts by name. */
export function map<const O extends Said<Record<string, string>>>(
  said: O,
): Field<Record<string, string>, PresentIn<O>> {
  return field<Record<string, string>, O>(
    'map',
    said,
    Type.Record(Type.String(), Type.String({ minLength: 1 })),
  )
}

/** `textOrJson` is a name, or an object in its place. */
export function textOrJson<const O extends Said<string | Record<string, unknown>>>(
  said: O,
): Field<string | Record<string, unknown>, PresentIn<O>> {
  const schema = Type.Union([Type.String({ minLength: 1 }), Type.Record(Type.String(), Type.Unknown())])
  return field<string | Record<string, unknown>, O>('json', said, schema)
}

/** `secret` is sealed. `header` secrets travel in a header, and are one word of visible ASCII characters. */
export function secret<const O extends Said<string> & Form & { header?: boolean }>(
  said: O,
): Field<string, PresentIn<O>> {
  const [pattern, example] = formed(said)
  const schema = said.header
    ? Type.String({ pattern: '^[\\x21-\\x7e]+$', maxLength: 500 })
    : Type.String({ minLength: 1, maxLength: 10_000, ...pattern })
  return field<string, O>('secret', said, schema, example)
}
