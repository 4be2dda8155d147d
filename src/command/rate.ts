import type { Command } from 'commander'
import type { Rate } from '../ledger/rate.ts'
import { Rates } from '../ledger/rates.ts'
import { actor, withDatabase } from './connection.ts'
import { configuredLimit, timeOf } from './input.ts'
import { type Answer, answering, cutTo, listed, MAX_CONFIGURED } from './output.ts'

export function register(program: Command): void {
  const rate = program.command('rate')
  rate
    .command('set')
    .description('what one unit of a currency is worth in another, from a day on')
    .argument('<base>', 'such as USD')
    .argument('<quote>', 'such as IDR')
    .argument('<rate>', 'such as 16250')
    .option('--from <time>', 'ISO date or time in UTC from which it holds; without it: from now on')
    .option('--far', 'it is meant so, though it is far from the rate that holds')
    .action(answering(set))
  rate
    .command('list')
    .description('the rates that hold now and those to come')
    .option('--all', 'also those that newer ones have replaced')
    .addOption(configuredLimit())
    .action(answering(list))
}

async function set(
  base: string,
  quote: string,
  rate: string,
  { from, far: isFar = false }: { from?: string; far?: boolean },
): Promise<Answer> {
  const validFrom = from === undefined ? undefined : timeOf(from, 'from', new Date())
  const given = {
    base: base.toUpperCase(),
    quote: quote.toUpperCase(),
    rate,
    validFrom,
    actor: actor(),
    isFar,
  }
  const made = await withDatabase(({ sql }) => new Rates(sql).set(given))
  return { ...ratesAnswer([made]), json: rateJson(made) }
}

async function list({ all = false, limit }: { all?: boolean; limit: number }): Promise<Answer> {
  const rates = await withDatabase(({ sql }) =>
    all ? new Rates(sql).list(limit + 1) : new Rates(sql).current(new Date()),
  )
  return cutTo(limit, rates, ratesAnswer, MAX_CONFIGURED)
}

const rateJson = ({ base, quote, rate, validFrom, actor }: Rate) => ({
  base,
  quote,
  rate,
  valid_from: validFrom,
  actor,
})

const ratesAnswer = (rates: Rate[]): Answer =>
  listed(rates, {
    json: rateJson,
    columns: {
      base: ({ base }) => base,
      quote: ({ quote }) => quote,
      rate: ({ rate }) => rate,
      from: ({ validFrom }) => validFrom,
      'set by': ({ actor }) => actor,
    },
    right: ['rate'],
    none: 'no rates',
  })
