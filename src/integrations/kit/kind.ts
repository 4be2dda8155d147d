import { Value } from 'typebox/value'
import type { Fault } from '../../errors.ts'
import { fault, ok, type Result, resultOf } from '../../lib/fault.ts'
import { checkOwn } from '../../lib/json-schema.ts'
import { textFault } from '../../lib/text.ts'
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

/**
 * `checkFields` checks the plain or the secret values of a kind and completes the defaults. It finds every fault before it answers, and
 * no message repeats a value, since it may be a secret.
 */
export function checkFields(
  { kind, fields }: IntegrationKind,
  given: Record<string, unknown>,
  { secret }: { secret: boolean },
): Result<Record<string, unknown>> {
  const known = Object.entries(fields).filter(([, field]) => field.secret === secret)
  const values: Record<string, unknown> = structuredClone(given)
  const unknown = Object.keys(given)
    .filter((name) => !known.some(([one]) => one === name))
    .map((name) => fault(name, `is no ${secret ? 'secret' : 'setting'} of the kind ${kind}`))
  const wrong = known.map(([name, field]) => {
    if (values[name] === undefined && field.default !== undefined)
      values[name] = structuredClone(field.default)
    return faultOf(name, field, values[name])
  })
  return resultOf(values, [...unknown, ...wrong])
}

/** `completeSettings` gives a kind's settings complete with defaults, or every fault. */
export const completeSettings = (
  kind: IntegrationKind,
  given: Record<string, unknown>,
): Result<Record<string, unknown>> => checkFields(kind, given, { secret: false })

/**
 * `readSettings` gives what is to be stored: texts become the values that they stand for, null takes a value back to its default, and
 * defaults are not stored, so that a later one applies.
 */
export function readSettings(
  kind: IntegrationKind,
  given: Record<string, unknown>,
): Result<Record<string, unknown>> {
  const set = Object.entries(given)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => {
      const field = Object.hasOwn(kind.fields, name) ? kind.fields[name] : undefined
      return [name, field && typeof value === 'string' ? Value.Convert(field.schema, value) : value]
    })
  const settings = Object.fromEntries(set) as Record<string, unknown>
  const complete = completeSettings(kind, settings)
  return complete.ok ? ok(settings) : complete
}

/**
 * `readSecrets` gives the secrets that are set after a change: an empty text takes one away. The faults name every secret that is
 * missing, unknown or not usable.
 */
export function readSecrets(
  kind: IntegrationKind,
  given: Record<string, string>,
  existing: Record<string, string> = {},
): Result<Record<string, string>> {
  const set = Object.entries({ ...existing, ...given }).filter(([, value]) => value !== '')
  const checked = checkFields(kind, Object.fromEntries(set), { secret: true })
  return checked as Result<Record<string, string>>
}

/** `shownSettings` completes settings; those that are none of the kind any more stand as they are, so that they can be corrected. */
export function shownSettings(
  kind: IntegrationKind,
  settings: Record<string, unknown>,
): Record<string, unknown> {
  const complete = completeSettings(kind, settings)
  return complete.ok ? complete.value : settings
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

function faultOf(name: string, field: Field, value: unknown): Fault | undefined {
  const { required, secret, help, schema } = field
  if (value === undefined)
    return required ? fault(name, `is missing${secret ? `: ${help}` : ` (${help})`}`) : undefined
  const unkept = typeof value === 'string' ? textFault(name, value, Number.POSITIVE_INFINITY) : undefined
  if (unkept) return unkept
  const [wrong] = checkOwn(schema, value)
  if (!wrong) return undefined
  const message = `${messageOf(field, wrong.message)}${secret ? '' : ` (${help})`}`
  return { path: [name, ...wrong.path], message }
}

function messageOf({ type, schema, options, example }: Field, message: string): string {
  if (example !== undefined) return `must be such as ${example}`
  if (type === 'secret') return 'pattern' in schema ? 'must be one word of visible characters' : message
  return options ? `must be one of ${options.join(', ')}` : message
}
