import { type Micros, micros } from '../lib/money.ts'

/** WHOLE is 100 percent in hundredths of a percent. */
const WHOLE = 10_000n

/**
 * `feeOf` gives what the payer pays on top of what is credited: a percentage of it and a flat part, rounded up to the smallest amount
 * that can be paid (`step`), so that the operator never pays for the rounding. All in micros.
 */
export function feeOf(
  amount: bigint,
  { feePercent, feeFlat }: { feePercent: number; feeFlat: bigint },
  step: bigint,
): Micros {
  const exact = amount * BigInt(feePercent) + feeFlat * WHOLE
  return micros(ceilDivide(exact, WHOLE * step) * step)
}

/** `formatPercent` writes 250 hundredths of a percent as "2.5". */
export const formatPercent = (hundredths: number): string => String(hundredths / 100)

/** `parsePercent` reads "2.5" as 250; undefined unless it is 0 to 100 with at most two decimals. */
export function parsePercent(text: string): number | undefined {
  const [, whole, decimals = ''] = /^(\d{1,3})(?:\.(\d{1,2}))?$/.exec(text.trim()) ?? []
  if (whole === undefined) return undefined
  const hundredths = Number(whole) * 100 + Number(decimals.padEnd(2, '0'))
  return hundredths <= 10_000 ? hundredths : undefined
}

const ceilDivide = (a: bigint, b: bigint): bigint => (a + b - 1n) / b
