import { isDeepStrictEqual } from 'node:util'
import type { ImeiFormat } from '../lib/imei.ts'
import { type Check, compileSchema } from '../lib/json-schema.ts'
import type { Service, ServiceKind } from './service.ts'

/** InputSchema is a JSON Schema 2020-12 of one item's input, or (see `isWhole`) of the data of a whole order. */
export interface InputSchema {
  type?: unknown
  required?: unknown
  [keyword: string]: unknown
}

/** MAX_FIELD_LENGTH is the longest value of an extra field, in characters. */
export const MAX_FIELD_LENGTH = 2000
/** DEFAULT_INPUT_LENGTH is the longest serial number or other name of what a service works on, unless it says another, in characters. */
export const DEFAULT_INPUT_LENGTH = 64
/** MAX_INPUT_LENGTH is the most that a service can say. */
export const MAX_INPUT_LENGTH = 255

/** `inputProperty` names the schema's property that holds the input; a server service has none. */
export function inputProperty(kind: ServiceKind): string | undefined {
  return kind === 'server' ? undefined : kind
}

/** Inputs is what a service says of its inputs. */
type Inputs = Pick<
  Service,
  'kind' | 'fields' | 'inputName' | 'inputHint' | 'minInputLength' | 'maxInputLength'
>

/** `inputSchemaFor` makes the JSON Schema (2020-12) of one item's input that follows from what a service says of its inputs. */
export function inputSchemaFor(service: Inputs, imeiFormat: ImeiFormat = 'imei'): InputSchema {
  const { kind, fields } = service
  const properties: Record<string, unknown> = {
    ...(kind === 'imei' && { imei: { type: 'string', format: imeiFormat } }),
    ...(kind === 'serial' && { serial: serialSchema(service) }),
  }
  for (const field of fields) {
    properties[field.name] =
      field.type === 'dropdown'
        ? { type: 'string', title: field.label, enum: field.options }
        : { type: 'string', title: field.label, minLength: 1, maxLength: MAX_FIELD_LENGTH }
  }
  const input = inputProperty(kind)
  const required = fields.filter((field) => field.required).map((field) => field.name)
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    properties,
    required: input === undefined ? required : [input, ...required],
    additionalProperties: false,
  }
}

const serialSchema = ({ inputName, inputHint, minInputLength, maxInputLength }: Inputs) => ({
  type: 'string',
  ...(inputName && { title: inputName }),
  ...(inputHint && { description: inputHint }),
  minLength: minInputLength,
  maxLength: maxInputLength,
})

/** `derivedWith` gives the IMEI format that a service's schema was derived with; undefined when an operator gave the schema. */
export function derivedWith(service: Inputs & Pick<Service, 'inputSchema'>): ImeiFormat | undefined {
  return (['imei', 'imei-digits'] as const).find((format) =>
    isDeepStrictEqual(service.inputSchema, inputSchemaFor(service, format)),
  )
}

const checks = new WeakMap<InputSchema, Check>()

/** `inputCheck` gives the check of one item's input, compiled once for each schema object. Throws when it is no valid 2020-12 schema. */
export function inputCheck(schema: InputSchema): Check {
  let check = checks.get(schema)
  if (!check) {
    check = compileSchema(schema, 'data')
    checks.set(schema, check)
  }
  return check
}
