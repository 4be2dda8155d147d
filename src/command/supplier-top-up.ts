import { type Command, Option } from 'commander'
import { MAX_ID } from '../lib/ids.ts'
import { formatMoney } from '../lib/money.ts'
import { systemClock } from '../lib/time.ts'
import { topUpJson, topUpWaysJson } from '../suppliers/top-up-json.ts'
import {
  askAboutTopUp,
  beginTopUp,
  closeTopUp,
  listTopUps,
  noteTopUp,
  readTopUpWays,
  type TopUp,
} from '../suppliers/top-ups.ts'
import { actor, withDatabase } from './connection.ts'
import { idOf, limitOption, wholeFrom } from './input.ts'
import { type Answer, answering, keyValues, listed, withNext } from './output.ts'
import { withSuppliers } from './sealing.ts'

/** `registerTopUps` adds what pays in to our accounts at suppliers. */
export function registerTopUps(supplier: Command): void {
  const topUp = supplier
    .command('top-up')
    .description('money paid in to our account at a supplier, where its protocol has deposits, or elsewhere')
  topUp
    .command('ways <supplier>')
    .description('ask for its ways to pay in; exit code 6 when they cannot be had')
    .action(answering(ways))
  topUp
    .command('begin <supplier>')
    .description(
      'begin a deposit there: the answer says how to pay; exit code 6 when nobody knows whether it was begun',
    )
    .requiredOption('--way <code>', 'by which of its ways to pay in')
    .requiredOption('--amount <amount>', "what is to be credited, in the supplier's currency")
    .action(answering(begin))
  topUp
    .command('ask <supplier> <id>')
    .description('how a deposit stands; one whose answer was lost is looked for')
    .action(answering(ask))
  topUp
    .command('close <supplier> <id>')
    .description('follow it no more: it is not there, or is not to be paid')
    .requiredOption('--why <text>', 'for the trail')
    .action(answering(close))
  topUp
    .command('note <supplier>')
    .description('write down what was paid elsewhere')
    .requiredOption('--amount <amount>', "in the supplier's currency")
    .option('--reference <text>', "the payment's")
    .option('--note <text>', 'what there is to know of it')
    .action(answering(note))
  topUp
    .command('list <supplier>')
    .description('what was paid in, or is to be, the newest first')
    .addOption(new Option('--before <id>', 'the page behind a top-up').argParser(wholeFrom(1, MAX_ID)))
    .addOption(limitOption())
    .action(answering(list))
}

async function ways(supplier: string): Promise<Answer> {
  const read = await withSuppliers((parts) => readTopUpWays(parts, supplier))
  const { ways: all, problem, currency } = read
  const money = (amount: bigint | null) => (amount === null ? null : formatMoney(amount, currency))
  const shown = listed(all ?? [], {
    json: (way) => way,
    columns: {
      code: (way) => way.code,
      name: (way) => way.name,
      from: (way) => money(way.minAmount),
      to: (way) => money(way.maxAmount),
      fee: (way) => `${way.feePercent} % and ${money(way.feeFlat)}`,
    },
    right: ['from', 'to'],
    none: 'no ways to pay in by its protocol: `supplier top-up note` writes down what was paid elsewhere',
  })
  return { json: topUpWaysJson(read), text: problem ?? shown.text, bad: problem !== null }
}

const begin = (supplier: string, { way, amount }: { way: string; amount: string }): Promise<Answer> =>
  withSuppliers(async (parts) =>
    topUpAnswer(await beginTopUp(parts, supplier, { way, amount, actor: actor() }), supplier),
  )

const ask = (supplier: string, id: string): Promise<Answer> =>
  withSuppliers(async (parts) => topUpAnswer(await askAboutTopUp(parts, supplier, idOf(id)), supplier))

const close = (supplier: string, id: string, { why }: { why: string }): Promise<Answer> =>
  withDatabase(async ({ sql }) =>
    topUpAnswer(await closeTopUp(sql, systemClock, supplier, { id: idOf(id), why }), supplier),
  )

const note = (
  supplier: string,
  given: { amount: string; reference?: string; note?: string },
): Promise<Answer> =>
  withDatabase(async ({ sql }) =>
    topUpAnswer(await noteTopUp(sql, systemClock, supplier, { ...given, actor: actor() }), supplier),
  )

async function list(supplier: string, page: { before?: number; limit: number }): Promise<Answer> {
  const { limit, before = MAX_ID } = page
  const { topUps } = await withDatabase(({ sql }) => listTopUps(sql, supplier, { before, limit: limit + 1 }))
  const shown = topUps.slice(0, limit)
  const answer = listed(shown, {
    json: topUpJson,
    columns: {
      id: (one) => one.id,
      at: (one) => one.at,
      way: (one) => one.way,
      amount: (one) => formatMoney(one.amount, one.currency),
      state: (one) => words[one.state],
      reference: (one) => one.reference,
      by: (one) => one.actor,
    },
    right: ['id', 'amount'],
    none: 'no top-ups: imeigate supplier top-up begin makes the first one',
  })
  return withNext(answer, {
    next: topUps.length > limit ? shown.at(-1)?.id : undefined,
    stoppedAt: undefined,
  })
}

const words: Record<TopUp['state'], string> = {
  ...{ unknown: 'not known', pending: 'to be paid', review: 'being looked at', credited: 'credited' },
  ...{ cancelled: 'cancelled', expired: 'expired', failed: 'failed', not_begun: 'not begun' },
  ...{ given_up: 'given up', noted: 'written down' },
}

function topUpAnswer(one: TopUp, supplier: string): Answer {
  const { state, credited, toPay, currency } = one
  const json = topUpJson(one)
  const isUnknown = state === 'unknown'
  return {
    json,
    text: keyValues([
      ['top-up', one.id],
      ['state', words[state]],
      one.reason !== null && ['reason', one.reason],
      one.way !== null && ['way', one.way],
      ['amount', formatMoney(one.amount, currency)],
      credited !== null && credited !== one.amount && ['credited', formatMoney(credited, currency)],
      toPay !== null && ['to pay', formatMoney(toPay, currency)],
      ...Object.entries(json.pay_to).map(
        ([name, value]) => value !== null && ([name.replaceAll('_', ' '), value] as const),
      ),
      one.expiresAt !== null && ['until', one.expiresAt],
      one.reference !== null && ['reference', one.reference],
      one.note !== null && ['note', one.note],
    ]),
    ...(one.endedAt === null && {
      note: `${isUnknown ? 'whether it was begun' : 'how it stands'}: imeigate supplier top-up ask ${JSON.stringify(supplier)} ${one.id}`,
    }),
    bad: isUnknown,
  }
}
