import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Group, Stack, Switch } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useEffect, useMemo, useState } from 'react'
import { api, dataOf } from '../../../../api/client.ts'
import { AmountInput } from '../../../../kit/amount-input.tsx'
import { AtFields, NativeSelect, TextInput } from '../../../../kit/inputs.tsx'
import { FaultNote, Loading } from '../../../../kit/notes.tsx'
import { PercentInput } from '../../../../kit/percent-input.tsx'
import { coinOf, readPrice, readRate } from '../../../../kit/read-amount.ts'
import { priceGroupsQuery } from '../../../price-groups.ts'
import { type PriceForm, stillThere } from './choices.ts'
import styles from './import.module.css'
import type { StepProps } from './import.tsx'

interface Rate {
  base: string
  quote: string
}

/** `hasRate` tells whether the server can make the one currency of the other: by their rate in either direction, or by one currency between. */
function hasRate(rates: readonly Rate[], base: string, quote: string): boolean {
  const pairs = new Set(rates.flatMap((one) => [`${one.base} ${one.quote}`, `${one.quote} ${one.base}`]))
  const currencies = new Set(rates.flatMap((one) => [one.base, one.quote]))
  return (
    base === quote ||
    pairs.has(`${base} ${quote}`) ||
    [...currencies].some((between) => pairs.has(`${base} ${between}`) && pairs.has(`${between} ${quote}`))
  )
}

/** `Price` says what the new services are sold for, in every currency and to every price group, and how they are called. */
export function Price({ list, choices, onChoose, next, currency }: StepProps & { currency: string }) {
  const { t } = useLingui()
  const rates = useQuery({
    queryKey: ['rates'],
    queryFn: ({ signal }) => dataOf(api.GET('/api/operator/rates', { signal })),
  })
  const groups = useQuery(priceGroupsQuery)
  const { prices } = choices
  const there = stillThere(choices, list)
  const news = there.filter(({ choice }) => choice.as === 'new')
  const theirs = useMemo(() => [...new Set(news.map(({ listed }) => listed.group))], [news])
  const needsPrices = news.length > 0
  useEffect(() => {
    if (needsPrices && prices.length === 0 && currency !== '') onChoose({ prices: [emptyPrice(currency)] })
  }, [needsPrices, prices.length, currency, onChoose])
  const write = (at: number, changed: Partial<PriceForm>) =>
    onChoose({ prices: prices.map((one, place) => (place === at ? { ...one, ...changed } : one)) })
  const lacks = rates.data
    ? [...new Set(prices.map((one) => one.currency.trim().toUpperCase()))].filter(
        (one) => /^[A-Z]{3}$/.test(one) && !hasRate(rates.data.items, currency, one),
      )
    : []
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (lacks.length === 0) next()
  }
  return (
    <Stack gap="xl">
      <form id="prices" onSubmit={submit}>
        <Stack gap="lg">
          {needsPrices && (
            <section aria-labelledby="sold">
              <h2 id="sold" className={styles.heading}>
                <Trans>What the new services are sold for</Trans>
              </h2>
              <p className="muted">
                <Trans>
                  The cost, and so many percent of it, and a fixed amount, rounded up. Each currency and each
                  price group has a line of its own; a group without one pays what everyone pays.
                </Trans>
              </p>
              <FaultNote fault={groups.error ?? rates.error} />
              {groups.isPending && <Loading rows={2} />}
              <Stack gap="sm">
                {prices.map((one, at) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place.
                  <fieldset key={at} className={styles.rule} aria-label={t`Price ${at + 1}`}>
                    <NativeSelect
                      label={t`For`}
                      value={one.group}
                      onChange={({ currentTarget }) => write(at, { group: currentTarget.value })}
                      data={[
                        { value: '', label: t`Everyone` },
                        ...(groups.data?.items ?? []).map(({ name }) => ({
                          value: String(name),
                          label: String(name),
                        })),
                      ]}
                    />
                    <TextInput
                      label={t`Currency`}
                      value={one.currency}
                      onChange={({ currentTarget }) =>
                        write(at, { currency: currentTarget.value.toUpperCase() })
                      }
                      required
                      minLength={3}
                      maxLength={3}
                      autoComplete="off"
                    />
                    <PercentInput
                      label={t`Percent`}
                      value={one.percent}
                      onChange={({ currentTarget }) => write(at, { percent: currentTarget.value })}
                      required={one.fixed.trim() === ''}
                    />
                    <AmountInput
                      field="fixed"
                      label={t`And an amount`}
                      {...{ coin: coinOf(one.currency.trim()), read: readPrice }}
                      value={one.fixed}
                      onValue={(fixed) => write(at, { fixed })}
                    />
                    <AmountInput
                      field="round"
                      label={t`Rounded up to`}
                      placeholder={t`The coin`}
                      {...{ coin: coinOf(one.currency.trim()), read: readPrice }}
                      value={one.round}
                      onValue={(round) => write(at, { round })}
                    />
                    <AmountInput
                      field="min_price"
                      label={t`At least`}
                      {...{ coin: coinOf(one.currency.trim()), read: readPrice }}
                      value={one.minPrice}
                      onValue={(minPrice) => write(at, { minPrice })}
                    />
                    {prices.length > 1 && (
                      <Button
                        variant="subtle"
                        size="compact-sm"
                        aria-label={t`Remove price ${at + 1}`}
                        onClick={() => onChoose({ prices: prices.filter((_, place) => place !== at) })}
                      >
                        <Trans>Remove</Trans>
                      </Button>
                    )}
                  </fieldset>
                ))}
                <Button
                  variant="default"
                  w="fit-content"
                  onClick={() => onChoose({ prices: [...prices, emptyPrice(currency)] })}
                >
                  <Trans>Another currency or price group</Trans>
                </Button>
              </Stack>
            </section>
          )}
          {needsPrices && (
            <section aria-labelledby="called">
              <h2 id="called" className={styles.heading}>
                <Trans>How they are called, and where they stand</Trans>
              </h2>
              <div className={styles.two}>
                <TextInput
                  label={t`Left out of names`}
                  description={t`What names begin with, such as the supplier’s own.`}
                  value={choices.dropPrefix}
                  onChange={({ currentTarget }) => onChoose({ dropPrefix: currentTarget.value })}
                  maxLength={100}
                  autoComplete="off"
                />
                {theirs.slice(0, 60).map((group) => (
                  <TextInput
                    key={group}
                    label={t`Group of ours for ${group}`}
                    placeholder={group}
                    value={choices.groups[group] ?? ''}
                    onChange={({ currentTarget }) =>
                      onChoose({ groups: { ...choices.groups, [group]: currentTarget.value } })
                    }
                    maxLength={200}
                    autoComplete="off"
                  />
                ))}
              </div>
            </section>
          )}
          <section aria-labelledby="guarded">
            <h2 id="guarded" className={styles.heading}>
              <Trans>Margin</Trans>
            </h2>
            <Stack gap="sm">
              <PercentInput
                label={t`Margin floor, in percent`}
                description={t`What must remain of a price: an item that would leave less waits for a person. Empty: nothing is sold at a loss.`}
                value={choices.marginFloor}
                onChange={({ currentTarget }) => onChoose({ marginFloor: currentTarget.value })}
                maw={420}
              />
              {needsPrices && (
                <Switch
                  label={t`Prices follow later costs`}
                  checked={choices.follows}
                  onChange={({ currentTarget }) => onChoose({ follows: currentTarget.checked })}
                />
              )}
            </Stack>
          </section>
        </Stack>
      </form>
      {lacks.map((one) => (
        <RateOf key={one} base={currency} quote={one} />
      ))}
      <Group>
        <Button type="submit" form="prices" data-next disabled={lacks.length > 0}>
          <Trans>Check it</Trans>
        </Button>
      </Group>
    </Stack>
  )
}

