import type { Sql } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import type { AccountId, OrderId, ServiceId } from '../lib/ids.ts'
import { type Clock, DAY_MS } from '../lib/time.ts'
import { findOrderName } from '../orders/desk/order-name.ts'
import { because } from '../reasons.ts'
import { readToken, type SharedLink, writeToken } from './link-token.ts'
import {
  type ItemName,
  selectShare,
  selectSharedItem,
  updateStopped,
  upsertShare,
} from './shared-results.sql.ts'

/** HOLDS_MS is how long a link holds. */
const HOLDS_MS = 90 * DAY_MS

interface SharingDeps {
  sql: Sql
  /** `key` gives the secret key of the installation. */
  key: () => Promise<Buffer>
  clock: Clock
}

/** SharedResult is what somebody sees who has a link. */
export interface SharedResult {
  serviceId: ServiceId
  input: string
  result: string
  finishedAt: Date
  until: Date
}

/** SharedResults makes links by which anybody may see one result, until they are ended, and follows them. */
export class SharedResults {
  readonly #deps: SharingDeps

  constructor(deps: SharingDeps) {
    this.#deps = deps
  }

  /**
   * `share` gives the token of a link to an item's result. `accountId`: only of that account's orders. Throws order_not_found, or conflict where
   * the item has no result, or a secret one.
   */
  async share(
    sql: Sql,
    { orderId, position, accountId }: { orderId: OrderId; position: number; accountId?: AccountId },
  ): Promise<{ token: string; until: Date }> {
    const name = await nameOf(sql, orderId, position, accountId)
    const item = await selectSharedItem(sql, name)
    if (!item) throw new Refusal('order_not_found', `order ${orderId} has no item ${position}`, 'item')
    if (item.state !== 'success' || item.result === null)
      throw because('conflict', 'no_result_to_share', { item: position }, 'item')
    if (item.secretResults) throw because('conflict', 'secret_not_shared', {}, 'item')
    const number = await upsertShare(sql, name)
    const { key, clock } = this.#deps
    const until = new Date(Math.floor((clock.now().getTime() + HOLDS_MS) / 1000) * 1000)
    return { token: writeToken(await key(), { orderId, position, number, until }), until }
  }

  /** `stop` ends all links to an item's result at once. Throws order_not_found. */
  async stop(
    sql: Sql,
    { orderId, position, accountId }: { orderId: OrderId; position: number; accountId?: AccountId },
  ): Promise<boolean> {
    return await updateStopped(sql, await nameOf(sql, orderId, position, accountId))
  }

  /** `readLink` reads the token of a link, without the database; undefined: nobody has made it, or its time is over. */
  async readLink(token: string): Promise<SharedLink | undefined> {
    const { key, clock } = this.#deps
    const link = readToken(await key(), token)
    return link && link.until > clock.now() ? link : undefined
  }

  /** `follow` gives the result that a link leads to; undefined: the link was ended, or there is no result any more. */
  async follow(link: SharedLink): Promise<SharedResult | undefined> {
    const { sql } = this.#deps
    const order = await findOrderName(sql, link.orderId)
    if (!order) return undefined
    const name = { accountId: order.accountId, orderId: link.orderId, position: link.position }
    const share = await selectShare(sql, name)
    if (!share?.isShared || share.number !== link.number) return undefined
    const item = await selectSharedItem(sql, name)
    if (item?.state !== 'success' || item.result === null || item.finishedAt === null) return undefined
    if (item.secretResults) return undefined
    const { serviceId, input, result, finishedAt } = item
    return { serviceId, input, result, finishedAt, until: link.until }
  }
}

async function nameOf(
  sql: Sql,
  orderId: OrderId,
  position: number,
  wanted: AccountId | undefined,
): Promise<ItemName> {
  const order = await findOrderName(sql, orderId)
  if (!order || (wanted !== undefined && wanted !== order.accountId))
    throw new Refusal('order_not_found', String(orderId), 'id')
  return { accountId: order.accountId, orderId, position }
}
