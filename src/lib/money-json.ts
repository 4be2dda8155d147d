import { formatMicros } from './money.ts'

/**
 * JSON in which each bigint, which is an amount in micros, stands as a number of whole units, exact to the last decimal
 * and without zeros at its end: 12500000n is 12.5. No float comes near it.
 */
export const jsonWithAmounts = (value: unknown): string =>
  JSON.stringify(value, (_name, inner: unknown) =>
    typeof inner === 'bigint' ? rawJson(decimalOf(inner)) : inner,
  )

/** The shortest decimal: "0.77", "1500", "-12.5". What people verify a webhook's X-Signature with. */
export const decimalOf = (amount: bigint): string => formatMicros(amount).replace(/\.?0+$/, '')

/** In Node since 21, and not in TypeScript's library yet. */
const { rawJSON: rawJson } = JSON as typeof JSON & { rawJSON(text: string): object }
