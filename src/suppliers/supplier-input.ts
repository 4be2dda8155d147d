import { Refusal } from '../errors.ts'
import { readSettings } from '../integrations/kit/kind.ts'
import type { SupplierKind } from '../integrations/suppliers/supplier-kind.ts'
import { isCurrency } from '../lib/money.ts'
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

/** `completeSupplier` throws invalid_input that names the value at fault. */
export function completeSupplier(
  kind: SupplierKind,
  input: SupplierInput,
  existing?: SupplierRow,
): SupplierWrite {
  const name = (input.name ?? existing?.name ?? '').trim()
  const currency = input.currency ?? existing?.currency ?? 'USD'
  const concurrency = input.concurrency ?? existing?.concurrency ?? 8
  const rate = input.ratePerSecond === undefined ? (existing?.ratePerSecond ?? null) : input.ratePerSecond
  checkName(name)
  if (!isCurrency(currency)) refuse('currency', 'must be a currency code such as USD')
  checkRange('concurrency', concurrency, 1000)
  if (rate !== null) checkRange('ratePerSecond', rate, 10_000)
  return {
    name,
    url: checkedUrl(kind, input.url ?? existing?.url ?? null),
    currency,
    settings: readSettings(kind, { ...existing?.settings, ...input.settings }),
    concurrency,
    ratePerSecond: rate,
    showsReasons: input.showsReasons ?? existing?.showsReasons ?? kind.showsReasons ?? false,
  }
}

function checkName(name: string): void {
  if (name === '') refuse('name', 'is missing')
  if (name.length > 100) refuse('name', 'must not be longer than 100 characters')
  if (/\p{Cc}/u.test(name) || !name.isWellFormed()) refuse('name', 'must not hold control characters')
  if (/^\d+$/.test(name)) refuse('name', 'must not be all digits, as supplier ids are')
}

function checkRange(field: string, value: number, most: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= most) return
  refuse(field, `must be a whole number from 1 to ${most.toLocaleString('en')}`)
}

/** `checkedUrl` leaves the URL out of its message, because there may be a password in it. */
function checkedUrl({ kind, hasUrl }: SupplierKind, text: string | null): string | null {
  if (!hasUrl) return text ? refuse('url', `has no place: a ${kind} supplier is nowhere`) : null
  if (!text) return refuse('url', `is missing: a ${kind} supplier is somewhere`)
  const url = URL.parse(text.trim())
  if (!url || !/^https?:$/.test(url.protocol)) return refuse('url', 'must begin with https:// or http://')
  if (url.username || url.password) return refuse('url', 'must not hold a user name or a password')
  if (url.hash) return refuse('url', 'must not hold a # part')
  return text.trim()
}

function refuse(field: string, reason: string): never {
  throw new Refusal('invalid_input', `${field}: ${reason}`, field)
}
