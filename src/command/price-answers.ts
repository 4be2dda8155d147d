import { formatMicros, formatMoney, type Micros } from '../lib/money.ts'
import { audienceText } from '../price-book/change.ts'
import { percentText } from '../price-book/export.ts'
import { isBelowCost, type Move, type Moved, marginOf } from '../price-book/moves.ts'
import type { KeptRule } from '../price-book/rules.ts'
import { type Answer, listed, table } from './output.ts'

/** SHOWN_MOVES is how many prices people are shown; machines get all of them. */
const SHOWN_MOVES = 20

/** `decimal` writes an amount for machines; null where there is none. */
export const decimal = (amount: bigint | null, currency: string): string | null =>
  amount === null ? null : formatMicros(amount, currency)

/** `money` writes an amount for people; null where there is none. */
export const money = (amount: bigint | null, currency: string): string | null =>
  amount === null ? null : formatMoney(amount, currency)

export const marginText = (price: Micros | null, cost: Micros | null): string | null => {
  const margin = marginOf(price, cost)
  return margin === null ? null : percentText(margin)
}

const moveJson = (move: Move) => ({
  service: move.serviceId,
  service_code: move.serviceCode,
  account: move.accountId,
  group: move.group,
  currency: move.currency,
  old: decimal(move.old, move.currency),
  new: decimal(move.new, move.currency),
  rule: move.ruleId,
  cost: decimal(move.cost, move.currency),
  margin: marginText(move.new, move.cost),
  below_cost: isBelowCost(move),
})

/** `movedJson` is what a change of the price book did to prices, or would do. */
export const movedJson = ({ moves, belowCost, plan }: Moved<unknown>, dryRun: boolean) => ({
  dry_run: dryRun,
  plan,
  changed: moves.length,
  below_cost: belowCost,
  moves: moves.map(moveJson),
})

/** `movedText` counts prices, and shows the first; those below the cost before the others. */
export function movedText({ moves, belowCost }: Moved<unknown>, dryRun: boolean): string {
  const made = moves.filter(({ old }) => old === null).length
  const gone = moves.filter((move) => move.new === null).length
  const parts = [
    [moves.length - made - gone, 'changed'],
    [made, 'made'],
    [gone, 'taken away'],
  ] as const
  const counts = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`)
  const sum = `prices: ${counts.length === 0 ? 'none changed' : counts.join(', ')}${belowCost > 0 ? `; ${belowCost} below the cost` : ''}`
  const head = dryRun ? `nothing was written; it would be so: ${sum}` : sum
  if (moves.length === 0) return head
  const shown = moves
    .toSorted((a, b) => Number(isBelowCost(b)) - Number(isBelowCost(a)))
    .slice(0, SHOWN_MOVES)
  const more = moves.length - shown.length
  const rows = table(
    shown,
    {
      service: ({ serviceCode }) => serviceCode,
      of: audienceText,
      old: ({ old, currency }) => money(old, currency),
      new: (move) => money(move.new, move.currency),
      cost: ({ cost, currency }) => money(cost, currency),
      margin: (move) => marginText(move.new, move.cost),
      ...(belowCost > 0 && { '': (move: Move) => (isBelowCost(move) ? 'below the cost' : null) }),
    },
    ['old', 'new', 'cost', 'margin'],
  )
  return `${head}\n\n${rows}${more > 0 ? `\nand ${more} more (--json gives all)` : ''}`
}

/** WARNED is how many prices a warning names. */
const WARNED = 3

/** `warnBelowCost` tells people, and the log of a program, of prices that are below the cost now. */
export function warnBelowCost({ belowCost, moves }: Pick<Moved<unknown>, 'belowCost' | 'moves'>): void {
  if (belowCost === 0) return
  const named = moves
    .filter(isBelowCost)
    .slice(0, WARNED)
    .map((move) => `${move.serviceCode} for ${audienceText(move)}, ${money(move.new, move.currency)}`)
  const others = belowCost > named.length ? '; ...' : ''
  const words = belowCost === 1 ? 'a price is below its cost' : `${belowCost} prices are below their costs`
  process.stderr.write(`warning: ${words}: ${named.join('; ')}${others}\n`)
}

/** `ruleText` says what a rule makes of a cost, or of everyone's price. */
export function ruleText(
  rule: Pick<KeptRule, 'basis' | 'percent' | 'fixed' | 'minPrice' | 'step' | 'currency'>,
): string {
  const { basis, percent, fixed, minPrice, step, currency } = rule
  const signed = (text: string): string => (text.startsWith('-') ? `- ${text.slice(1)}` : `+ ${text}`)
  return [
    [
      basis === 'cost' ? 'cost' : "everyone's price",
      `${signed(percent)}%`,
      ...(fixed === 0n ? [] : [`${signed(formatMicros(fixed, currency))} ${currency}`]),
    ].join(' '),
    `rounded up to ${formatMicros(step, currency)}`,
    ...(minPrice > 0n ? [`at least ${formatMicros(minPrice, currency)}`] : []),
  ].join(', ')
}

/** `scopeText` says which services a rule is for. */
export const scopeText = ({
  serviceCode,
  serviceGroup,
}: Pick<KeptRule, 'serviceCode' | 'serviceGroup'>): string =>
  serviceCode !== null
    ? `service ${serviceCode}`
    : serviceGroup !== null
      ? `services of ${serviceGroup}`
      : 'all services'

export const ruleJson = (rule: KeptRule) => ({
  id: rule.id,
  account: rule.accountId,
  group: rule.group,
  service: rule.serviceId,
  service_group: rule.serviceGroup,
  currency: rule.currency,
  of: rule.basis,
  percent: rule.percent,
  fixed: formatMicros(rule.fixed, rule.currency),
  round: formatMicros(rule.step, rule.currency),
  min_price: decimal(rule.minPrice === 0n ? null : rule.minPrice, rule.currency),
  prices: rule.prices,
})

export const rulesAnswer = (rules: KeptRule[]): Answer =>
  listed(rules, {
    json: ruleJson,
    columns: {
      id: ({ id }) => id,
      for: audienceText,
      of: scopeText,
      in: ({ currency }) => currency,
      price: ruleText,
      prices: ({ prices }) => prices,
    },
    right: ['id', 'prices'],
    none: 'no price follows a rule',
  })
