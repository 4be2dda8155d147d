import { hash } from 'node:crypto'
import type { AccountId, KeyId } from '../accounts/account.ts'
import type { OrderInput } from '../catalogue/order-input.ts'
import type { Service } from '../catalogue/service.ts'
import type { Clock } from '../clock.ts'
import { Batcher } from '../database/batcher.ts'
import { isConnectionLoss, type Sql } from '../database/database.ts'
import type { Refusal } from '../errors.ts'
import { type Micros, micros } from '../wallet/micros.ts'
import { type Candidate, decide, type Holder, type Verdict } from './decide.ts'
import type { OrderId, Via } from './order.ts'
import {
  findHolders,
  findPlaced,
  lockWallets,
  takeOrderIds,
  type Writes,
  writeBatch,
} from './placement.sql.ts'

/** One order as a caller wants it: the input has been checked, the price is the account's. */
export interface Purchase {
  accountId: AccountId
  keyId: KeyId | null
  via: Via
  service: Service
  unitPrice: Micros
  items: OrderInput[]
  /** The caller's own words on the order: part of what makes it the same order. */
  reference: string | null
  /** The caller's idempotency key; null where the protocol or the caller gave none. */
  idempotencyKey: string | null
}

export type Placed = { orderId: OrderId; replayed: boolean } | Refusal

/** The most orders that one transaction places. */
const BATCH_SIZE = 1000
/** How long a batch is tried again when the database goes away under it. */
const RETRY_FOR_MS = 8000

interface Row extends Candidate {
  purchase: Purchase
  /** The id under which an earlier try, whose answer was lost, may have been committed. */
  triedId: OrderId | undefined
}

/**
 * Places orders as a group commit (promises 1 to 3): requests that arrive together are decided together in one
 * transaction that locks the wallets they touch, and no caller is answered before its commit.
 */
export class Placement {
  readonly #sql: Sql
  readonly #clock: Clock
  readonly #onPlaced: () => void
  readonly #batcher: Batcher<Row, Verdict>

  /** `sql` is a pool of one connection with steady plans; `onPlaced` is told after each commit. */
  constructor(sql: Sql, clock: Clock, onPlaced: () => void = () => {}) {
    this.#sql = sql
    this.#clock = clock
    this.#onPlaced = onPlaced
    this.#batcher = new Batcher((rows) => this.#placeTogether(rows), { size: BATCH_SIZE })
  }

  /** Throws only when it is not known, or not to be had, what became of the order (a database that stays away). */
  async place(purchase: Purchase): Promise<Placed> {
    const verdict = await this.#batcher.add(rowOf(purchase))
    if (verdict.kind === 'refused') return verdict.refusal
    return { orderId: verdict.orderId, replayed: verdict.kind === 'replayed' }
  }

  async stop(): Promise<void> {
    await this.#batcher.drained()
  }

  async #placeTogether(rows: Row[]): Promise<(Verdict | Error)[]> {
    const giveUpAt = performance.now() + RETRY_FOR_MS
    for (;;) {
      try {
        const verdicts = await this.#transaction(rows)
        if (verdicts.some(({ kind }) => kind === 'placed')) this.#onPlaced()
        return verdicts
      } catch (error) {
        if (isConnectionLoss(error) && performance.now() < giveUpAt) {
          await new Promise((resolve) => setTimeout(resolve, 100))
        } else if (rows.length > 1 && !isConnectionLoss(error)) {
          return this.#placeApart(rows)
        } else throw error
      }
    }
  }

  /** The batch was refused by the database: each row alone, so that only the row at fault fails. */
  async #placeApart(rows: Row[]): Promise<(Verdict | Error)[]> {
    const verdicts: (Verdict | Error)[] = []
    for (const row of rows) {
      verdicts.push(
        await this.#placeTogether([row]).then(
          ([verdict]) => verdict as Verdict,
          (error: Error) => error,
        ),
      )
    }
    return verdicts
  }

  async #transaction(rows: Row[]): Promise<Verdict[]> {
    const connection = await this.#sql.reserve()
    try {
      const accounts = [...new Set(rows.map((row) => row.accountId))]
      const asked = rows.flatMap((row) =>
        [row.naturalKey, row.idempotency?.key]
          .filter((key) => key != null)
          .map((key) => ({ account: row.accountId, key })),
      )
      const tried = rows.map((row) => row.triedId).filter((id) => id !== undefined)
      // One round trip; each later statement sees what was committed before the wallets were locked.
      const begun = connection`begin`.execute()
      const [, funds, ids, holders, placedBefore] = await Promise.all([
        begun,
        lockWallets(connection, accounts),
        takeOrderIds(connection, rows.length),
        asked.length > 0
          ? findHolders(
              connection,
              asked.map(({ account }) => account),
              asked.map(({ key }) => key),
            )
          : new Map<string, Holder>(),
        tried.length > 0 ? findPlaced(connection, tried) : new Set<OrderId>(),
      ])
      const open = rows.filter((row) => row.triedId === undefined || !placedBefore.has(row.triedId))
      const now = this.#clock.now()
      const verdicts = decide(open, ids, funds, holders, now)
      open.forEach((row, index) => {
        row.triedId = ids[index]
      })
      const writes = collectWrites(open, verdicts, now)
      if (writes) {
        const written = writeBatch(connection, writes)
        const [commit] = await Promise.all([connection`commit`.execute(), written])
        if (commit.command !== 'COMMIT') throw new Error(`the batch ended with ${commit.command}`)
      } else {
        await connection`rollback`
      }
      const verdictOf = new Map(open.map((row, index) => [row, verdicts[index]]))
      return rows.map((row) => verdictOf.get(row) ?? { kind: 'replayed', orderId: row.triedId as OrderId })
    } catch (error) {
      await connection`rollback`.catch(() => {})
      throw error
    } finally {
      connection.release()
    }
  }
}

