import { Type } from 'typebox'
import type { HomeSums } from '../../../sales/home.ts'

/** `homeSumsFields` say how sums in the home currency were made. */
export const homeSumsFields = {
  rates: Type.Array(Type.Object({ base: Type.String(), quote: Type.String(), rate: Type.String() }), {
    description:
      'Of each currency in the sum the rate at the end of the last day: one of `base` is worth `rate` of `quote`. Amounts are converted by those at the end of their own day',
  }),
  without_rate: Type.Array(Type.String(), {
    description: 'Currencies that are not in the sum, because a rate is missing, if only on one of the days',
  }),
}

export const wireHomeSums = ({ rates, withoutRate }: HomeSums) => ({ rates, without_rate: withoutRate })
