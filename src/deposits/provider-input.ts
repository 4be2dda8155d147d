import { gatewayKinds } from '../integrations/gateways/index.ts'
import { readSettings } from '../integrations/kit/kind.ts'
import { fault, faultsIn, type Result, resultOf } from '../lib/fault.ts'
import { isCurrency, MAX_AMOUNT, type Micros } from '../lib/money.ts'
import { emptyFault, lineFault } from '../lib/text.ts'
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

/** `completeProvider` completes what an operator wrote, from the existing provider or the defaults, and checks the whole. */
export function completeProvider(
  { kind, code, currency }: { kind: string; code: string; currency: string },
  input: ProviderInput,
  existing?: Provider,
): Result<ProviderWrite> {
  const isKnown = isCurrency(currency)
  const step = isKnown ? gatewayKinds.get(kind).step(currency) : 1n
  const settings = readSettings(gatewayKinds.get(kind), {
    ...existing?.settings,
    ...input.settings,
  })
  const write: ProviderWrite = {
    name: (input.name ?? existing?.name ?? '').trim(),
    minAmount: input.minAmount ?? existing?.minAmount ?? (step as Micros),
    maxAmount: input.maxAmount === undefined ? (existing?.maxAmount ?? null) : input.maxAmount,
    feePercent: input.feePercent ?? existing?.feePercent ?? 0,
    feeFlat: input.feeFlat ?? existing?.feeFlat ?? (0n as Micros),
    settings: settings.ok ? settings.value : {},
    enabled: input.enabled ?? existing?.enabled ?? true,
  }
  const { name, minAmount, maxAmount, feePercent, feeFlat } = write
  const isPercent = Number.isInteger(feePercent) && feePercent >= 0 && feePercent <= 10_000
  const isBetween = (value: bigint, min: bigint) => value >= min && value <= MAX_AMOUNT
  return resultOf(write, [
    /^[a-z0-9][a-z0-9_-]{0,31}$/.test(code)
      ? undefined
      : fault('code', 'must be 1 to 32 lower-case letters, digits, dashes and underscores'),
    isKnown ? undefined : fault('currency', 'must be a currency code such as USD'),
    emptyFault('name', name),
    lineFault('name', name, 100),
    isBetween(minAmount, 1n) ? undefined : fault('min_deposit', 'must be more than 0'),
    maxAmount === null || isBetween(maxAmount, minAmount)
      ? undefined
      : fault('max_deposit', 'must not be below min_deposit'),
    isBetween(feeFlat, 0n) ? undefined : fault('fee_flat', 'must be 0 or more'),
    isPercent ? undefined : fault('fee_percent', 'must be 0 to 100 percent, with at most two decimals'),
    ...faultsIn(settings),
  ])
}
