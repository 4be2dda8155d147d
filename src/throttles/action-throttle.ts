import { Throttled } from '../errors.ts'
import type { AccountId, OrderId } from '../lib/ids.ts'
import { addressGroup } from '../lib/ip.ts'
import { Bucket } from './bucket.ts'
import type { SharedBuckets } from './shared-buckets.ts'

/**
 * PER_MINUTE is how often an account may ask to cancel or verify orders, how often the same one, begin or cancel deposits, and have test messages
 * sent; and how often an address may look at results that were shared.
 */
const PER_MINUTE = { account: 600, order: 10, deposits: 60, tests: 3, looks: 60 }
/** MAX_KEPT bounds the buckets in memory; the one that was used longest ago goes. */
const MAX_KEPT = 20_000

/** ActionThrottle bounds what makes work for suppliers, gateways and people beyond the request itself, for each account and order. */
export class ActionThrottle {
  readonly #buckets: SharedBuckets
  readonly #kept = new Map<string, Bucket>()

  constructor(buckets: SharedBuckets) {
    this.#buckets = buckets
  }

  /** `countOrderRequest` counts a request to cancel or verify an order. Throws Throttled. */
  countOrderRequest(accountId: AccountId, orderId: OrderId): void {
    this.#count(`order ${orderId} of ${accountId}`, PER_MINUTE.order)
    this.#count(`order requests of ${accountId}`, PER_MINUTE.account)
  }

  /** `countDeposit` counts a request to begin or cancel a deposit, either of which may ask a gateway. Throws Throttled. */
  countDeposit(accountId: AccountId): void {
    this.#count(`deposits of ${accountId}`, PER_MINUTE.deposits)
  }

  /** `countTest` counts a test message that somebody of an account has sent. Throws Throttled. */
  countTest(accountId: AccountId): void {
    this.#count(`tests of ${accountId}`, PER_MINUTE.tests)
  }

  /** `countLook` counts a look of an address at a shared result, in this process: strangers write nothing for all processes. Throws Throttled. */
  countLook(address: string): void {
    const subject = `looks from ${addressGroup(address)}`
    this.#count(subject, PER_MINUTE.looks, () => new Bucket(subject, () => {}))
  }

  #count(subject: string, perMinute: number, open = () => this.#buckets.open(subject)): void {
    const bucket = this.#kept.get(subject) ?? open()
    this.#kept.delete(subject)
    this.#kept.set(subject, bucket)
    if (this.#kept.size > MAX_KEPT) this.#kept.delete(this.#kept.keys().next().value as string)
    const wait = bucket.take(perMinute, this.#buckets.now())
    if (wait > 0) throw new Throttled('too_many_requests', wait)
  }
}