/** 128 bits of SHA-256, as hex. */
const digest = (...parts: (string | number | null)[]): string =>
  hash('sha256', JSON.stringify(parts), 'hex').slice(0, 32)

function rowOf(purchase: Purchase): Row {
  const { accountId, service, items, reference, idempotencyKey } = purchase
  const quantity = items.reduce((sum, item) => sum + item.quantity, 0)
  const natural =
    service.duplicatePolicy !== 'allow' || idempotencyKey !== null
      ? digest('input', accountId, service.id, reference, ...items.map((item) => item.canonical))
      : null
  return {
    purchase,
    accountId,
    total: micros(purchase.unitPrice * BigInt(quantity)),
    naturalKey: service.duplicatePolicy === 'allow' ? null : natural,
    duplicatePolicy: service.duplicatePolicy,
    replayWindowSeconds: service.replayWindowSeconds,
    idempotency:
      idempotencyKey === null || natural === null
        ? null
        : { key: digest('idempotency', accountId, idempotencyKey), body: natural },
    triedId: undefined,
  }
}

/** What to write for the verdicts; undefined when no row changes anything. */
function collectWrites(rows: Row[], verdicts: Verdict[], now: Date): Writes | undefined {
  const writes: Writes = {
    now,
    orders: {
      account: [],
      id: [],
      service: [],
      key: [],
      via: [],
      items: [],
      unitPrice: [],
      total: [],
      reference: [],
      availableAfter: [],
    },
    items: {
      account: [],
      order: [],
      position: [],
      service: [],
      subject: [],
      fields: [],
      quantity: [],
      price: [],
    },
    keys: { account: [], key: [], order: [], body: [] },
    wallets: { account: [], spent: [] },
  }
  const keys = new Map<string, { account: AccountId; order: OrderId; body: string | null }>()
  const spent = new Map<AccountId, bigint>()
  rows.forEach((row, index) => {
    const verdict = verdicts[index] as Verdict
    if (verdict.kind === 'refused') return
    const { orderId } = verdict
    if (row.idempotency)
      keys.set(row.idempotency.key, { account: row.accountId, order: orderId, body: row.idempotency.body })
    if (verdict.kind === 'replayed') return
    if (row.naturalKey !== null)
      keys.set(row.naturalKey, { account: row.accountId, order: orderId, body: null })
    spent.set(row.accountId, (spent.get(row.accountId) ?? 0n) + row.total)
    const { purchase } = row
    const { orders, items } = writes
    orders.account.push(row.accountId)
    orders.id.push(orderId)
    orders.service.push(purchase.service.id)
    orders.key.push(purchase.keyId)
    orders.via.push(purchase.via)
    orders.items.push(purchase.items.length)
    orders.unitPrice.push(purchase.unitPrice)
    orders.total.push(row.total)
    orders.reference.push(purchase.reference)
    orders.availableAfter.push(verdict.availableAfter)
    purchase.items.forEach((item, position) => {
      items.account.push(row.accountId)
      items.order.push(orderId)
      items.position.push(position + 1)
      items.service.push(purchase.service.id)
      items.subject.push(item.subject)
      items.fields.push(item.fields === null ? null : JSON.stringify(item.fields))
      items.quantity.push(item.quantity)
      items.price.push(purchase.unitPrice * BigInt(item.quantity))
    })
  })
  for (const [key, { account, order, body }] of keys) {
    writes.keys.account.push(account)
    writes.keys.key.push(key)
    writes.keys.order.push(order)
    writes.keys.body.push(body)
  }
  for (const [account, amount] of spent) {
    writes.wallets.account.push(account)
    writes.wallets.spent.push(amount)
  }
  return keys.size > 0 || spent.size > 0 ? writes : undefined
}
