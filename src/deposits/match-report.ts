import { formatMicros } from '../lib/money.ts'
import type { Fate, Matched } from './incoming.ts'
import type { Statement, StatementLine } from './statement-file.ts'

/** `fates` are said in this order. */
export const fates = [
  'credited',
  'review',
  'noted',
  'known',
  'unmatched',
  'ambiguous',
] as const satisfies Fate[]

/** `matchReport` is what became, or would become, of a statement, as programs read it. */
export function matchReport(
  found: readonly Matched<StatementLine>[],
  { out, undated, currency, isApplied }: Omit<Statement, 'lines'> & { currency: string; isApplied: boolean },
) {
  const money = (amount: bigint): string => formatMicros(amount, currency)
  const count = (fate: Fate): number => found.filter((one) => one.fate === fate).length
  const credit = ({ fate, deposit }: Matched): bigint | null =>
    fate === 'credited' && deposit ? deposit.amount : null
  return {
    applied: isApplied,
    credited: money(found.reduce((sum, one) => sum + (credit(one) ?? 0n), 0n)),
    currency,
    counts: {
      credited: count('credited'),
      review: count('review'),
      noted: count('noted'),
      known: count('known'),
      unmatched: count('unmatched'),
      ambiguous: count('ambiguous'),
      out,
      undated,
    },
    lines: found.map((one) => {
      const { transfer, fate, deposit, note } = one
      const amount = credit(one)
      return {
        line: transfer.line,
        date: transfer.at,
        amount: money(transfer.amount),
        words: transfer.words,
        outcome: fate,
        deposit: deposit?.id ?? null,
        account: deposit?.accountId ?? null,
        credit: amount === null ? null : money(amount),
        note: note ?? null,
      }
    }),
  }
}
