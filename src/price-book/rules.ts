import { findService } from '../catalogue/services.ts'
import type { Queryable, Transaction } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { invalid, orThrow, refusalFor } from '../lib/fault.ts'
import type { PriceRuleId } from '../lib/ids.ts'
import { formatMoney } from '../lib/money.ts'
import { type Audience, type AudienceForm, findAudience } from './audience.ts'
import { PriceRule, type PriceRuleInput } from './price-rule.ts'
import {
  deleteRule,
  type KeptRule,
  type RuleStanding,
  selectRules,
  selectServiceGroup,
  selectStanding,
  upsertRule,
} from './rules.sql.ts'

export type { KeptRule, RuleStanding } from './rules.sql.ts'

/** PriceRuleForm is a rule as an operator writes it: at most one of account and group, and of service and service group. */
export interface PriceRuleForm extends PriceRuleInput, AudienceForm {
  /** `service` is an id or a code; it and `serviceGroup` left out: all services. */
  service?: string | undefined
  serviceGroup?: string | undefined
}

/**
 * `setRule` makes a rule, or changes the one that there is for the same audience, services and currency; its prices are made in the same
 * transaction. Throws invalid_input naming the value at fault, also where a price would be less than nothing or more than a price can be,
 * and service_not_found.
 */
export async function setRule(
  transaction: Transaction,
  { account, group, service, serviceGroup, ...form }: PriceRuleForm,
): Promise<{ rule: KeptRule; standing: RuleStanding }> {
  const { values, currency } = orThrow(PriceRule.read(form))
  const audience = await findAudience(transaction, { account, group }, currency)
  if (values.basis === 'everyone' && isEveryone(audience)) {
    throw refusalFor(invalid('basis', "everyone's price cannot follow itself: it follows the cost"))
  }
  if (service !== undefined && serviceGroup !== undefined) {
    throw refusalFor(invalid('serviceGroup', 'has no place beside a service'))
  }
  const serviceId = service === undefined ? null : (await findService(transaction, service)).id
  const named = serviceGroup === undefined ? null : await selectServiceGroup(transaction, serviceGroup)
  if (named === undefined) {
    throw refusalFor(invalid('serviceGroup', `no service is in a group ${JSON.stringify(serviceGroup)}`))
  }
  const id = await upsertRule(transaction, { ...audience, serviceId, serviceGroup: named, currency }, values)
  const rule = await findRule(transaction, id)
  const standing = await selectStanding(transaction, rule)
  if (standing.impossible !== null) {
    const of = `${formatMoney(standing.base ?? 0n, currency)} of ${standing.impossible}`
    throw refusalFor(
      invalid('percent', `makes no price of the ${of}: less than nothing, or more than 100,000,000`),
    )
  }
  return { rule, standing }
}

const isEveryone = ({ accountId, priceGroupId }: Audience): boolean =>
  accountId === null && priceGroupId === null

/** `removeRule` takes a rule away: wider ones may give its prices others. Throws not_found. */
export async function removeRule(transaction: Transaction, id: PriceRuleId): Promise<KeptRule> {
  const rule = await findRule(transaction, id)
  await deleteRule(transaction, id)
  return rule
}

/** `listRules` gives those of everyone first, the widest first. `service`: only those for this service alone. */
export const listRules = (sql: Queryable, limit: number | null = null): Promise<KeptRule[]> =>
  selectRules(sql, { limit })

/** `rulesOfPrices` gives the rules that give these prices. */
export async function rulesOfPrices(
  sql: Queryable,
  prices: readonly { ruleId: PriceRuleId | null }[],
): Promise<KeptRule[]> {
  const ids = new Set(prices.map(({ ruleId }) => ruleId))
  return ids.size > (ids.has(null) ? 1 : 0) ? (await selectRules(sql)).filter(({ id }) => ids.has(id)) : []
}

async function findRule(sql: Queryable, id: PriceRuleId): Promise<KeptRule> {
  const [rule] = await selectRules(sql, { id })
  if (!rule) throw new Refusal('not_found', `there is no price rule ${id}`, 'id')
  return rule
}
