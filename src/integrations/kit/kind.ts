import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { Refusal } from '../../errors.ts'
import { type Clock, systemClock } from '../../lib/time.ts'
import type { Outbound } from '../../outbound/outbound.ts'
import type { Field, Fields } from './fields.ts'

/** IntegrationKind describes one sort of supplier, gateway or channel: its folder's `index.ts` makes one. */
export interface IntegrationKind {
  readonly kind: string
  readonly label: string
  /** `aliases` are earlier names, still understood where a person writes one. */
  readonly aliases?: readonly string[]
  readonly fields: Fields
}

/** IntegrationContext is what an integration may use of the process that it runs in. */
export interface IntegrationContext {
  outbound: Outbound
  clock: Clock
  /** `installation` tells this installation from all others, so that its idempotency keys are its own: see `installationId`. */
  installation: string
}

const unreachable = (): never => {
  throw new Error('this is only tried, and calls nobody')
}
/** `nowhere` is a context in which nobody is reached: whether a kind can be connected to what was written is found out in it. */
export const nowhere: IntegrationContext = {
  outbound: { open: () => ({ request: unreachable, stream: unreachable, close: async () => {} }) },
  clock: systemClock,
  installation: '',
}

/** FieldFault says what is wrong with one field; `path` leads to the wrong value. */
export interface FieldFault {
  readonly path: readonly string[]
  readonly message: string
}

/**
 * `checkFields` checks the plain or the secret values of a kind and completes the defaults. It finds every fault before it answers, and
 * no message repeats a value, since it may be a secret.
 */
export function checkFields(
  { kind, fields }: IntegrationKind,
  given: Record<string, unknown>,
  { secret }: { secret: boolean },
): { values: Record<string, unknown>; faults: FieldFault[] } {
  const known = Object.entries(fields).filter(([, field]) => field.secret === secret)
  const values: Record<string, unknown> = structuredClone(given)
  const faults: FieldFault[] = Object.keys(given)
    .filter((name) => !known.some(([one]) => one === name))
    .map((name) => ({ path: [name], message: `is no ${secret ? 'secret' : 'setting'} of the kind ${kind}` }))
  for (const [name, field] of known) {
    if (values[name] === undefined && field.default !== undefined)
      values[name] = structuredClone(field.default)
    const fault = faultOf(name, field, values[name])
    if (fault) faults.push(fault)
  }
  return { values, faults }
}

/** `completeSettings` gives a kind's settings complete with defaults. Throws invalid_input that names every fault. */
export function completeSettings(
  kind: IntegrationKind,
  given: Record<string, unknown>,
): Record<string, unknown> {
  const { values, faults } = checkFields(kind, given, { secret: false })
  refuseFaults(faults)
  return values
}

/**
 * `readSettings` gives what is to be stored: texts become the values that they stand for, null takes a value back to its default, and
 * defaults are not stored, so that a later one applies. Throws invalid_input that names every fault.
 */
export function readSettings(kind: IntegrationKind, given: Record<string, unknown>): Record<string, unknown> {
  const set = Object.entries(given)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => {
      const field = Object.hasOwn(kind.fields, name) ? kind.fields[name] : undefined
      return [name, field && typeof value === 'string' ? Value.Convert(field.schema, value) : value]
    })
  const settings = Object.fromEntries(set) as Record<string, unknown>
  completeSettings(kind, settings)
  return settings
}

/**
 * `readSecrets` gives the secrets that are set after a change: an empty text takes one away. Throws invalid_input that names every
 * secret that is missing, unknown or not usable.
 */
export function readSecrets(
  kind: IntegrationKind,
  given: Record<string, string>,
  existing: Record<string, string> = {},
): Record<string, string> {
  const set = Object.entries({ ...existing, ...given }).filter(([, value]) => value !== '')
  const { values, faults } = checkFields(kind, Object.fromEntries(set), { secret: true })
  refuseFaults(faults)
  return values as Record<string, string>
}

/** `shownSettings` completes settings; those that are none of the kind any more stand as they are, so that they can be corrected. */
export function shownSettings(
  kind: IntegrationKind,
  settings: Record<string, unknown>,
): Record<string, unknown> {
  try {
    return completeSettings(kind, settings)
  } catch {
    return settings
  }
}

/** `secretsSet` says of each secret of a kind whether it is set, and nothing more. */
export function secretsSet(
  { fields }: IntegrationKind,
  secrets: Record<string, string>,
): Record<string, boolean> {
  return Object.fromEntries(secretNames({ fields }).map((name) => [name, secrets[name] !== undefined]))
}

export const secretNames = ({ fields }: Pick<IntegrationKind, 'fields'>): string[] =>
  Object.keys(fields).filter((name) => fields[name]?.secret)

/** `refuseFaults` throws invalid_input that names every fault; `field` is the first one's. */
function refuseFaults(faults: readonly FieldFault[]): void {
  const [first] = faults
  if (!first) return
  const detail = faults.map(({ path, message }) => `${path[0]}: ${message}`).join('; ')
  throw new Refusal('invalid_input', detail, first.path[0])
}

function faultOf(name: string, field: Field, value: unknown): FieldFault | undefined {
  if (value === undefined) {
    if (!field.required) return undefined
    return { path: [name], message: `is missing${field.secret ? `: ${field.help}` : ` (${field.help})`}` }
  }
  if (holdsControl(value)) return { path: [name], message: 'must not hold control characters' }
  const [error] = Value.Errors(Type.Object({ value: field.schema }), { value })
  if (!error) return undefined
  const steps = error.instancePath.split('/').slice(2)
  const at = steps.length > 0 ? ` at ${steps.join('/')}` : ''
  const help = field.secret ? '' : ` (${field.help})`
  return { path: [name, ...steps], message: `${messageOf(field, error.message)}${at}${help}` }
}

function messageOf({ type, schema, options, example }: Field, message: string): string {
  if (example !== undefined) return `must be such as ${example}`
  if (type === 'secret') return 'pattern' in schema ? 'must be one word of visible characters' : message
  return options ? `must be one of ${options.join(', ')}` : message
}

/** `holdsControl` lets line breaks stand in a text; every other control character, and half a surrogate pair, is refused. */
const holdsControl = (value: unknown): boolean =>
  typeof value === 'string' && (!value.isWellFormed() || /[^\P{Cc}\n\r\t]/u.test(value))
