import { Value } from 'typebox/value'
import { Refusal } from '../errors.ts'
import { isCurrency, MAX_AMOUNT, type Micros } from '../lib/money.ts'
import { kinds } from '../integrations/gateways/index.ts'
import type { Provider, ProviderKind } from './provider.ts'
import type { ProviderWrite } from './providers.sql.ts'

/**
 * A provider as an operator writes it. What is left out (undefined) takes its default in a new provider and stays as it
 * is in an existing one. Amounts are micros of its currency.
 */
export interface ProviderInput {
  name?: string | undefined
  minAmount?: Micros | undefined
  /** null: no upper bound. */
  maxAmount?: Micros | null | undefined
  /** Hundredths of a percent of what is credited. */
  feePercent?: number | undefined
  feeFlat?: Micros | undefined
  /** By name, as their values or as texts; null: back to the default. */
  settings?: Record<string, unknown> | undefined
  /** By name. */
  secrets?: Record<string, string> | undefined
  enabled?: boolean | undefined
}

/** Throws invalid_input naming the value at fault. */
export function settleProvider(
  { kind, currency }: { kind: ProviderKind; currency: string },
  input: ProviderInput,
  existing?: Provider,
): ProviderWrite {
  const step = kinds[kind].step(currency) as Micros
  const write: ProviderWrite = {
    name: (input.name ?? existing?.name ?? '').trim(),
    minAmount: input.minAmount ?? existing?.minAmount ?? step,
    maxAmount: input.maxAmount === undefined ? (existing?.maxAmount ?? null) : input.maxAmount,
    feePercent: input.feePercent ?? existing?.feePercent ?? 0,
    feeFlat: input.feeFlat ?? existing?.feeFlat ?? (0n as Micros),
    settings: checkedSettings(kind, { ...existing?.settings, ...input.settings }),
    enabled: input.enabled ?? existing?.enabled ?? true,
  }
  checkName(write.name)
  checkBound('min_deposit', write.minAmount, 1n)
  if (write.maxAmount !== null) checkBound('max_deposit', write.maxAmount, write.minAmount)
  checkBound('fee_flat', write.feeFlat, 0n)
  if (!Number.isInteger(write.feePercent) || write.feePercent < 0 || write.feePercent > 10_000) {
    refuse('fee_percent', 'must be 0 to 100 percent, with at most two decimals')
  }
  return write
}

/** Throws invalid_input naming the value at fault. */
export function checkNewProvider(kind: ProviderKind, code: string, currency: string): void {
  if (!Object.hasOwn(kinds, kind)) refuse('kind', `must be one of ${Object.keys(kinds).join(', ')}`)
  if (!/^[a-z0-9][a-z0-9_-]{0,31}$/.test(code)) {
    refuse('code', 'must be 1 to 32 lower-case letters, digits, dashes and underscores')
  }
  if (!isCurrency(currency)) refuse('currency', 'must be a currency code such as USD')
}

/** Settings complete with the kind's defaults. Throws invalid_input naming the setting at fault. */
export function completeSettings(
  kind: ProviderKind,
  given: Record<string, unknown>,
): Record<string, unknown> {
  const schema = kinds[kind].settings
  const stranger = Object.keys(given).find((name) => !Object.hasOwn(schema.properties, name))
  if (stranger !== undefined) refuse(stranger, `is no setting of ${kind} providers`)
  const complete = Value.Default(schema, structuredClone(given)) as Record<string, unknown>
  const [error] = Value.Errors(schema, complete)
  if (!error) return complete
  const name =
    error.instancePath.split('/')[1] ??
    schema.required?.find((needed) => complete[needed] === undefined) ??
    ''
  const { description } = (schema.properties[name] ?? {}) as { description?: string }
  const words = complete[name] === undefined ? 'is missing' : error.message
  return refuse(name, description === undefined ? words : `${words} (${description})`)
}

/** The secrets that there are now. Throws invalid_input naming one that is missing or that the kind does not know. */
export function settleSecrets(
  kind: ProviderKind,
  given: Record<string, string>,
  existing: Record<string, string>,
): Record<string, string> {
  const needed = kinds[kind].secrets
  const secrets = { ...existing, ...given }
  for (const [name, value] of Object.entries(secrets)) {
    if (!Object.hasOwn(needed, name)) refuse(name, `is no secret of ${kind} providers`)
    // It goes into a header.
    if (!/^[\x21-\x7e]{1,500}$/.test(value)) refuse(name, 'must be one word of visible characters')
  }
  for (const [name, description] of Object.entries(needed)) {
    if (secrets[name] === undefined) refuse(name, `is missing: ${description}`)
  }
  return secrets
}

/** What was set, as the values that it stands for, checked together with the defaults; without what was taken back. */
function checkedSettings(kind: ProviderKind, given: Record<string, unknown>): Record<string, unknown> {
  const { properties } = kinds[kind].settings
  const set = Object.entries(given)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => {
      const schema = Object.hasOwn(properties, name) ? properties[name] : undefined
      return [name, schema && typeof value === 'string' ? Value.Convert(schema, value) : value]
    })
  const settings = Object.fromEntries(set) as Record<string, unknown>
  for (const [name, value] of Object.entries(settings)) {
    if (typeof value === 'string' && (!value.isWellFormed() || /[^\P{Cc}\n]/u.test(value))) {
      refuse(name, 'must not hold control characters')
    }
  }
  completeSettings(kind, settings)
  return settings
}

function checkName(name: string): void {
  if (name === '') refuse('name', 'is missing')
  if (name.length > 100 || /\p{Cc}/u.test(name) || !name.isWellFormed()) {
    refuse('name', 'must be one line of at most 100 characters')
  }
}

function checkBound(field: string, value: bigint, least: bigint): void {
  if (value < least || value > MAX_AMOUNT) {
    refuse(
      field,
      field === 'max_deposit'
        ? 'must not be below min_deposit'
        : `must be ${least > 0n ? 'more than 0' : '0 or more'}`,
    )
  }
}

function refuse(field: string, reason: string): never {
  throw new Refusal('invalid_input', `${field}: ${reason}`, field)
}
