import type { Command } from 'commander'
import { findAccount } from '../accounts/accounts.ts'
import { Refusal } from '../errors.ts'
import type { SubscriptionId } from '../lib/ids.ts'
import { type EventName, events, rulesOf } from '../notices/events.ts'
import type { Channel, Senders } from '../notices/message.ts'
import {
  findSubscription,
  listSubscriptions,
  type Subscription,
  sendTest,
  subscribe,
  unsubscribe,
} from '../notices/subscriptions.ts'
import { actor, type Connected, withDatabase } from './connection.ts'
import { idOf } from './input.ts'
import { type Answer, answering, table } from './output.ts'

interface AddOptions {
  email?: string
  telegram?: string
  account?: string
  event: string[]
}

export function register(program: Command): void {
  const notify = program
    .command('notify')
    .description('who is told, by e-mail or Telegram, of what needs a person')
  notify
    .command('add')
    .description('tell one more person or chat')
    .option('--email <address>')
    .option('--telegram <chat id>', 'a person’s or group’s number, or @channel')
    .option(
      '--account <id or username>',
      'of what happens to this account; without it, of what operators look after',
    )
    .option('--event <name>', 'only of this (see notify events); may be repeated', collect, [])
    .action(answering(add))
  notify.command('list').description('who is told of what').action(answering(list))
  notify
    .command('remove')
    .description('tell this one nothing more')
    .argument('<id>')
    .action(answering(remove))
  notify
    .command('test')
    .description('send this one a message now; exit code 1 when it did not get there')
    .argument('<id>')
    .action(answering(test))
  notify.command('events').description('all that somebody can be told of').action(answering(listEvents))
}

const collect = (one: string, others: string[]): string[] => [...others, one]

async function add({ email, telegram, account, event }: AddOptions): Promise<Answer> {
  const [channel, address] = addressOf({ email, telegram })
  return await withDatabase(async (connected) => {
    const { sql } = connected
    const accountId = account === undefined ? null : (await findAccount(sql, account)).id
    const wanted = { accountId, channel, address, events: event }
    const made = await subscribe(sql, wanted, await sendersOf(connected), actor())
    return {
      json: jsonOf(made),
      text: `${tableOf([made])}\nTo see that it arrives: imeigate notify test ${made.id}`,
    }
  })
}

function addressOf({
  email,
  telegram,
}: {
  email?: string | undefined
  telegram?: string | undefined
}): [Channel, string] {
  if (email !== undefined && telegram === undefined) return ['email', email]
  if (telegram !== undefined && email === undefined) return ['telegram', telegram]
  throw new Refusal('invalid_input', 'give exactly one of --email and --telegram', 'email')
}

async function list(): Promise<Answer> {
  const all = await withDatabase(({ sql }) => listSubscriptions(sql))
  return { json: all.map(jsonOf), text: all.length === 0 ? 'nobody is told of anything' : tableOf(all) }
}

async function remove(text: string): Promise<Answer> {
  const id = idOf<SubscriptionId>(text)
  await withDatabase(({ sql }) => unsubscribe(sql, id))
  return { json: { id }, text: `${id} is told nothing more` }
}

async function test(text: string): Promise<Answer> {
  const id = idOf<SubscriptionId>(text)
  return await withDatabase(async (connected) => {
    const subscription = await findSubscription(connected.sql, id)
    await sendTest(await sendersOf(connected), subscription)
    const { channel, address } = subscription
    return { json: { id, channel, address, sent: true }, text: `sent to ${address}` }
  })
}

async function listEvents(): Promise<Answer> {
  const all = (Object.keys(events) as EventName[]).map((name) => ({ name, ...rulesOf(name) }))
  return {
    json: all.map(({ name, sides, words }) => ({ name, for: sides, description: words })),
    text: table(
      ['event', 'for', 'what it says'],
      all.map(({ name, sides, words }) => [name, sides.join(', '), words]),
    ),
  }
}

/** Its HTTP client takes a while to load, which only these commands need. */
async function sendersOf({ config }: Connected): Promise<Senders> {
  const { openSenders } = await import('../notices/senders.ts')
  const { GuardedOutbound } = await import('../outbound/guarded.ts')
  const { mail, telegram, outboundAllow: allow } = config
  return openSenders({ mail, telegram, outbound: new GuardedOutbound({ allow }) })
}

const tableOf = (all: Subscription[]): string =>
  table(
    ['id', 'for', 'by', 'address', 'events'],
    all.map((one) => [
      one.id,
      one.username ?? 'operator',
      one.channel,
      one.address,
      one.events?.join(' ') ?? 'all',
    ]),
    { right: ['id'] },
  )

const jsonOf = (one: Subscription): unknown => ({
  id: one.id,
  account: one.accountId,
  username: one.username,
  channel: one.channel,
  address: one.address,
  events: one.events,
  created_by: one.actor,
  created_at: one.createdAt,
})
