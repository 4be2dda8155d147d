import { type Static, Type } from 'typebox'
import { actorNames } from '../../../audit/actors.ts'
import { bound, timeOf } from '../../../contract/page.ts'
import type { Rate } from '../../../ledger/rate.ts'
import { Rates } from '../../../ledger/rates.ts'
import { bodyOf, oneOf, orNull, text, time } from '../../kit/shapes.ts'
import type { OperatorDeps } from '../deps.ts'
import { route } from '../route.ts'

const section = 'Prices'

/** MAX_RATES bounds the rates of an answer. */
const MAX_RATES = 1000

const rate = Type.Object({
  base: Type.String(),
  quote: Type.String(),
  rate: Type.String({ description: 'What one unit of `base` is worth in `quote`: a decimal text' }),
  valid_from: time(),
  actor: Type.String({ description: 'Who set it' }),
  actor_name: orNull(Type.String(), 'What the person, program or key is called now'),
})

const wireRate = ({ validFrom, ...one }: Rate, names: ReadonlyMap<string, string>): Static<typeof rate> => ({
  ...{ ...one, valid_from: validFrom, actor_name: names.get(one.actor) ?? null },
})

export const rateRoutes = ({ clock }: Pick<OperatorDeps, 'clock'>) => [
  route({
    method: 'GET',
    path: '/rates',
    name: 'listRates',
    section,
    summary: 'The exchange rates that hold now and those to come, by currencies, the newest first',
    command: 'rate list',
    access: 'prices.read',
    query: Type.Object({
      all: Type.Optional(oneOf(['yes'], { description: 'Also those that newer ones have replaced' })),
    }),
    answer: Type.Object({
      items: Type.Array(rate, { maxItems: MAX_RATES }),
      more: Type.Boolean({ description: 'There are more, which are not shown' }),
    }),
    handle: async ({ desk, query: { all } }) => {
      const rates = new Rates(desk.read)
      const found = all ? await rates.list(MAX_RATES + 1) : await rates.current(clock.now())
      const names = await actorNames(desk.read, [...new Set(found.map(({ actor }) => actor))])
      return {
        items: found.slice(0, MAX_RATES).map((one) => wireRate(one, names)),
        more: found.length > MAX_RATES,
      }
    },
  }),
  route({
    method: 'POST',
    path: '/rates',
    name: 'setRate',
    section,
    summary: 'Say what one unit of a currency is worth in another, from a day on',
    description: 'Prices that follow costs are made by it from the moment from which it holds.',
    command: 'rate set',
    access: 'prices.edit',
    body: bodyOf({
      base: text(3, { description: 'Such as USD' }),
      quote: text(3, { description: 'Such as IDR' }),
      rate: text(30, { description: 'Such as 16250' }),
      valid_from: bound('From which it holds; left out: from now on'),
      far: Type.Optional(
        Type.Boolean({
          description:
            'It is meant so, though it is more than one and a half times the rate that holds then, or less than two thirds of it',
        }),
      ),
    }),
    answer: rate,
    refusals: ['invalid_input'],
    handle: async ({ desk, body: { base, quote, rate: given, valid_from: from, far: isFar = false } }) => {
      const currencies = { base: base.toUpperCase(), quote: quote.toUpperCase() }
      const validFrom = from === undefined ? undefined : timeOf(from)
      const { actor } = desk
      const made = await new Rates(desk.change).set({ ...currencies, rate: given, validFrom, actor, isFar })
      return wireRate(made, await actorNames(desk.change, [actor]))
    },
  }),
]
