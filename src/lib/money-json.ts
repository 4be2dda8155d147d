import { formatMicros } from './money.ts'

/**
 * `jsonWithAmounts` writes each bigint, which is an amount in micros, as a number of whole units, exact to the last decimal and without
 * zeros at its end: 12500000n is 12.5. No float is made of it.
 */
export const jsonWithAmounts = (value: unknown): string =>
  JSON.stringify(value, (_name, inner: unknown) =>
    typeof inner === 'bigint' ? rawJson(decimalOf(inner)) : inner,
  )

/** `decimalOf` is the shortest decimal: "0.77", "1500", "-12.5". Receivers verify a webhook's X-Signature with it. */
export const decimalOf = (amount: bigint): string => formatMicros(amount).replace(/\.?0+$/, '')

/** `rawJson` is in Node since 21, and not in TypeScript's library yet. */
const { rawJSON: rawJson } = JSON as typeof JSON & { rawJSON(text: string): object }