const emptyPrice = (currency: string): PriceForm => ({
  ...{ currency, group: '', percent: '', fixed: '', round: '', minPrice: '' },
})

/** `RateOf` sets the exchange rate that is missing, in its place. */
function RateOf({ base, quote }: { base: string; quote: string }) {
  const { t } = useLingui()
  const client = useQueryClient()
  const [rate, setRate] = useState('')
  const coin = coinOf(quote)
  const read = readRate(rate, coin)
  const save = useMutation({
    mutationFn: () => dataOf(api.POST('/api/operator/rates', { body: { base, quote, rate: read ?? '' } })),
    onSuccess: () => client.invalidateQueries({ queryKey: ['rates'] }),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save.mutate()
  }
  return (
    <form onSubmit={submit} className={styles.problem}>
      <AtFields fault={save.error}>
        <p>
          <strong>
            <Trans>
              There is no exchange rate from {base} to {quote}.
            </Trans>
          </strong>{' '}
          <Trans>
            Costs are in {base}: without it nothing can be sold in {quote}.
          </Trans>
        </p>
        <div className={styles.filters}>
          <AmountInput
            {...{ field: 'rate', coin, read: readRate, value: rate, onValue: setRate }}
            label={t`1 ${base} is so much ${quote}`}
            required
            w={240}
          />
          <Button type="submit" variant="default" loading={save.isPending} disabled={!read}>
            <Trans>Set the rate</Trans>
          </Button>
        </div>
        <FaultNote fault={save.error} />
      </AtFields>
    </form>
  )
}
