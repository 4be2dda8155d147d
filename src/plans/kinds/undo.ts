import { isDeepStrictEqual } from 'node:util'
import { Type } from 'typebox'
import { changeAccount, findAccount } from '../../accounts/accounts.ts'
import { serviceAttributes } from '../../catalogue/attributes.ts'
import { changeServices } from '../../catalogue/bulk.ts'
import { listServices } from '../../catalogue/services.ts'
import { Refusal } from '../../errors.ts'
import { readForm } from '../../lib/attributes.ts'
import { orThrow, resultOf } from '../../lib/fault.ts'
import { MAX_ID, type PlanId, type ServiceId } from '../../lib/ids.ts'
import { formatMicros } from '../../lib/money.ts'
import { importPrices, REMOVED, selectCells } from '../../price-book/import.ts'
import { priceKey } from '../../price-book/moves.ts'
import { because, say } from '../../reasons.ts'
import type { KeptRow } from '../plan.ts'
import { type JsonObject, type PlanRow, type Work, wholeKind } from '../plan-kind.ts'
import { selectPlan, selectRows } from '../plans.sql.ts'
import { belowCost, plannedPrices } from './price-rows.ts'
import { isRerouted, serviceKey, serviceRowsOf } from './service-rows.ts'

const input = Type.Object(
  { plan: Type.Integer({ minimum: 1, maximum: MAX_ID, description: 'The one that is undone' }) },
  { additionalProperties: false },
)

const MAX_ROWS = 100_000

/** `rowsToUndo` gives what a plan of some kinds has done. Throws not_found, or conflict where it is of another kind or was not applied. */
async function rowsToUndo({ transaction }: Work, id: number, kinds: readonly string[]): Promise<KeptRow[]> {
  const plan = await selectPlan(transaction, id as PlanId)
  if (!plan) throw new Refusal('not_found', `there is no plan ${id}`, 'plan')
  if (!kinds.includes(plan.kind))
    throw new Refusal('conflict', `plan ${id} is of the kind ${plan.kind}`, 'plan')
  if (plan.state !== 'applied') throw because('conflict', 'plan_not_applied', { plan: id }, 'plan')
  const { rules, remove_rules: removed } = plan.input
  if (rules !== undefined || removed !== undefined)
    throw because('conflict', 'rules_one_by_one', { plan: id }, 'plan')
  return await selectRows(transaction, plan.id, { outcome: 'done', after: 0, limit: MAX_ROWS })
}

/** `left` names what is not undone: its verdict is one of STAYS. */
const left = ({ key, subject }: KeptRow, verdict: 'changed_since' | 'made'): PlanRow => ({
  ...{ key: `left ${key}`, subject, before: null, after: null, money: null, verdict },
  warnings: [verdict === 'made' ? say('made_by_plan', {}) : say('changed_since_plan', {})],
})

/** `named` has the rows of what is not undone behind those of what is. */
const named = (
  rows: readonly PlanRow[],
  leftOut: readonly PlanRow[],
  without: ReadonlySet<string>,
): PlanRow[] => [...rows, ...leftOut.filter(({ key }) => !without.has(key))]

/** `pricesUndo` gives prices back what they were, where they are still as a plan has made them. */
export const pricesUndo = wholeKind({
  name: 'prices.undo',
  what: 'Prices of an applied plan set back',
  permissions: ['prices.edit'],
  reading: 'prices.read',
  input,
  confirmations: belowCost,
  async carryOut(work, { plan }, without) {
    const rows = await rowsToUndo(work, plan, ['prices', 'prices.csv'])
    const services = [...new Set(rows.map(({ subject }) => subject['service'] as ServiceId))]
    const cells = new Map((await selectCells(work.transaction, services)).map((one) => [priceKey(one), one]))
    const leftOut: PlanRow[] = []
    const back = rows.flatMap((row, at) => {
      const { subject, before, after, own } = row
      const isRuled = after?.['by_rule'] === true
      // What follows from others follows them back.
      if (isRuled && own?.['was_ruled'] === true) return []
      const cell = cells.get(row.key)
      const currency = String(subject['currency'])
      const now = cell
        ? {
            ...{ price: formatMicros(cell.unitPrice, currency), by_rule: cell.ruleId !== null },
            ...{ min_items: cell.minItems, max_items: cell.maxItems },
          }
        : null
      const made = after && { price: after['price'], by_rule: isRuled, ...(own?.['after'] as JsonObject) }
      if (!isDeepStrictEqual(now, made)) {
        leftOut.push(left(row, 'changed_since'))
        return []
      }
      const isFixed = before !== null && own?.['was_ruled'] !== true
      const { account, group } = subject
      return [
        {
          at,
          form: {
            ...{ service: String(subject['service']), currency, price: isFixed ? before['price'] : REMOVED },
            ...(isFixed && (own?.['before'] as JsonObject)),
            ...(account !== null && { account: String(account) }),
            ...(group !== null && { group }),
          },
        },
      ]
    })
    const planned = await plannedPrices(work, async () =>
      orThrow(await importPrices(work.transaction, { rows: back, faults: [] }, without)),
    )
    return {
      ...planned,
      rows: named(planned.rows, leftOut, without),
      summary: { ...planned.summary, undoes: plan, left: leftOut.length },
    }
  },
})

