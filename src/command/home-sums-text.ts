import type { HomeSums } from '../sales/home.ts'

/** `homeSumsLines` say by which rates sums in the home currency were made, and what is not in them. */
export const homeSumsLines = ({ currency, rates, withoutRate }: HomeSums): string[] => [
  ...(rates.length === 0
    ? []
    : [
        `in ${currency} by the rates at the end of each day, lately ` +
          rates.map(({ base, quote, rate }) => `1 ${base} = ${rate} ${quote}`).join(', '),
      ]),
  ...(withoutRate.length === 0
    ? []
    : [`without a rate to ${currency}, and so not in it: ${withoutRate.join(', ')}`]),
]

export const homeSumsJson = ({ currency, rates, withoutRate }: HomeSums) => ({
  ...{ currency, rates, without_rate: withoutRate },
})
