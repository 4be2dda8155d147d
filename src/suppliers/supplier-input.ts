import { Value } from 'typebox/value'
import { Refusal } from '../errors.ts'
import { isCurrency } from '../lib/money.ts'
import type { SupplierKind } from '../integrations/suppliers/supplier-kind.ts'
import type { SupplierRow, SupplierWrite } from './suppliers.sql.ts'

/**
 * A supplier as an operator writes it. What is left out (undefined) takes its default in a new supplier and stays as
 * it is in an existing one.
 */
export interface SupplierInput {
  name?: string | undefined
  url?: string | undefined
  /** Of its costs and of our balance there. */
  currency?: string | undefined
  /** By name, as their values or as texts; null: back to the default. */
  settings?: Record<string, unknown> | undefined
  /** By name; an empty text takes one away. */
  secrets?: Record<string, string> | undefined
  /** Calls that one process has under way at a time. */
  concurrency?: number | undefined
  /** Calls that one process begins in a second; null: no limit. */
  ratePerSecond?: number | null | undefined
  /** Whether resellers read the supplier's words for a refusal, or the service's. */
  showsReasons?: boolean | undefined
}

/** Throws invalid_input naming the value at fault. */
export function settle(adapter: SupplierKind, input: SupplierInput, existing?: SupplierRow): SupplierWrite {
  const name = (input.name ?? existing?.name ?? '').trim()
  const currency = input.currency ?? existing?.currency ?? 'USD'
  const concurrency = input.concurrency ?? existing?.concurrency ?? 8
  const rate = input.ratePerSecond === undefined ? (existing?.rate_per_second ?? null) : input.ratePerSecond
  checkName(name)
  if (!isCurrency(currency)) refuse('currency', 'must be a currency code such as USD')
  checkRange('concurrency', concurrency, 1000)
  if (rate !== null) checkRange('ratePerSecond', rate, 10_000)
  return {
    name,
    url: checkedUrl(adapter, input.url ?? existing?.url ?? null),
    currency,
    settings: checkedSettings(adapter, { ...existing?.settings, ...input.settings }),
    concurrency,
    rate_per_second: rate,
    shows_reasons: input.showsReasons ?? existing?.shows_reasons ?? adapter.kind === 'sandbox',
  }
}

/** The secrets that there are now. Throws invalid_input naming one that is missing or that the kind does not know. */
export function settleSecrets(
  adapter: SupplierKind,
  given: Record<string, string>,
  existing: Record<string, string>,
): Record<string, string> {
  const secrets = Object.fromEntries(
    Object.entries({ ...existing, ...given }).filter(([, value]) => value !== ''),
  )
  for (const name of Object.keys(secrets)) {
    if (!Object.hasOwn(adapter.secrets, name)) refuse(name, `is no secret of ${adapter.kind} suppliers`)
  }
  for (const [name, { needed, description }] of Object.entries(adapter.secrets)) {
    if (needed && secrets[name] === undefined) refuse(name, `is missing: ${description}`)
  }
  return secrets
}

/** Settings complete with the kind's defaults. Throws invalid_input naming the setting at fault. */
export function completeSettings(
  { kind, settings: schema }: SupplierKind,
  given: Record<string, unknown>,
): Record<string, unknown> {
  const stranger = Object.keys(given).find((name) => !Object.hasOwn(schema.properties, name))
  if (stranger !== undefined) refuse(stranger, `is no setting of ${kind} suppliers`)
  const complete = Value.Default(schema, structuredClone(given)) as Record<string, unknown>
  const [error] = Value.Errors(schema, complete)
  if (!error) return complete
  const [, name = '', ...place] = error.instancePath.split('/')
  const setting = name || schema.required?.find((needed) => complete[needed] === undefined) || ''
  const { description, anyOf = [] } = (schema.properties[setting] ?? {}) as PropertySchema
  const choices = anyOf.flatMap(({ const: choice }) => (choice === undefined ? [] : [String(choice)]))
  const words =
    complete[setting] === undefined
      ? 'is missing'
      : choices.length > 0 && choices.length === anyOf.length
        ? `must be one of ${choices.join(', ')}`
        : [error.message, ...(place.length > 0 ? [`at ${place.join('/')}`] : [])].join(' ')
  return refuse(setting, description ? `${words} (${description})` : words)
}

interface PropertySchema {
  description?: string
  anyOf?: { const?: unknown }[]
}

/** What was set, as the values that it stands for, checked together with the defaults; without what was taken back. */
function checkedSettings(adapter: SupplierKind, given: Record<string, unknown>): Record<string, unknown> {
  const { properties } = adapter.settings
  const set = Object.entries(given)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => {
      const schema = Object.hasOwn(properties, name) ? properties[name] : undefined
      return [name, schema && typeof value === 'string' ? Value.Convert(schema, value) : value]
    })
  const settings = Object.fromEntries(set) as Record<string, unknown>
  completeSettings(adapter, settings)
  return settings
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

/** What is wrong is said without the URL: there may be a password in it. */
function checkedUrl({ kind, hasUrl }: SupplierKind, text: string | null): string | null {
  if (!hasUrl) return text ? refuse('url', `has no place: a ${kind} supplier is nowhere`) : null
  if (!text) return refuse('url', `is missing: a ${kind} supplier is somewhere`)
  const url = URL.parse(text.trim())
  if (!url || !/^https?:$/.test(url.protocol)) return refuse('url', 'must begin with https:// or http://')
  if (url.username || url.password) return refuse('url', 'must not hold a user name or a password')
  if (url.hash) return refuse('url', 'must not hold a # part')
  return text.trim()
}

export function refuse(field: string, reason: string): never {
  throw new Refusal('invalid_input', `${field}: ${reason}`, field)
}
