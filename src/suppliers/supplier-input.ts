import type { Fault } from '../errors.ts'
import { readSettings } from '../integrations/kit/kind.ts'
import type { SupplierKind } from '../integrations/suppliers/supplier-kind.ts'
import { fault, faultsIn, type Result, resultOf } from '../lib/fault.ts'
import { isCurrency } from '../lib/money.ts'
import { emptyFault, lineFault } from '../lib/text.ts'
import type { SupplierRow, SupplierWrite } from './suppliers.sql.ts'

/**
 * SupplierInput is a supplier as an operator writes it. What is left out (undefined) takes its default in a new supplier and stays as
 * it is in an existing one.
 */
export interface SupplierInput {
  name?: string | undefined
  url?: string | undefined
  /** `currency` is that of its costs and of our balance there. */
  currency?: string | undefined
  /** `settings` are by name, as their values or as texts; null: back to the default. */
  settings?: Record<string, unknown> | undefined
  /** `secrets` are by name; an empty text takes one away. */
  secrets?: Record<string, string> | undefined
  /** `concurrency` bounds the calls that one process has under way at a time. */
  concurrency?: number | undefined
  /** `ratePerSecond` bounds the calls that one process begins in a second; null: no limit. */
  ratePerSecond?: number | null | undefined
  /** `showsReasons`: resellers read the supplier's text of a refusal, and not the service's. */
  showsReasons?: boolean | undefined
}

/** `completeSupplier` completes what an operator wrote, from the existing supplier or the defaults, and checks the whole. */
export function completeSupplier(
  kind: SupplierKind,
  input: SupplierInput,
  existing?: SupplierRow,
): Result<SupplierWrite> {
  const name = (input.name ?? existing?.name ?? '').trim()
  const url = input.url ?? existing?.url ?? null
  const currency = input.currency ?? existing?.currency ?? 'USD'
  const concurrency = input.concurrency ?? existing?.concurrency ?? 8
  const rate = input.ratePerSecond === undefined ? (existing?.ratePerSecond ?? null) : input.ratePerSecond
  const settings = readSettings(kind, { ...existing?.settings, ...input.settings })
  const write = {
    name,
    url: kind.hasUrl && url !== null ? url.trim() : null,
    currency,
    settings: settings.ok ? settings.value : {},
    concurrency,
    ratePerSecond: rate,
    showsReasons: input.showsReasons ?? existing?.showsReasons ?? kind.showsReasons ?? false,
  }
  return resultOf(write, [
    emptyFault('name', name),
    lineFault('name', name, 100),
    /^\d+$/.test(name) ? fault('name', 'must not be all digits, as supplier ids are') : undefined,
    isCurrency(currency) ? undefined : fault('currency', 'must be a currency code such as USD'),
    rangeFault('concurrency', concurrency, 1000),
    rate === null ? undefined : rangeFault('ratePerSecond', rate, 10_000),
    urlFault(kind, url),
    ...faultsIn(settings),
  ])
}

const rangeFault = (name: string, value: number, max: number): Fault | undefined =>
  Number.isInteger(value) && value >= 1 && value <= max
    ? undefined
    : fault(name, `must be a whole number from 1 to ${max.toLocaleString('en')}`)

/** `urlFault` does not repeat the URL: there may be a password in it. */
function urlFault({ kind, hasUrl }: SupplierKind, text: string | null): Fault | undefined {
  if (!hasUrl) return text ? fault('url', `has no place: a ${kind} supplier is nowhere`) : undefined
  if (!text) return fault('url', `is missing: a ${kind} supplier is somewhere`)
  const url = URL.parse(text.trim())
  if (!url || !/^https?:$/.test(url.protocol)) return fault('url', 'must begin with https:// or http://')
  if (url.username || url.password) return fault('url', 'must not hold a user name or a password')
  return url.hash ? fault('url', 'must not hold a # part') : undefined
}
