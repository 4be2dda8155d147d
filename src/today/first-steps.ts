import { importServices } from '../catalogue/import.ts'
import type { Queryable, Sql } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { orThrow } from '../lib/fault.ts'
import { formatMicros, isCurrency, minorUnit } from '../lib/money.ts'
import { selectFirst, selectSandbox } from './first-steps.sql.ts'

/** `firstSteps` lead from an empty database to the first order that was done, in this order. */
export const firstSteps = ['owner', 'business', 'supplier', 'services', 'reseller', 'order'] as const

export interface FirstSteps {
  steps: { step: (typeof firstSteps)[number]; done: boolean }[]
  /** `username` is that of the first reseller; null: there is none. */
  username: string | null
  /** `currency` is that which is sold in; null: nothing is priced yet. */
  currency: string | null
  /** `canPractise`: the sandbox can be taken for a start, because nothing is sold yet. */
  canPractise: boolean
}

/** `seeFirstSteps` says which of the first steps are done. */
export async function seeFirstSteps(sql: Queryable): Promise<FirstSteps> {
  const { username, currency, hasServices, ...is } = await selectFirst(sql)
  const steps = firstSteps.map((step) => ({ step, done: is[step] }))
  return { steps, username, currency, canPractise: !hasServices }
}

const NETWORKS = ['Alpha Mobile', 'Beta Telecom', 'Gamma Wireless']

/** `practised` are services to practise with; `coins` is the price in the smallest coins of a currency with decimals. */
const practised = [
  { code: 'practice-check', kind: 'imei', name: 'Practice check by IMEI', coins: 50n },
  { code: 'practice-warranty', kind: 'serial', name: 'Practice check by serial number', coins: 80n },
  {
    ...{ code: 'practice-unlock', kind: 'imei', name: 'Practice unlock by network', coins: 1200n },
    fields: [{ name: 'NETWORK', label: 'Network', type: 'dropdown', required: true, options: NETWORKS }],
  },
]

/**
 * `beginPractice` makes services that the sandbox does, priced in a currency, so that everything can be tried before there is a supplier. Throws
 * invalid_input (currency), or conflict where there are services already, or no sandbox.
 */
export async function beginPractice(sql: Sql, currency: string): Promise<number> {
  if (!isCurrency(currency)) {
    throw new Refusal(
      'invalid_input',
      `${JSON.stringify(currency)} is no currency code such as USD`,
      'currency',
    )
  }
  const { hasServices } = await selectFirst(sql)
  if (hasServices) throw new Refusal('conflict', 'there are services already')
  const supplier = await selectSandbox(sql)
  if (supplier === undefined) throw new Refusal('conflict', 'there is no sandbox that is in use')
  // Currencies without decimals count in larger numbers.
  const coin = minorUnit(currency) * (minorUnit(currency) >= 1_000_000n ? 100n : 1n)
  const services = practised.map(({ coins, ...service }) => ({
    ...service,
    ...{ price: formatMicros(coins * coin, currency), currency, supplier, group: 'Practice', active: true },
    ...{ delivery_time: 'Instant', description: 'Done by the sandbox: results say that they are not real.' },
  }))
  return orThrow(await importServices(sql, JSON.stringify(services), 'json')).created
}
