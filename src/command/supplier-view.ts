import { formatMicros, formatMoney } from '../lib/money.ts'
import type { SupplierTest } from '../suppliers/supplier-test.ts'
import type { SupplierView } from '../suppliers/suppliers.ts'
import { fieldPairs } from './integration-options.ts'
import { type Cell, keyValues, table } from './output.ts'

/** `supplierJson` is a supplier for machines; its secrets are shown as set or not. */
export const supplierJson = (supplier: SupplierView) => ({
  id: supplier.id,
  kind: supplier.kind,
  name: supplier.name,
  url: supplier.url,
  currency: supplier.currency,
  enabled: supplier.enabled,
  settings: supplier.settings,
  secrets: supplier.secrets,
  concurrency: supplier.concurrency,
  rate_per_second: supplier.ratePerSecond,
  shows_reasons: supplier.showsReasons,
  health: {
    open: supplier.health.open,
    why: supplier.health.why,
    reason: supplier.health.reason,
    opened_at: supplier.health.openedAt,
    probe_at: supplier.health.probeAt,
    balance: supplier.health.balance === null ? null : formatMicros(supplier.health.balance),
    balance_at: supplier.health.balanceAt,
  },
  open_items: supplier.openItems,
  routes: supplier.routes,
  created_at: supplier.createdAt,
  updated_at: supplier.updatedAt,
})

export function supplierText(supplier: SupplierView): string {
  const { health } = supplier
  const rate = supplier.ratePerSecond === null ? '' : `, ${supplier.ratePerSecond} begun in a second`
  const pairs: [string, Cell][] = [
    ['id', supplier.id],
    ['name', supplier.name],
    ['kind', supplier.kind],
    ['url', supplier.url],
    ['currency', supplier.currency],
    ['state', stateOf(supplier)],
    ...(health.open ? ([['reason', health.reason]] as [string, Cell][]) : []),
    ['balance', balanceOf(supplier)],
    ['balance of', health.balanceAt],
    ['open items', supplier.openItems],
    ['routes', supplier.routes],
    ['calls', `${supplier.concurrency} at a time${rate}`],
    ['reasons', supplier.showsReasons ? "the supplier's words" : "the service's words"],
    ...fieldPairs(supplier),
  ]
  return keyValues(pairs)
}

export function supplierTable(suppliers: SupplierView[]): string {
  return table(
    ['id', 'name', 'kind', 'state', 'balance', 'open items', 'routes', 'url'],
    suppliers.map((supplier) => [
      supplier.id,
      supplier.name,
      supplier.kind,
      stateOf(supplier),
      balanceOf(supplier),
      supplier.openItems,
      supplier.routes,
      supplier.url,
    ]),
    { right: ['id', 'balance', 'open items', 'routes'] },
  )
}

export const testJson = ({ id, name, account, milliseconds, problem, note }: SupplierTest) => ({
  id,
  name,
  ok: problem === null,
  account: account && {
    name: account.name,
    balance: account.balance === null ? null : formatMicros(account.balance),
    currency: account.currency,
  },
  milliseconds,
  problem,
  note,
})

export function testText(
  { name, account, milliseconds, problem, note }: SupplierTest,
  currency: string,
): string {
  const balance = account?.balance ?? null
  const pairs: [string, Cell][] = [
    ['supplier', name],
    ['works', milliseconds === null && problem === null ? '-' : problem === null],
    ...(account
      ? ([
          ['account', account.name],
          ['balance', balance === null ? null : formatMoney(balance, account.currency ?? currency)],
        ] as [string, Cell][])
      : []),
    ...(milliseconds === null ? [] : ([['took', `${milliseconds} ms`]] as [string, Cell][])),
    ...(problem === null ? [] : ([['problem', problem]] as [string, Cell][])),
    ...(note === null ? [] : ([['note', note]] as [string, Cell][])),
  ]
  return keyValues(pairs)
}

function stateOf({ enabled, health }: SupplierView): string {
  if (!enabled) return 'disabled'
  return health.open ? `paused (${health.why}), tried again ${health.probeAt?.toISOString()}` : 'in use'
}

const balanceOf = ({ health, currency }: SupplierView): string | null =>
  health.balance === null ? null : formatMoney(health.balance, currency)
