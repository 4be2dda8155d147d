import { Refusal } from '../errors.ts'
import { gatewayKinds } from '../integrations/gateways/index.ts'
import { readSettings } from '../integrations/kit/kind.ts'
import { isCurrency, MAX_AMOUNT, type Micros } from '../lib/money.ts'
import type { Provider } from './provider.ts'
import type { ProviderWrite } from './providers.sql.ts'

/**
 * ProviderInput is a provider as an operator writes it. What is left out (undefined) takes its default in a new provider and stays as it
 * is in an existing one. Amounts are micros of its currency.
 */
export interface ProviderInput {
  name?: string | undefined
  minAmount?: Micros | undefined
  /** `maxAmount`, null: no upper bound. */
  maxAmount?: Micros | null | undefined
  /** `feePercent` is in hundredths of a percent of what is credited. */
  feePercent?: number | undefined
  feeFlat?: Micros | undefined
  /** `settings` are by name, as their values or as texts; null: back to the default. */
  settings?: Record<string, unknown> | undefined
  /** `secrets` are by name. */
  secrets?: Record<string, string> | undefined
  enabled?: boolean | undefined
}

/** `completeProvider` throws invalid_input that names the value at fault. */
export function completeProvider(
  { kind, currency }: { kind: string; currency: string },
  input: ProviderInput,
  existing?: Provider,
): ProviderWrite {
  const step = gatewayKinds.get(kind).step(currency) as Micros
  const write: ProviderWrite = {
    name: (input.name ?? existing?.name ?? '').trim(),
    minAmount: input.minAmount ?? existing?.minAmount ?? step,
    maxAmount: input.maxAmount === undefined ? (existing?.maxAmount ?? null) : input.maxAmount,
    feePercent: input.feePercent ?? existing?.feePercent ?? 0,
    feeFlat: input.feeFlat ?? existing?.feeFlat ?? (0n as Micros),
    settings: readSettings(gatewayKinds.get(kind), {
      ...existing?.settings,
      ...input.settings,
    }),
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

/** `checkNewProvider` throws invalid_input that names the value at fault. */
export function checkNewProvider(code: string, currency: string): void {
  if (!/^[a-z0-9][a-z0-9_-]{0,31}$/.test(code)) {
    refuse('code', 'must be 1 to 32 lower-case letters, digits, dashes and underscores')
  }
  if (!isCurrency(currency)) refuse('currency', 'must be a currency code such as USD')
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