/** `servicesUndo` gives services back the values that they had, where they are still as a plan has made them. */
export const servicesUndo = wholeKind({
  name: 'services.undo',
  what: 'Services of an applied plan set back, without prices',
  permissions: ['catalogue.edit'],
  reading: 'catalogue.read',
  input,
  async carryOut(work, { plan }, without) {
    const all = await rowsToUndo(work, plan, ['services.bulk', 'services.csv'])
    const rowOf = await serviceRowsOf(work.transaction)
    if (all.some(isRerouted)) throw because('conflict', 'routes_one_by_one', { plan }, 'plan')
    const { services } = await listServices(work.transaction, { limit: MAX_ROWS })
    const now = new Map(services.map(({ service }) => [service.id, rowOf(undefined, service)?.after ?? {}]))
    const leftOut: PlanRow[] = []
    const back: KeptRow[] = []
    for (const row of all.filter(({ key }) => key.startsWith(serviceKey('')))) {
      const columns = now.get(row.subject['service'] as ServiceId)
      if (row.before === null) leftOut.push(left(row, 'made'))
      else if (columns && isStill(columns, row)) back.push(row)
      else leftOut.push(left(row, 'changed_since'))
    }
    const rows: PlanRow[] = []
    for (const some of Map.groupBy(back, ({ before }) => JSON.stringify(before)).values()) {
      const { given, faults } = readForm(serviceAttributes, { ...some[0]?.before })
      orThrow(resultOf(given, faults))
      const ids = some.map(({ subject }) => String(subject['service']))
      const isLeft = (code: string): boolean => without.has(serviceKey(code))
      for (const { before, after } of orThrow(await changeServices(work.transaction, ids, given, isLeft)))
        rows.push(...[rowOf(before, after)].flatMap((row) => row ?? []))
    }
    return {
      rows: named(rows, leftOut, without),
      summary: { undoes: plan, changed: rows.length, left: leftOut.length },
    }
  },
})

/** `isStill` tells whether something has the values that a plan has given it. */
const isStill = (now: JsonObject, { after }: KeptRow): boolean =>
  Object.entries(after ?? {}).every(([name, value]) =>
    isDeepStrictEqual(JSON.parse(JSON.stringify(now[name] ?? null)), value),
  )

/** `accountsUndo` puts resellers back into the price groups that they were in, where they are still in the one of a plan. */
export const accountsUndo = wholeKind({
  name: 'accounts.undo',
  what: 'Price groups of resellers set back',
  permissions: ['resellers.terms'],
  reading: 'resellers.read',
  input,
  async carryOut(work, { plan }, without) {
    const rows: PlanRow[] = []
    const leftOut: PlanRow[] = []
    for (const row of await rowsToUndo(work, plan, ['accounts.group'])) {
      if (without.has(row.key)) continue
      const now = await findAccount(work.sql, String(row.subject['account']))
      if (now.group !== (row.after?.['group'] ?? null)) {
        leftOut.push(left(row, 'changed_since'))
        continue
      }
      const group = row.before?.['group'] as string | null
      await changeAccount(work.sql, now.id, { group })
      rows.push({
        ...{
          key: row.key,
          subject: row.subject,
          before: { group: now.group },
          after: { group },
          money: null,
        },
        ...{ verdict: 'changed', warnings: [] },
      })
    }
    return {
      rows: named(rows, leftOut, without),
      summary: { undoes: plan, changed: rows.length, left: leftOut.length },
    }
  },
})
