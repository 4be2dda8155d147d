import type { Queryable, Sql } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import { channelKinds } from '../integrations/channels/index.ts'
import { invalid, ok, orThrow, type Result } from '../lib/fault.ts'
import type { AccountId, SubscriptionId } from '../lib/ids.ts'
import { type Clock, systemClock } from '../lib/time.ts'
import { checkVersion, versionOf } from '../lib/version.ts'
import { because } from '../reasons.ts'
import { chooseChannel } from './channels.ts'
import { type EventName, eventsOf } from './events.ts'
import { keepReads } from './news.sql.ts'
import {
  deleteSubscription,
  insertSubscription,
  lockSubscription,
  type Subscription,
  selectSubscription,
  updateEvents,
} from './subscriptions.sql.ts'

export { listSubscriptions, type Subscription } from './subscriptions.sql.ts'

/** NewSubscription is a subscription as an operator writes it. */
export interface NewSubscription {
  /** `accountId`, null: the operator. */
  accountId: AccountId | null
  /** `kind` is the kind of channel; `channel` names the channel where there are several of that kind. */
  kind: string
  channel?: string | undefined
  address: string
  /** `events` are names of its side's events; none: all. */
  events: string[]
}

/** `subscribe` throws invalid_input that names the field at fault, or conflict when this address is told already. */
export async function subscribe(
  sql: Queryable,
  { accountId, kind, channel: named, address: given, events: wanted }: NewSubscription,
  actor: string,
  clock: Clock = systemClock,
): Promise<Subscription> {
  const address = orThrow(readAddress(kind, given))
  const events = wanted.length === 0 ? null : checkEvents(wanted, accountId, 'event')
  const { id: channelId } = await chooseChannel(sql, kind, named)
  const subscription = { accountId, channelId, address, events, actor, createdAt: clock.now() }
  const id = await insertSubscription(sql, subscription)
  if (id === undefined) {
    throw because('conflict', 'told_already', { address }, kind)
  }
  await keepReads(sql)
  return await findSubscription(sql, id)
}

/** `changeEvents` switches events of a subscription on and off. Throws not_found, or invalid_input that names the option at fault. */
export async function changeEvents(
  sql: Queryable,
  id: SubscriptionId,
  { on, off }: { on: string[]; off: string[] },
): Promise<Subscription> {
  const { accountId, events } = await findSubscription(sql, id)
  const all = eventsOf(accountId === null ? 'operator' : 'account')
  const [added, taken] = [checkEvents(on, accountId, 'on'), checkEvents(off, accountId, 'off')]
  const both = added.find((name) => taken.includes(name))
  if (both !== undefined) throw new Refusal('invalid_input', `${both} is switched both on and off`, 'off')
  const now = all.filter(
    (name) => !taken.includes(name) && (events === null || events.includes(name) || added.includes(name)),
  )
  if (now.length === 0)
    throw new Refusal('invalid_input', `nothing would be left: imeigate notify remove ${id}`, 'off')
  return await writeEvents(sql, id, now.length === all.length ? null : now)
}

/** `setEvents` says what all a subscription is told; null: all of its side, later events too. Throws not_found, version_conflict or invalid_input. */
export async function setEvents(
  sql: Sql,
  id: SubscriptionId,
  wanted: string[] | null,
  seen: string,
): Promise<Subscription> {
  return await sql.begin(async (transaction) => {
    await lockSubscription(transaction, id)
    const subscription = await findSubscription(transaction, id)
    checkVersion(seen, subscriptionVersion(subscription))
    const events = wanted && checkEvents(wanted, subscription.accountId, 'events')
    if (events?.length === 0) throw because('invalid_input', 'event_needed', {}, 'events')
    return await writeEvents(transaction, id, events)
  })
}

/** `subscriptionVersion` names how a subscription stands. */
export const subscriptionVersion = ({ events }: Subscription): string => versionOf([events])

async function writeEvents(
  sql: Queryable,
  id: SubscriptionId,
  events: EventName[] | null,
): Promise<Subscription> {
  await updateEvents(sql, id, events)
  await keepReads(sql)
  return await findSubscription(sql, id)
}

/** `unsubscribe` throws not_found. */
export async function unsubscribe(sql: Queryable, id: SubscriptionId): Promise<void> {
  if (!(await deleteSubscription(sql, id))) refuseUnknown(id)
}

/** `findSubscription` throws not_found. */
export async function findSubscription(sql: Queryable, id: SubscriptionId): Promise<Subscription> {
  return (await selectSubscription(sql, id)) ?? refuseUnknown(id)
}

/** `readAddress` gives an address as a kind of channel takes it. */
export function readAddress(kind: string, text: string): Result<string> {
  const { pattern, form } = channelKinds.get(kind).address
  const address = text.trim()
  return pattern.test(address) ? ok(address) : invalid(kind, `${JSON.stringify(text)} is no ${form}`)
}

function checkEvents(wanted: string[], accountId: AccountId | null, option: string): EventName[] {
  const known = eventsOf(accountId === null ? 'operator' : 'account')
  const isKnown = (name: string): name is EventName => (known as string[]).includes(name)
  const unknown = wanted.find((name) => !isKnown(name))
  if (unknown !== undefined) {
    const whose = accountId === null ? 'the operator' : 'an account'
    const message = `${JSON.stringify(unknown)} is nothing that ${whose} is told of: ${known.join(', ')}`
    throw new Refusal('invalid_input', message, option)
  }
  return [...new Set(wanted.filter(isKnown))]
}

function refuseUnknown(id: SubscriptionId): never {
  throw new Refusal('not_found', `there is no subscription ${id}`, 'id')
}
