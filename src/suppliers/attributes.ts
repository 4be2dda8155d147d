import type { RowOf } from '../database/column-types.ts'
import type { Suppliers } from '../database/types.ts'
import { kindOf } from '../integrations/kit/fields.ts'
import { type FieldsForm, readSettings } from '../integrations/kit/kind.ts'
import { supplierKinds } from '../integrations/suppliers/index.ts'
import type { SupplierFault } from '../integrations/suppliers/supplier.ts'
import type { SupplierKind } from '../integrations/suppliers/supplier-kind.ts'
import {
  amountOrNone,
  attribute,
  currency,
  flag,
  integer,
  integerOrNone,
  matching,
  orNull,
  readText,
  shapeOrNone,
  shapes,
  shown,
  shownId,
  shownTime,
  shownTimeOrNone,
} from '../lib/attribute-types.ts'
import {
  type AttributesOf,
  complete,
  type FormOf,
  faultsOf,
  readNamed,
  type ValuesOf,
} from '../lib/attributes.ts'
import { faultsIn, type Result, resultOf } from '../lib/fault.ts'
import type { SupplierId } from '../lib/ids.ts'
import { formatMicros, formatMoney, type Micros } from '../lib/money.ts'
import { emptyFault, lineFault, textFault } from '../lib/text.ts'
import { localTime } from '../lib/time.ts'

/** `written` are the values of a supplier that may change. Settings and secrets are those of its kind. */
const written = {
  name: matching({
    label: 'name',
    flag: '--name <text>',
    help: 'what you call it',
    whenLeftOut: 'needed',
    default: '',
    fault: (name) =>
      (emptyFault('', name) ?? lineFault('', name, 100))?.message ??
      (/^\d+$/.test(name) ? 'must not be all digits, as supplier ids are' : undefined),
  }),
  url: attribute<string | null>(
    {
      label: 'url',
      flag: '--url <url>',
      help: 'where it is',
      whenLeftOut: 'needed, but of `manual` and `sandbox` there is none',
      default: null,
    },
    { nullable: true, shape: shapeOrNone(shapes.text), read: orNull(readText), fault: urlFault },
  ),
  currency: currency({
    label: 'currency',
    flag: '--currency <code>',
    help: 'of its costs and of our balance there',
    default: 'USD',
  }),
  /** `concurrency` bounds the calls that one process has under way at a time. */
  concurrency: {
    ...integer({
      label: 'calls',
      flag: '--concurrency <count>',
      help: 'calls under way at a time, in each process; 1 to 1,000',
      whenLeftOut: '`8`',
      default: 8,
      min: 1,
      max: 1000,
    }),
    show: (count: number, { ratePerSecond: rate = null }: Record<string, unknown>) =>
      `${count} at a time${rate === null ? '' : `, ${rate} begun in a second`}`,
  },
  /** `ratePerSecond` bounds the calls that one process begins in a second; null: no limit. */
  ratePerSecond: integerOrNone({
    flag: '--rate <count>',
    help: 'calls begun in a second, in each process; 1 to 10,000, "" for no limit',
    whenLeftOut: 'no limit',
    default: null,
    min: 1,
    max: 10_000,
  }),
  /** `lowBalance`: operators are told when our balance there is below it; null: they are not. */
  lowBalance: amountOrNone({
    label: 'low balance',
    flag: '--low-balance <amount>',
    help: 'tell subscribed operators when less is left there; "": never',
    more: 'see [notify](#notify)',
    whenLeftOut: 'never',
    default: null,
  }),
  /** `topUpUrl` and `topUpNote` say where one tops up there, for people. */
  topUpUrl: attribute<string | null>(
    {
      label: 'top-up page',
      flag: '--top-up-url <url>',
      help: 'the page where you top up there; "": none',
      whenLeftOut: 'none',
      default: null,
    },
    {
      nullable: true,
      none: undefined,
      shape: shapeOrNone(shapes.text),
      read: orNull(readText),
      fault: (page) => (page === null ? undefined : (lineFault('', page, 500)?.message ?? pageFault(page))),
    },
  ),
  topUpNote: attribute<string | null>(
    {
      label: 'top-up note',
      flag: '--top-up-note <text>',
      help: 'what there is to know of topping up there; "": none',
      whenLeftOut: 'none',
      default: null,
    },
    {
      nullable: true,
      none: undefined,
      shape: shapeOrNone(shapes.text),
      read: orNull(readText),
      fault: (note) => (note === null ? undefined : textFault('', note, 1000)?.message),
    },
  ),
  /** `showsReasons`: resellers read the supplier's text of a refusal, and not the service's. */
  showsReasons: {
    ...flag({
      label: 'reasons',
      flag: '--show-reasons',
      offFlag: '--hide-reasons',
      help: "resellers read its words for a refusal, and not the service's",
      whenLeftOut: "the service's, but for `sandbox`",
    }),
    show: (shows: boolean) => (shows ? "the supplier's words" : "the service's words"),
  },
  /** `keepsExchanges`: what is sent and received is kept of every attempt, and not only where nobody can say what became of it. */
  keepsExchanges: {
    ...flag({
      label: 'exchanges',
      flag: '--keep-exchanges',
      offFlag: '--keep-unclear',
      help: 'keep what is sent and received of every attempt, for the timeline of orders',
      more: 'it costs about 4 KB of the database an attempt: see [exchanges](suppliers.md#what-was-sent-and-received)',
      whenLeftOut: 'only where the outcome is not clear',
      default: false,
    }),
    show: (keeps: boolean) => (keeps ? 'kept of every attempt' : 'kept where the outcome is not clear'),
  },
}

/** `within` names the object of `--json` that holds the circuit breaker and the balance. */
const within = 'health'

