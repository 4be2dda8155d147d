import { jsonOf, textsOf } from '../lib/attributes.ts'
import { formatMicros, formatMoney } from '../lib/money.ts'
import { type SupplierView, supplierAttributes } from '../suppliers/attributes.ts'
import type { SupplierTest } from '../suppliers/supplier-test.ts'
import { fieldPairs } from './integration-options.ts'
import { type Answer, type Cell, keyValues, nounsAnswer } from './output.ts'

export const supplierAnswer = (supplier: SupplierView): Answer => ({
  json: jsonOf(supplierAttributes, supplier),
  text: keyValues([...textsOf(supplierAttributes, supplier), ...fieldPairs(supplier)]),
})

export const suppliersAnswer = (suppliers: SupplierView[]): Answer =>
  nounsAnswer(
    supplierAttributes,
    ['id', 'name', 'kind', 'enabled', 'balance', 'openItems', 'routes', 'url'],
    suppliers,
  )

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
