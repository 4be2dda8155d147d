import { type Command, Option } from 'commander'
import {
  type InboxEntry,
  type InboxFilter,
  listInbox,
  putOffThing,
  releaseThing,
  takeThing,
} from '../inbox/inbox.ts'
import { type InboxKind, inboxKindNames } from '../inbox/kinds.ts'
import { formatMicros } from '../lib/money.ts'
import { HOUR_MS } from '../lib/time.ts'
import { actor, withDatabase } from './connection.ts'
import { limitOption, wholeFrom } from './input.ts'
import { type Answer, answering, cutTo, listed } from './output.ts'

export function register(program: Command): void {
  const inbox = program.command('inbox')
  inbox
    .command('list')
    .description('what waits, the longest first')
    .addOption(new Option('--kind <kind>', 'only of this kind').choices(inboxKindNames))
    .option('--supplier <id or name>', 'only of this supplier')
    .option('--account <id or username>', 'only of this account')
    .option('--service <id or code>', 'only of this service')
    .addOption(new Option('--taken <by>', 'what you work on, or nobody').choices(['me', 'free']))
    .option('--later', 'only what was put off')
    .addOption(limitOption())
    .action(answering(list))
  inbox
    .command('take')
    .argument('<thing>', 'as `inbox list` names it, such as review-12')
    .description('tell the others for 5 minutes that you work on it')
    .action(answering(take))
  inbox
    .command('later')
    .argument('<thing>')
    .description('hide it for some hours, for everybody; it comes back by itself')
    .option('--hours <number>', 'at most 24', wholeFrom(1, 24), 1)
    .action(answering(later))
  inbox
    .command('release')
    .argument('<thing>')
    .description('it waits for anybody again')
    .action(answering(release))
}

interface ListOptions extends Omit<InboxFilter, 'kinds'> {
  kind?: InboxKind
  limit: number
}

async function list({ kind, limit, ...filter }: ListOptions): Promise<Answer> {
  const wanted = { ...filter, kinds: kind === undefined ? inboxKindNames : [kind] }
  const { items } = await withDatabase(({ sql }) => listInbox(sql, wanted, { me: actor(), limit: limit + 1 }))
  return cutTo(limit, items, entriesAnswer)
}

const entriesAnswer = (entries: InboxEntry[]): Answer =>
  listed(entries, {
    json: (one) => ({
      ...{ thing: one.thing, kind: one.kind, since: one.since, detail: one.detail },
      ...{
        account: one.account?.username ?? null,
        order: one.order?.id ?? null,
        item: one.order?.position ?? null,
      },
      ...{ service_code: one.service?.code ?? null, supplier: one.supplier?.name ?? null, input: one.input },
      ...{ count: one.count, amount: amountOf(one), currency: one.currency },
      ...{
        taken_by: one.takenBy,
        taken_until: one.takenUntil,
        later_by: one.laterBy,
        later_until: one.laterUntil,
      },
    }),
    columns: {
      thing: (one) => one.thing,
      kind: (one) => one.kind,
      supplier: (one) => one.supplier?.name,
      account: (one) => one.account?.username,
      input: (one) => one.input,
      items: (one) => one.count,
      amount: (one) => amountOf(one),
      '': (one) => one.currency,
      since: (one) => one.since,
      'taken by': (one) => one.takenName ?? one.takenBy,
      later: (one) => one.laterUntil,
      why: (one) => one.detail,
    },
    right: ['items', 'amount'],
    none: 'no things that wait for a person',
  })

const amountOf = ({ amount, currency }: InboxEntry): string | null =>
  amount === null || currency === null ? null : formatMicros(amount, currency)

async function take(thing: string): Promise<Answer> {
  const until = await withDatabase(({ sql }) => takeThing(sql, thing, actor()))
  return { json: { thing, taken_until: until }, text: `${thing} is yours for 5 minutes` }
}

async function later(thing: string, { hours }: { hours: number }): Promise<Answer> {
  const until = new Date(Date.now() + hours * HOUR_MS)
  await withDatabase(({ sql }) => putOffThing(sql, thing, actor(), until))
  return {
    json: { thing, later_until: until },
    text: `${thing} comes back in ${hours === 1 ? 'an hour' : `${hours} hours`}`,
  }
}

async function release(thing: string): Promise<Answer> {
  await withDatabase(({ sql }) => releaseThing(sql, thing))
  return { json: { thing }, text: `${thing} waits for anybody` }
}
