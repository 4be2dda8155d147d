import { hash } from 'node:crypto'
import type { OrderInput } from '../../catalogue/order-input.ts'
import type { AccountId, OrderId } from '../../lib/ids.ts'
import { micros } from '../../lib/money.ts'
import type { PlacementCandidate } from './decide.ts'
import type { FurtherItem, NewItem } from './placement.sql.ts'
import type { Purchase } from './purchase.ts'

/** PlacementRow is a purchase on its way through placement. */
export interface PlacementRow extends PlacementCandidate {
  purchase: Purchase
  /** `askedAt` is a time of `performance.now()`. */
  askedAt: number
  /** `lockedAt` is when the row first waited for its wallet apart from other accounts' rows. */
  lockedAt?: number
  /** `orderId` is undefined before the first try. A row keeps it when it is tried again. */
  orderId: OrderId | undefined
  /** `maybeWritten`: a try whose answer was lost may have been committed under the id, or may still be. */
  maybeWritten: boolean
}

/** 128 bits of SHA-256, as hex. */
const digest = (...parts: (string | number | null)[]): string =>
  hash('sha256', JSON.stringify(parts), 'hex').slice(0, 32)

/** `idempotencyDigest` gives what an account's idempotency key is kept as. */
export const idempotencyDigest = (account: AccountId, key: string): string =>
  digest('idempotency', account, key)

export function rowOf(purchase: Purchase): PlacementRow {
  const { accountId, service, items, reference, idempotencyKey } = purchase
  const quantity = items.reduce((sum, item) => sum + item.quantity, 0)
  const repeatable = service.duplicatePolicy === 'allow'
  const asked =
    repeatable && idempotencyKey === null
      ? null
      : digest('input', accountId, service.id, reference, ...items.map((item) => item.canonical))
  return {
    purchase,
    askedAt: performance.now(),
    orderId: undefined,
    maybeWritten: false,
    accountId,
    total: micros(purchase.unitPrice * BigInt(quantity)),
    naturalKey: repeatable ? null : asked,
    duplicatePolicy: service.duplicatePolicy,
    replayWindowSeconds: service.replayWindowSeconds,
    idempotency:
      idempotencyKey === null || asked === null
        ? null
        : { key: idempotencyDigest(accountId, idempotencyKey), body: asked },
  }
}

/** `withoutRepeats` gives the rows up to the first that repeats a key of another: they can be written without reading keys. */
export function withoutRepeats(rows: PlacementRow[]): PlacementRow[] {
  const seen = new Set<string>()
  for (const [index, row] of rows.entries()) {
    for (const key of [row.naturalKey, row.idempotency?.key]) {
      if (key == null) continue
      if (seen.has(key)) return rows.slice(0, index)
      seen.add(key)
    }
  }
  return rows
}

/** Placing is a row with the order id that it is placed under. */
export interface Placing {
  row: PlacementRow
  orderId: OrderId
}

/** `itemsOf` gives what is written to place these rows, so many items of each at most. */
export function itemsOf(rows: Placing[], most: number): NewItem[] {
  const spent = new Map<AccountId, bigint>()
  const holds = new Map<AccountId, number>()
  return rows.flatMap(({ row, orderId }) => {
    const { purchase, accountId } = row
    const spentSoFar = (spent.get(accountId) ?? 0n) + row.total
    spent.set(accountId, spentSoFar)
    const hold = (holds.get(accountId) ?? 0) + 1
    holds.set(accountId, hold)
    return purchase.items.slice(0, most).map((item, index) => ({
      ...itemOf({ row, orderId }, item, index),
      key: purchase.keyId,
      via: purchase.via,
      items: purchase.items.length,
      total: row.total,
      reference: purchase.reference,
      spent: spentSoFar,
      hold,
      naturalKey: row.naturalKey,
      idempotencyKey: row.idempotency?.key ?? null,
      body: row.idempotency?.body ?? null,
    }))
  })
}

/** `furtherItemsOf` gives those items of a row whose indexes are `from` or more, and less than `to`. */
export const furtherItemsOf = (placing: Placing, { from, to }: { from: number; to: number }): FurtherItem[] =>
  placing.row.purchase.items.slice(from, to).map((item, index) => itemOf(placing, item, from + index))

const itemOf = (
  { row: { purchase, accountId }, orderId }: Placing,
  { input, fields, quantity }: OrderInput,
  index: number,
): FurtherItem => ({
  account: accountId,
  order: orderId,
  position: index + 1,
  service: purchase.service.id,
  input,
  fields: fields === null ? null : JSON.stringify(fields),
  quantity,
  unitPrice: purchase.unitPrice,
})
