import { checkEmail } from '../accounts/account-input.ts'
import type { Queryable } from '../database/database.ts'
import { Refusal } from '../errors.ts'
import type { AccountId, SubscriptionId } from '../lib/ids.ts'
import { type Clock, systemClock } from '../lib/time.ts'
import { type EventName, eventsOf } from './events.ts'
import type { Channel, Message, Senders } from './message.ts'
import {
  deleteSubscription,
  insertSubscription,
  type Subscription,
  selectSubscription,
  selectSubscriptions,
} from './subscriptions.sql.ts'

export type { Subscription, SubscriptionId }

export interface NewSubscription {
  /** null: the operator. */
  accountId: AccountId | null
  channel: Channel
  address: string
  /** Names of its side's events; none: all. */
  events: string[]
}

/** Throws invalid_input naming the field at fault, or conflict when this address is told already. */
export async function subscribe(
  sql: Queryable,
  { accountId, channel, address: given, events: wanted }: NewSubscription,
  senders: Senders,
  actor: string,
  clock: Clock = systemClock,
): Promise<Subscription> {
  const address = channel === 'email' ? checkEmail(given) : checkChat(given)
  const events = wanted.length === 0 ? null : checkEvents(wanted, accountId)
  requireSender(senders, channel)
  const one = { accountId, channel, address, events, actor, createdAt: clock.now() }
  const id = await insertSubscription(sql, one)
  if (id === undefined) {
    throw new Refusal('conflict', `${address} is told already; remove that first to change it`, channel)
  }
  return await findSubscription(sql, id)
}

/** Throws not_found. */
export async function unsubscribe(sql: Queryable, id: SubscriptionId): Promise<void> {
  if (!(await deleteSubscription(sql, id))) refuseUnknown(id)
}

/** Throws not_found. */
export async function findSubscription(sql: Queryable, id: SubscriptionId): Promise<Subscription> {
  return (await selectSubscription(sql, id)) ?? refuseUnknown(id)
}

/** By id. */
export const listSubscriptions = (sql: Queryable): Promise<Subscription[]> => selectSubscriptions(sql)

/** Throws invalid_input when nothing is set up to send with, or an Error that says why it may not have arrived. */
export async function sendTo(
  senders: Senders,
  { channel, address }: Subscription,
  { title, text }: Message,
): Promise<void> {
  await requireSender(senders, channel).send(address, { title: `imeigate: ${title}`, text })
}

/** Tells one person now that notices arrive. Throws as `sendTo`. */
export const sendTest = (senders: Senders, subscription: Subscription): Promise<void> =>
  sendTo(senders, subscription, {
    title: 'a test',
    text: 'Notices to you arrive: there is nothing to do.',
  })

const missing: Record<Channel, string> = {
  email: 'e-mail cannot be sent: SMTP_URL is not set',
  telegram: 'Telegram messages cannot be sent: TELEGRAM_BOT_TOKEN is not set',
}

function requireSender(senders: Senders, channel: Channel) {
  const sender = senders[channel]
  if (!sender) throw new Refusal('invalid_input', missing[channel], channel)
  return sender
}

/** A person, a group (negative), or a public channel's @name. */
function checkChat(text: string): string {
  const chat = text.trim()
  if (/^(-?[1-9]\d{0,19}|@[A-Za-z]\w{3,31})$/.test(chat)) return chat
  const words = `${JSON.stringify(text)} is no chat id such as 123456789, nor a channel such as @shop_alerts`
  throw new Refusal('invalid_input', words, 'telegram')
}

function checkEvents(wanted: string[], accountId: AccountId | null): EventName[] {
  const known = eventsOf(accountId === null ? 'operator' : 'account')
  const isKnown = (name: string): name is EventName => (known as string[]).includes(name)
  const stranger = wanted.find((name) => !isKnown(name))
  if (stranger !== undefined) {
    const whose = accountId === null ? 'the operator' : 'an account'
    const words = `${JSON.stringify(stranger)} is nothing that ${whose} is told of: ${known.join(', ')}`
    throw new Refusal('invalid_input', words, 'event')
  }
  return [...new Set(wanted.filter(isKnown))]
}

function refuseUnknown(id: SubscriptionId): never {
  throw new Refusal('not_found', `there is no subscription ${id}`, 'id')
}