/** `supplierAttributes` defines every value of a supplier once: its options, `--json`, text and the table of docs/cli.md. */
export const supplierAttributes = {
  id: shownId<SupplierId>('id'),
  name: written.name,
  kind: kindOf(supplierKinds, 'how it is spoken to'),
  url: written.url,
  currency: written.currency,
  /** `enabled`: a disabled supplier is sent nothing more. */
  enabled: shown<boolean>(
    { label: 'state' },
    {
      shape: shapes.flag,
      show: (enabled, { open, why, probeAt }) => {
        if (!enabled) return 'disabled'
        return open ? `paused (${why}), tried again ${probeAt ? localTime(probeAt as Date) : '-'}` : 'in use'
      },
    },
  ),
  /** `open` is the circuit breaker's: nothing is sent to the supplier while it is open. */
  open: shown<boolean>({}, { within, shape: shapes.flag }),
  why: shown<SupplierFault | 'person' | null>({}, { within, shape: shapeOrNone(shapes.text) }),
  reason: shown<string | null>(
    { label: 'reason' },
    { within, none: undefined, shape: shapeOrNone(shapes.text) },
  ),
  openedAt: { ...shownTimeOrNone(), within },
  /** `probeAt` is when the supplier is tried again. */
  probeAt: { ...shownTimeOrNone(), within },
  /** `balance` is what it last said of our account, in micros of its currency. */
  balance: shown<Micros | null>(
    { label: 'balance' },
    {
      within,
      shape: shapeOrNone(shapes.text),
      show: (balance, noun) => (balance === null ? '' : formatMoney(balance, String(noun['currency']))),
      toJson: (balance, noun) => (balance === null ? null : formatMicros(balance, String(noun['currency']))),
      right: true,
    },
  ),
  balanceAt: { ...shownTimeOrNone('balance of'), within },
  /** `daysLeft` is how long the balance lasts at the rate of the last seven days; null: it is not known. */
  daysLeft: shown<number | null>(
    { label: 'days left' },
    { within, none: undefined, right: true, shape: shapeOrNone(shapes.number) },
  ),
  lowBalance: written.lowBalance,
  /** `openItems` were sent to it and have not ended; they are counted up to 10,000. */
  openItems: shown<number>({ label: 'open items' }, { right: true, shape: shapes.integer }),
  routes: shown<number>({ label: 'routes' }, { right: true, shape: shapes.integer }),
  concurrency: written.concurrency,
  ratePerSecond: written.ratePerSecond,
  topUpUrl: written.topUpUrl,
  topUpNote: written.topUpNote,
  showsReasons: written.showsReasons,
  keepsExchanges: written.keepsExchanges,
  /** `settings` are complete with the kind's defaults. */
  settings: shown<Record<string, unknown>>({}, { shape: shapes.object }),
  /** `secrets` says which of the kind's secrets are set; null: they were sealed with another key than ours. */
  secrets: shown<Record<string, boolean> | null>({}, { shape: shapeOrNone(shapes.object) }),
  createdAt: shownTime(),
  updatedAt: shownTime(),
} satisfies AttributesOf<
  Omit<RowOf<Suppliers>, 'settings' | 'secrets'>,
  Record<never, never>,
  | ('open' | 'why' | 'reason' | 'openedAt' | 'probeAt' | 'balance' | 'balanceAt' | 'daysLeft')
  | ('openItems' | 'routes' | 'settings' | 'secrets')
>

/** SupplierView is a supplier as operators see it. */
export interface SupplierView extends ValuesOf<typeof supplierAttributes> {}

/**
 * SupplierForm is a supplier as an operator writes it. What is left out takes its default in a new supplier and stays as it is in an
 * existing one.
 */
export interface SupplierForm extends FormOf<typeof written>, FieldsForm {}

/** SupplierRow is a supplier as its table has it. `secrets` are sealed. */
export interface SupplierRow extends Omit<RowOf<Suppliers>, 'settings'> {
  /** `settings` are what an operator has set; the rest are the kind's defaults. */
  settings: Record<string, unknown>
}

/** SupplierWrite is what an operator writes of a supplier. */
export interface SupplierWrite extends ValuesOf<typeof written>, Pick<SupplierRow, 'settings'> {}

/** `completeSupplier` completes what an operator wrote, from the existing supplier or the defaults, and checks the whole. */
export function completeSupplier(
  { kind, hasUrl, showsReasons = false, ...rest }: SupplierKind,
  { settings: set, secrets: _, ...form }: SupplierForm,
  existing?: SupplierRow,
): Result<SupplierWrite> {
  const { given, faults } = readNamed(written, form)
  const values = complete(written, given, existing ?? { showsReasons })
  const settings = readSettings({ kind, ...rest }, set, existing?.settings)
  const placeFault = ({ url }: typeof values): string | undefined => {
    if (hasUrl) return url ? undefined : `is missing: a ${kind} supplier is somewhere`
    return url ? `has no place: a ${kind} supplier is nowhere` : undefined
  }
  return resultOf({ ...values, settings: settings.ok ? settings.value : {} }, [
    ...faults,
    ...faultsOf(written, values, { url: placeFault }),
    ...faultsIn(settings),
  ])
}

/** `urlFault` does not repeat the URL: there may be a password in it. */
function urlFault(text: string | null): string | undefined {
  if (text === null) return undefined
  return pageFault(text) ?? (URL.parse(text)?.hash ? 'must not hold a # part' : undefined)
}

/** `pageFault` does not repeat the URL either. */
function pageFault(text: string): string | undefined {
  const url = URL.parse(text)
  if (!url || !/^https?:$/.test(url.protocol)) return 'must begin with https:// or http://'
  return url.username || url.password ? 'must not hold a user name or a password' : undefined
}
