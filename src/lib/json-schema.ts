import { createRequire } from 'node:module'
import type { Ajv2020, ErrorObject, Options } from 'ajv/dist/2020.js'
import type { Fault } from '../errors.ts'
import { hasFifteenDigits, type ImeiFormat, isImei } from './imei.ts'
import { isObject } from './json.ts'
import { MAX_VALUE_LENGTH, schemaPattern } from './patterns.ts'
import type { Why } from './whys.ts'

/** MAX_FAULTS limits the faults that are told of one value: more would drown the first. */
export const MAX_FAULTS = 20

/** SchemaFault is a fault that a JSON Schema found. */
export interface SchemaFault extends Fault {
  /** `keyword` is the schema's word that the value breaks, and `params` what the schema says of it. */
  readonly keyword: string
  readonly params: Readonly<Record<string, unknown>>
}

/** Check gives what is wrong with a value, at most MAX_FAULTS faults; none: the value fits its schema. */
export type Check = (value: unknown) => readonly SchemaFault[]

/**
 * `uses` are the settings of the validators, one for each use. Patterns of `data` and `text` are an operator's, and what they match is
 * a stranger's, so they are RE2's, which take linear time; for the same reason formats look at short texts only.
 */
const uses = {
  /** `own` is for this program's own schemas. Defaults are written into the value. */
  own: { allErrors: true, useDefaults: true, verbose: true },
  /** `data` is for data that came as JSON. */
  data: { allErrors: true, code: { regExp: schemaPattern } },
  /** `text` is for data that came as texts, as on the Dhru wire: they become the numbers that the schema asks for. */
  text: { coerceTypes: true, code: { regExp: schemaPattern } },
} satisfies Record<string, Options>

/**
 * QUANTITY_FROM and REQUEST_FROM are keywords of a schema that describes the data of a whole order, and not one item. Both are JSON
 * pointers into the data: to what is counted (a list or a whole number), and to what is sent on (a list of texts, or one text), of which each text becomes an item's input.
 */
export const QUANTITY_FROM = 'x-quantityFrom'
export const REQUEST_FROM = 'x-requestFrom'

/** MUST is a keyword of this program's own schemas: what a value must be that does not match the pattern beside it, in words, or as a Why. */
export const MUST = 'x-must'

/** `load` loads Ajv when the first schema is compiled: most commands compile none. */
const load = createRequire(import.meta.url)
const validators = new Map<string, Ajv2020>()

function validatorFor(use: keyof typeof uses): Ajv2020 {
  let ajv = validators.get(use)
  if (!ajv) {
    const { Ajv2020 }: typeof import('ajv/dist/2020.js') = load('ajv/dist/2020.js')
    const formats: { default(ajv: Ajv2020): void } = load('ajv-formats')
    // Strict, so that a misspelt keyword is an error, but for types: an operator's schema may leave them out.
    ajv = new Ajv2020({ strictTypes: false, logger: false, ...uses[use] })
    formats.default(ajv)
    for (const name of Object.keys(ajv.formats)) shortOnly(ajv, name)
    // The package's own expression takes a time that grows with the square of the length.
    ajv.addFormat(
      'url',
      (text) => text.length <= MAX_VALUE_LENGTH && /^(https?|ftp):/i.test(text) && URL.canParse(text),
    )
    ajv.addFormat('imei' satisfies ImeiFormat, isImei)
    ajv.addFormat('imei-digits' satisfies ImeiFormat, hasFifteenDigits)
    ajv.addVocabulary([QUANTITY_FROM, REQUEST_FROM, MUST])
    validators.set(use, ajv)
  }
  return ajv
}

/** `shortOnly` has a format of texts refuse long ones without a look: some of the expressions go back and forth in them. */
function shortOnly(ajv: Ajv2020, name: string): void {
  const format = ajv.formats[name]
  if (format instanceof RegExp) {
    ajv.addFormat(name, (text) => text.length <= MAX_VALUE_LENGTH && format.test(text))
  } else if (typeof format === 'function') {
    ajv.addFormat(name, (text) => text.length <= MAX_VALUE_LENGTH && format(text) === true)
  }
}

/** `refuseSlow` throws for a schema that asks whether the objects of a list differ: each is compared with each. */
function refuseSlow(schema: unknown): void {
  if (Array.isArray(schema)) schema.forEach(refuseSlow)
  if (!isObject(schema)) return
  const { uniqueItems, items } = schema
  const type = isObject(items) ? items['type'] : undefined
  if (uniqueItems === true && !SCALARS.includes(type)) {
    throw new Error(`uniqueItems needs items of one type: ${SCALARS.join(', ')}`)
  }
  Object.values(schema).forEach(refuseSlow)
}

const SCALARS: unknown[] = ['string', 'number', 'integer', 'boolean']

/** `compileSchema` makes the check of a schema. Throws when it is no valid JSON Schema 2020-12. */
export function compileSchema(schema: object, use: keyof typeof uses): Check {
  const ajv = validatorFor(use)
  if (use !== 'own') refuseSlow(schema)
  try {
    const validate = ajv.compile(schema)
    return (value) => (validate(value) ? [] : (validate.errors ?? []).slice(0, MAX_FAULTS).map(faultOf))
  } finally {
    // Ajv would keep every schema it ever saw, and refuse a second one with the same $id.
    ajv.removeSchema(schema)
  }
}

const ownChecks = new WeakMap<object, Check>()
/** `checksByText` has one check for all schemas that say the same: many routes take the same filters, and ids. */
const checksByText = new Map<string, Check>()

/**
 * `checkOwn` gives what is wrong with a value by a schema of this program. The schema is compiled when it is first used: to compile all of
 * them was a quarter of the processor time of a start.
 */
export function checkOwn(schema: object, value: unknown): readonly SchemaFault[] {
  let check = ownChecks.get(schema)
  if (!check) {
    const text = JSON.stringify(schema)
    check = checksByText.get(text) ?? compileSchema(schema, 'own')
    checksByText.set(text, check)
    ownChecks.set(schema, check)
  }
  return check(value)
}

function faultOf({
  keyword,
  instancePath,
  params,
  message = 'is not valid',
  parentSchema,
}: ErrorObject): SchemaFault {
  const steps = instancePath.split('/').slice(1)
  const path = steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
  const { missingProperty: missing, additionalProperty: additional } = params
  const last = missing ?? additional
  const must: string | Why | undefined = keyword === 'pattern' ? parentSchema?.[MUST] : undefined
  const at = last === undefined ? path : [...path, last]
  if (typeof must === 'object') return { path: at, keyword, params, ...must }
  return {
    path: at,
    message: missing === undefined ? (must ?? messageOf(keyword, params, message)) : 'is required',
    keyword,
    params,
  }
}

function messageOf(keyword: string, params: ErrorObject['params'], message: string): string {
  if (keyword === 'enum') return `must be one of ${params['allowedValues'].join(', ')}`
  if (keyword === 'format' && params['format'] === ('imei' satisfies ImeiFormat))
    return 'must be an IMEI, check digit and all'
  if (keyword === 'format' && params['format'] === 'date-time')
    return 'must be a time with its zone, such as 2026-01-31T12:00:00Z'
  if (keyword === 'format' && params['format'] === 'date') return 'must be a day, such as 2026-01-31'
  return keyword === 'additionalProperties' ? 'is not known' : message
}
