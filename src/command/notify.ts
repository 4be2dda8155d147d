import { type Command, Option } from 'commander'
import { findAccount } from '../accounts/accounts.ts'
import { changeBecause } from '../audit/acting.ts'
import { Refusal } from '../errors.ts'
import { channelKinds } from '../integrations/channels/index.ts'
import type { SubscriptionId } from '../lib/ids.ts'
import { type Language, languages } from '../lib/languages.ts'
import { systemClock } from '../lib/time.ts'
import { sendTest } from '../notices/channels.ts'
import { type EventName, events, rulesOf } from '../notices/events.ts'
import { preview } from '../notices/preview.ts'
import {
  changeEvents,
  findSubscription,
  listSubscriptions,
  type Subscription,
  subscribe,
  unsubscribe,
} from '../notices/subscriptions.ts'
import { actor, withDatabase } from './connection.ts'
import { configuredLimit, idOf } from './input.ts'
import { deliveryAnswer, registerChannels, sendingDeps } from './notify-channel.ts'
import { type Answer, answering, cutTo, listed, MAX_CONFIGURED } from './output.ts'

/** AddOptions has an address under the name of its kind of channel. */
interface AddOptions {
  [kind: string]: unknown
  channel?: string
  account?: string
  event: string[]
}

export function register(program: Command): void {
  const notify = program.command('notify')
  const one = notify.command('add').description('tell one more person or chat')
  for (const { kind, address } of channelKinds.kinds)
    one.option(`--${kind} <${address.value}>`, `by a channel of kind ${kind}: ${address.help}`)
  one
    .option('--channel <name>', 'by which channel, where there are several of the kind')
    .option(
      '--account <id or username>',
      'of what happens to this account; without it, of what operators look after',
    )
    .option('--event <name>', 'only of this (see notify events); may be repeated', collect, [])
    .action(answering(add))
  notify
    .command('list')
    .description('who is told of what')
    .addOption(configuredLimit())
    .action(answering(list))
  notify
    .command('update <id>')
    .description('switch events on and off for this one, and leave the rest')
    .option('--on <event>', 'tell this, too; may be repeated', collect, [])
    .option('--off <event>', 'do not tell this any more; may be repeated', collect, [])
    .action(answering(update))
  notify
    .command('remove <id>')
    .description('tell this one nothing more')
    .option('--why <text>', 'for the trail')
    .action(answering(remove))
  notify
    .command('test <id>')
    .description('send this one a message now; exit code 6 when it did not get there')
    .action(answering(test))
  notify
    .command('preview <event>')
    .description('what would be told of an event now; nothing is sent')
    .option('--account <id or username>', 'to this account, in its language')
    .addOption(new Option('--language <code>', 'to an account, in this language').choices(languages))
    .action(answering(show))
  registerChannels(notify)
  notify.command('events').description('all that somebody can be told of').action(answering(listEvents))
}

const collect = (one: string, others: string[]): string[] => [...others, one]

async function add({ channel, account, event, ...given }: AddOptions): Promise<Answer> {
  const [kind, address] = addressOf(given)
  return await withDatabase(async ({ sql }) => {
    const accountId = account === undefined ? null : (await findAccount(sql, account)).id
    const made = await subscribe(sql, { accountId, kind, channel, address, events: event }, actor())
    const { text } = subscriptions([made])
    return { json: jsonOf(made), text: `${text}\nTo see that it arrives: imeigate notify test ${made.id}` }
  })
}

function addressOf(given: Record<string, unknown>): [kind: string, address: string] {
  const all = channelKinds.names.flatMap((kind): [string, string][] => {
    const address = given[kind]
    return typeof address === 'string' ? [[kind, address]] : []
  })
  const [one, second] = all
  if (one && !second) return one
  const names = channelKinds.names.map((kind) => `--${kind}`).join(', ')
  throw new Refusal('invalid_input', `give exactly one of ${names}`, channelKinds.names[0])
}

async function list({ limit }: { limit: number }): Promise<Answer> {
  const all = await withDatabase(({ sql }) => listSubscriptions(sql, limit + 1))
  return cutTo(limit, all, subscriptions, MAX_CONFIGURED)
}

async function update(text: string, switched: { on: string[]; off: string[] }): Promise<Answer> {
  const id = idOf<SubscriptionId>(text)
  if (switched.on.length === 0 && switched.off.length === 0)
    throw new Refusal('invalid_input', 'give --on or --off', 'on')
  const changed = await withDatabase(({ sql }) => changeEvents(sql, id, switched))
  return { json: jsonOf(changed), text: subscriptions([changed]).text }
}

async function remove(text: string, { why }: { why?: string }): Promise<Answer> {
  const id = idOf<SubscriptionId>(text)
  await withDatabase(({ sql }) => changeBecause(sql, why, (change) => unsubscribe(change, id)))
  return { json: { id }, text: `${id} is told nothing more` }
}

async function test(text: string): Promise<Answer> {
  const id = idOf<SubscriptionId>(text)
  return await withDatabase(async (connected) => {
    const { channelId, channel, address } = await findSubscription(connected.sql, id)
    const sent = sendTest(await sendingDeps(connected), channelId, address)
    return await deliveryAnswer(sent, { id, channel, address })
  })
}

async function show(
  event: string,
  { account, language }: { account?: string; language?: Language },
): Promise<Answer> {
  const messages = await withDatabase(async ({ sql }) => {
    const found = account === undefined ? undefined : await findAccount(sql, account)
    const side = found || language ? 'account' : undefined
    return await preview(sql, systemClock, event, { side, language: language ?? found?.language ?? 'en' })
  })
  return {
    json: { event, messages },
    text:
      messages.map(({ title, text }) => `imeigate: ${title}\n\n${text}`).join('\n\n') ||
      `nothing is to be told of ${event} now`,
  }
}

async function listEvents(): Promise<Answer> {
  const all = (Object.keys(events) as EventName[]).map((name) => ({ name, ...rulesOf(name) }))
  return listed(all, {
    json: ({ name, sides, description }) => ({ name, for: sides, description }),
    columns: {
      event: ({ name }) => name,
      for: ({ sides }) => sides.join(', '),
      'what it says': ({ description }) => description,
    },
    none: 'no events',
  })
}

const subscriptions = (all: Subscription[]): Answer =>
  listed(all, {
    json: jsonOf,
    columns: {
      id: (one) => one.id,
      for: (one) => one.username ?? 'operator',
      by: (one) => one.channelName,
      address: (one) => one.address,
      events: (one) => one.events?.join(' ') ?? 'all',
    },
    right: ['id'],
    none: 'no subscriptions: imeigate notify add makes one',
  })

const jsonOf = (one: Subscription): unknown => ({
  id: one.id,
  account: one.accountId,
  username: one.username,
  channel: one.channel,
  channel_name: one.channelName,
  address: one.address,
  events: one.events,
  created_by: one.actor,
  created_at: one.createdAt,
})
