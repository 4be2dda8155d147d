import { findPriceGroup } from '../accounts/accounts.ts'
import type { Transaction } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { Rates } from '../ledger/rates.ts'
import { Unreadable } from '../lib/attributes.ts'
import { invalid, orThrow, refusalFor } from '../lib/fault.ts'
import type { PriceGroupId } from '../lib/ids.ts'
import type { Clock } from '../lib/time.ts'
import { PriceRule, type PriceRuleInput } from '../price-book/price-rule.ts'
import { routeAttributes } from '../supplier-routes/attributes.ts'
import type { Dearer, Unmatched } from './attach.ts'
import { compare } from './comparison.ts'
import { type ImportResult, importSelected, type Naming } from './import.ts'
import { holdJumps } from './jumps.ts'
import { forgetRead, selectPlaces } from './kept-list.sql.ts'
import {
  type MadeRoute,
  type MadeService,
  selectMadeRoutes,
  selectMadeServices,
  setFloor,
} from './list-import.sql.ts'
import type { ListedSupplier } from './remote-list.ts'
import { finishRun, insertRun } from './runs.sql.ts'
import { lockList, stageRead } from './stage-kept.ts'
import { clearStaged } from './staging.sql.ts'
import { takeOver } from './sync.ts'

/** ChosenPrice is what the new services are sold for in a currency to everyone, or to a price group. */
interface ChosenPrice extends PriceRuleInput {
  priceGroup?: string | undefined
}

/** ChosenImport is what a person has chosen of a list that was read. */
export interface ChosenImport {
  /** `list` is the id of the reading. */
  list: number
  /** `services` become services of ours, by their ids there. */
  services: readonly string[]
  /** `routes` are further routes of services of ours. */
  routes: readonly { remoteService: string; service: string }[]
  prices: readonly ChosenPrice[]
  follows: boolean
  naming: Naming
  /** `marginFloor` is that of the new routes, as an operator writes it; left out: none. */
  marginFloor?: string | undefined
}

/** ListImport is what an import of what was chosen has made. */
export interface ListImport {
  services: MadeService[]
  routes: (MadeRoute & { dearer: Dearer | undefined })[]
  /** `skipped` cannot be ours, each with the reason. */
  skipped: ImportResult['skipped']
}

/**
 * `importChosen` takes over the list that was read, and imports what was chosen of it, in one transaction. Throws conflict where the list was read again or is
 * suspicious, and invalid_input naming what of the choice cannot be.
 */
export async function importChosen(
  transaction: Transaction,
  supplier: ListedSupplier,
  chosen: ChosenImport,
  { actor, clock }: { actor: string; clock: Clock },
): Promise<ListImport> {
  if (chosen.services.length === 0 && chosen.routes.length === 0) {
    throw refusalFor(invalid('services', 'choose at least one service, or one further route'))
  }
  if (chosen.services.length > 0 && chosen.prices.length === 0) {
    throw refusalFor(invalid('prices', 'say what the new services are sold for'))
  }
  const marginFloor = floorOf(chosen.marginFloor)
  const rules = await rulesOf(transaction, chosen.prices)
  await lockList(transaction, supplier)
  const { leftOut, services: listed } = await stageRead(transaction, supplier, chosen.list)
  await mustBeNew(transaction, supplier, chosen.services)
  await holdJumps(transaction, supplier)
  const comparison = await compare(transaction, supplier, { listed: listed.length, leftOut })
  if (comparison.suspicion !== null) {
    const why = `${comparison.suspicion}: approve its changes first`
    throw new Refusal('conflict', why, 'list')
  }
  const run = await insertRun(transaction, {
    ...{ supplier: supplier.id, trigger: 'manual', actor, at: clock.now() },
  })
  const selection = { all: false, groups: [], ids: [...chosen.services] }
  const request = (rule: RuleFor) => ({ ...rule, selection, follows: chosen.follows, naming: chosen.naming })
  const [first, ...others] = rules
  const pairs = chosen.routes.map(({ service, remoteService }, at) => ({
    ...{ line: at, ours: service, theirs: remoteService },
  }))
  const done = await inRule(0, () =>
    takeOver(transaction, supplier, {
      ...{ actor, clock, attaching: pairs, run },
      importing: first && chosen.services.length > 0 ? request(first) : undefined,
    }),
  )
  mustAttachAll(done.attached?.unmatched ?? [])
  if (chosen.services.length > 0) {
    const rates = await new Rates(transaction).load(clock.now())
    for (const [at, rule] of others.entries()) {
      const further = () =>
        importSelected(transaction, supplier, request(rule), { rates, onProgress: () => {} })
      await inRule(at + 1, further)
    }
  }
  const services = await selectMadeServices(transaction, supplier.id, chosen.services)
  const routes = await selectMadeRoutes(
    transaction,
    supplier.id,
    (done.attached?.matches ?? []).map(({ ours, theirs }) => ({
      service: ours.id,
      remoteId: theirs.remoteId,
    })),
  )
  if (marginFloor !== undefined) {
    await setFloor(
      transaction,
      [...services, ...routes].map(({ routeId }) => routeId),
      marginFloor,
    )
  }
  await forgetRead(transaction, supplier.id)
  const { counts, known, jumps } = comparison
  await finishRun(transaction, run, {
    ...{ outcome: 'ok', error: null, at: clock.now() },
    counts: {
      ...{ listed: listed.length, known, jumps: jumps.length, ...counts },
      ...{ imported: services.length, attached: routes.length, skipped: done.skipped.length },
      ...{ routes: done.routes, repriced: done.repriced },
    },
  })
  await clearStaged(transaction, supplier.id)
  const dearer = new Map(
    (done.attached?.dearer ?? []).map((one) => [`${one.ours.id} ${one.theirs.remoteId}`, one]),
  )
  return {
    services,
    routes: routes.map((one) => ({ ...one, dearer: dearer.get(`${one.service} ${one.remoteId}`) })),
    skipped: done.skipped,
  }
}

