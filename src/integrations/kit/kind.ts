import { type Attribute, type Attributes, Unreadable } from '../../lib/attributes.ts'
import { fault, ok, type Result, resultOf } from '../../lib/fault.ts'
import { type Clock, systemClock } from '../../lib/time.ts'
import type { Why } from '../../lib/whys.ts'
import type { Outbound } from '../../outbound/outbound.ts'
import { isNeeded } from './fields.ts'

/** IntegrationKind describes one sort of supplier, gateway or channel: its folder's `index.ts` makes one. */
export interface IntegrationKind {
  readonly kind: string
  readonly label: string
  /** `aliases` are earlier names, still understood where a person writes one. */
  readonly aliases?: readonly string[]
  /** `fields` are the only definition of what the kind is configured with. */
  readonly fields: Attributes
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
  const values: Record<string, unknown> = {}
  const unknown = Object.keys(given)
    .filter((name) => !known.some(([one]) => one === name))
    .map((name) => fault(name, `is no ${secret ? 'secret' : 'setting'} of the kind ${kind}`))
  const wrong = known.map(([name, field]) => {
    const { help, default: preset } = field
    const note = secret ? '' : ` (${help})`
    if (given[name] === undefined) {
      if (preset !== undefined) values[name] = structuredClone(preset)
      const message = `is missing${secret ? `: ${help}` : note}`
      return isNeeded(field) ? fault(name, { message, keyword: 'required' }) : undefined
    }
    const why = readValue(field, given[name], (value) => {
      values[name] = value
    })
    if (why === undefined) return undefined
    return fault(
      name,
      typeof why === 'string' ? `${why}${note}` : { ...why, message: `${why.message}${note}` },
    )
  })
  return resultOf(values, [...unknown, ...wrong])
}

/** `readValue` keeps a value as the field reads it, or says why it cannot be. */
function readValue(
  field: Attribute,
  given: unknown,
  keep: (value: unknown) => void,
): string | Why | undefined {
  try {
    const value = field.read(given)
    keep(value)
    return field.fault(value)
  } catch (error) {
    if (error instanceof Unreadable) return error.why
    throw error
  }
}

/** `completeSettings` gives a kind's settings complete with defaults, or every fault. */
export const completeSettings = (
  kind: IntegrationKind,
  given: Record<string, unknown>,
): Result<Record<string, unknown>> => checkFields(kind, given, { secret: false })

/** FieldsForm is what an operator writes of an integration's fields: what is left out stays as it is. */
export interface FieldsForm {
  /** `settings` are by name, as their values or as texts; null: back to the default. */
  readonly settings?: Record<string, unknown> | undefined
  /** `secrets` are by name; an empty text takes one away. */
  readonly secrets?: Record<string, string> | undefined
}

/**
 * `readSettings` gives what is to be stored after a change: texts become the values that they stand for, null takes a value back to its
 * default, and defaults are not stored, so that a later one applies.
 */
export function readSettings(
  kind: IntegrationKind,
  given: FieldsForm['settings'],
  existing: Record<string, unknown> = {},
): Result<Record<string, unknown>> {
  const set = Object.entries({ ...existing, ...given }).filter(
    ([, value]) => value !== null && value !== undefined,
  )
  const complete = completeSettings(kind, Object.fromEntries(set))
  return complete.ok ? ok(Object.fromEntries(set.map(([name]) => [name, complete.value[name]]))) : complete
}

/**
 * `readSecrets` gives the secrets that are set after a change: an empty text takes one away. The faults name every secret that is
 * missing, unknown or not usable.
 */
export function readSecrets(
  kind: IntegrationKind,
  given: FieldsForm['secrets'],
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

const secretNames = ({ fields }: Pick<IntegrationKind, 'fields'>): string[] =>
  Object.keys(fields).filter((name) => fields[name]?.secret)
