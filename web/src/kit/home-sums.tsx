import { Plural, Trans, useLingui } from '@lingui/react/macro'

/** HomeSums is what the server says of sums in the home currency. */
export interface HomeSums {
  currency: string
  rates: { base: string; quote: string; rate: string }[]
  without_rate: string[]
}

/** `HomeSumsNote` says by which rates sums in the home currency were made, and what is not in them. `uncosted` counts items whose cost is in none. */
export function HomeSumsNote({
  home: { currency, rates, without_rate: missing },
  uncosted = 0,
}: {
  home: HomeSums
  uncosted?: number | undefined
}) {
  const { i18n } = useLingui()
  const list = (parts: string[]) =>
    new Intl.ListFormat(i18n.locale, { type: 'unit', style: 'short' }).format(parts)
  const said = list(
    rates.map(
      ({ base, quote, rate }) =>
        `1 ${base} = ${i18n.number(Number(rate), { maximumSignificantDigits: 6 })} ${quote}`,
    ),
  )
  return (
    <p className="muted">
      {rates.length > 0 && (
        <Trans>
          In {currency} by the rates at the end of each day, lately {said}.
        </Trans>
      )}{' '}
      {missing.length > 0 && (
        <Trans>
          Without a rate to {currency}, and so not in the sums: {list(missing)}.
        </Trans>
      )}{' '}
      {uncosted > 0 && (
        <Plural
          value={uncosted}
          one="The cost of # item is not known, or has no rate: it counts as none."
          other="The costs of # items are not known, or have no rate: they count as none."
        />
      )}
    </p>
  )
}
