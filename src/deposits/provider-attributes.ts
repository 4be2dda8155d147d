import type { RowOf } from '../database/column-types.ts'
import type { DepositProviders } from '../database/types.ts'
import { gatewayKinds } from '../integrations/gateways/index.ts'
import { kindOf } from '../integrations/kit/fields.ts'
import { type FieldsForm, readSettings } from '../integrations/kit/kind.ts'
import {
  amount,
  amountOrNone,
  attribute,
  currency,
  flag,
  line,
  matching,
  readText,
  shapeOrNone,
  shapes,
  shown,
  shownId,
  shownTime,
} from '../lib/attribute-types.ts'
import {
  type AttributesOf,
  complete,
  type FormOf,
  faultsOf,
  readNamed,
  thousandsFaults,
  Unreadable,
  type ValuesOf,
} from '../lib/attributes.ts'
import { fault, faultsIn, type Result, resultOf } from '../lib/fault.ts'
import type { ProviderId } from '../lib/ids.ts'
import { formatMoney, isCurrency, MAX_AMOUNT, type Micros } from '../lib/money.ts'
import { formatPercent, parsePercent } from './fees.ts'
import type { Provider } from './provider.ts'

const isBetween = (value: bigint, min: bigint): boolean => value >= min && value <= MAX_AMOUNT

/** `fixed` are the values of a provider that never change. */
const fixed = {
  code: matching({
    label: 'code',
    flag: '--code <code>',
    help: 'what callers name it by, and its hook',
    whenLeftOut: 'needed',
    onlyIn: 'create',
    fault: (code) =>
      /^[a-z0-9][a-z0-9_-]{0,31}$/.test(code)
        ? undefined
        : 'must be 1 to 32 lower-case letters, digits, dashes and underscores',
  }),
  currency: currency({
    label: 'currency',
    flag: '--currency <code>',
    help: 'only accounts in it see the provider',
    whenLeftOut: 'needed',
    onlyIn: 'create',
  }),
}

/** `written` are the values of a provider that may change. Settings and secrets are those of its kind. */
const written = {
  name: line({
    label: 'name',
    flag: '--name <text>',
    help: 'what payers read',
    whenLeftOut: 'needed',
    default: '',
    required: true,
    max: 100,
  }),
  enabled: {
    ...flag({ label: 'state', help: '', default: true }),
    show: (enabled: boolean) => (enabled ? 'enabled' : 'disabled'),
  },
  /** `minAmount` and `maxAmount` bound what is credited; null: no upper bound. */
  minAmount: amount({
    label: 'from',
    flag: '--min <amount>',
    help: 'the least that is credited at a time',
    whenLeftOut: 'one minor unit',
    fault: (least) => (isBetween(least, 1n) ? undefined : 'must be more than 0'),
  }),
  maxAmount: {
    ...amountOrNone({
      label: 'to',
      flag: '--max <amount>',
      help: 'the most; "" for no bound',
      whenLeftOut: 'no bound',
      default: null,
    }),
    none: 'no bound',
  },
  /** `feePercent` is in hundredths of a percent of what is credited. */
  feePercent: attribute<number>(
    {
      label: 'fee',
      flag: '--fee-percent <percent>',
      help: 'of what is credited, paid on top of it, for example 2.5',
      whenLeftOut: 'none',
      default: 0,
    },
    {
      shape: shapes.text,
      read: (value) => {
        const percent = typeof value === 'number' ? value : parsePercent(readText(value))
        if (percent !== undefined) return percent
        throw new Unreadable(PERCENT)
      },
      fault: (fee) => (Number.isInteger(fee) && fee >= 0 && fee <= 10_000 ? undefined : PERCENT),
      toJson: formatPercent,
      show: feeText,
    },
  ),
  feeFlat: amount({
    flag: '--fee-flat <amount>',
    help: 'paid on top, too',
    whenLeftOut: 'none',
    default: 0n as Micros,
    fault: (fee) => (isBetween(fee, 0n) ? undefined : 'must be 0 or more'),
  }),
}

const PERCENT = 'must be 0 to 100 percent such as 2.5, with at most two decimals'

/** `providerAttributes` defines every value of a deposit provider once: its options, `--json` and text. */
export const providerAttributes = {
  id: shownId<ProviderId>(),
  code: fixed.code,
  kind: kindOf(gatewayKinds, 'how it is paid'),
  name: written.name,
  currency: fixed.currency,
  enabled: written.enabled,
  minAmount: written.minAmount,
  maxAmount: written.maxAmount,
  feePercent: written.feePercent,
  feeFlat: written.feeFlat,
  /** `settings` are complete with the kind's defaults. */
  settings: shown<Record<string, unknown>>({}, { shape: shapes.object }),
  hasSecrets: shown<boolean>({}, { shape: shapes.flag }),
  /** `hook` is where the gateway says that something happened; null: it says nothing. */
  hook: shown<string | null>({}, { shape: shapeOrNone(shapes.text) }),
  createdAt: shownTime(),
  updatedAt: shownTime(),
} satisfies AttributesOf<
  Omit<RowOf<DepositProviders>, 'settings' | 'secrets'>,
  Record<never, never>,
  'settings' | 'hasSecrets' | 'hook'
>

/** ProviderForm is a provider as an operator writes it. What is left out takes its default in a new one and stays as it is later. */
export interface ProviderForm extends FormOf<typeof written>, FieldsForm {}

/** ProviderWrite is what an operator writes of a provider that is there. */
export interface ProviderWrite extends ValuesOf<typeof written>, Pick<Provider, 'settings'> {}

/** `completeProvider` completes what an operator wrote, from the existing provider or the defaults, and checks the whole. */
export function completeProvider(
  { kind: name, code, currency }: { kind: string; code: string; currency: string },
  { settings: set, secrets: _, ...form }: ProviderForm,
  existing?: Provider,
): Result<ProviderWrite> {
  const kind = gatewayKinds.get(name)
  const step = (isCurrency(currency) ? kind.step(currency) : 1n) as Micros
  const { given, faults } = readNamed(written, form)
  const values = complete(written, given, existing ?? { minAmount: step })
  const settings = readSettings(kind, set, existing?.settings)
  return resultOf({ ...values, settings: settings.ok ? settings.value : {} }, [
    ...faultsOf(fixed, { code, currency }, {}),
    ...(kind.currencies?.includes(currency) === false
      ? [fault('currency', `must be one of ${kind.currencies.join(', ')} for ${name}`)]
      : []),
    ...faults,
    ...thousandsFaults(written, form, currency),
    ...faultsOf(written, values, {
      maxAmount: ({ minAmount, maxAmount }) =>
        maxAmount === null || isBetween(maxAmount, minAmount)
          ? undefined
          : 'must not be less than the least that is credited',
    }),
    ...faultsIn(settings),
  ])
}

function feeText(percent: number, { feeFlat, currency }: Record<string, unknown>): string {
  const flat = feeFlat as Micros
  const parts = [
    ...(percent > 0 ? [`${formatPercent(percent)} %`] : []),
    ...(flat > 0n ? [formatMoney(flat, String(currency))] : []),
  ]
  return parts.join(' + ') || 'none'
}