interface RuleFor {
  rule: PriceRule
  priceGroup: PriceGroupId | null
}

async function rulesOf(transaction: Transaction, prices: readonly ChosenPrice[]): Promise<RuleFor[]> {
  const rules: RuleFor[] = []
  const seen = new Set<string>()
  for (const [at, { priceGroup, ...form }] of prices.entries()) {
    const rule = await inRule(at, async () => ({
      rule: orThrow(PriceRule.read(form)),
      priceGroup:
        priceGroup === undefined ? null : await findPriceGroup(transaction, priceGroup, 'price_group'),
    }))
    const audience = `${rule.priceGroup} ${rule.rule.currency}`
    if (seen.has(audience)) {
      throw refusalFor(
        invalid(['prices', String(at), 'currency'], 'stands there twice for the same audience'),
      )
    }
    seen.add(audience)
    rules.push(rule)
  }
  return rules
}

/** `inRule` has refusals name the value of a rule by its place among them. */
async function inRule<Value>(at: number, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Refusal) || error.field === undefined || !OF_RULES.has(error.field)) throw error
    const path = ['prices', String(at), OF_RULES.get(error.field) ?? error.field]
    throw refusalFor(invalid(path, error.faults[0]?.message ?? error.detail ?? error.message))
  }
}

const OF_RULES: ReadonlyMap<string, string> = new Map([
  ...['percent', 'fixed', 'round', 'currency', 'price_group'].map((name) => [name, name] as const),
  ['minPrice', 'min_price'],
])

function floorOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  try {
    return routeAttributes.marginFloor.read(text) as number
  } catch (error) {
    if (error instanceof Unreadable) throw refusalFor(invalid('margin_floor', error.message))
    throw error
  }
}

/** `mustBeNew` throws invalid_input for the first service that stands for one of ours: it would have its prices changed, and not be made. */
async function mustBeNew(
  transaction: Transaction,
  { id }: ListedSupplier,
  services: readonly string[],
): Promise<void> {
  const places = await selectPlaces(transaction, id)
  const ours = new Map(places.map(({ remoteId, code }) => [remoteId, code]))
  const at = services.findIndex((one) => ours.has(one))
  if (at === -1) return
  throw refusalFor(
    invalid(['services', String(at)], `stands for ${ours.get(services[at] ?? '')} of ours already`),
  )
}

/** `mustAttachAll` throws invalid_input for the first route that cannot be. */
function mustAttachAll(unmatched: readonly Pick<Unmatched, 'line' | 'reason'>[]): void {
  const [first] = unmatched
  if (!first) return
  throw refusalFor(invalid(['routes', ...(first.line === null ? [] : [String(first.line)])], first.reason))
}
