import { Trans, useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { api, dataOf } from '../api/client.ts'
import { money } from '../kit/amount.tsx'
import { When } from '../kit/when.tsx'
import styles from './move-said.module.css'

/** `useAfter` asks the server what there would be; nothing is asked without an amount or a limit. `amount` comes `times` times. */
function useAfter(
  account: string,
  asked: { amount?: string | undefined; times?: number; limit?: string | undefined; note?: string },
) {
  const { amount, times, limit, note } = asked
  const isAsked = amount !== undefined || limit !== undefined
  const after = useQuery({
    queryKey: ['move-preview', account, asked],
    queryFn: ({ signal }) =>
      dataOf(
        api.GET('/api/operator/accounts/{account}/move-preview', {
          params: {
            path: { account },
            query: {
              ...(amount !== undefined && { amount }),
              ...(times !== undefined && { times }),
              ...(limit !== undefined && { credit_limit: limit }),
              ...(note !== undefined && { note }),
            },
          },
          signal,
        }),
      ),
    enabled: isAsked,
    retry: false,
    staleTime: 0,
  })
  return isAsked ? after.data : undefined
}

/** `AfterSaid` says what a reseller has now and would have, after an amount that comes or goes for each of so many items of an order. */
export function AfterSaid({
  account,
  currency,
  amount,
  times = 1,
}: {
  account: string
  currency: string
  amount: string | undefined
  times?: number
}) {
  const { t } = useLingui()
  const said = useAfter(account, { amount, times })
  return (
    <div role="status">
      {said && (
        <p className={styles.preview}>
          <Trans>
            {account}: now {money(said.available, currency)} → after {money(said.after, currency)}
          </Trans>
        </p>
      )}
      {said && !said.fits && (
        <p className={styles.warning}>{t`That is more than the balance and the credit limit have.`}</p>
      )}
    </div>
  )
}

/** `LimitSaid` says what a reseller can spend now, and could with another credit limit; undefined: with that of now. */
export function LimitSaid({
  account,
  currency,
  limit,
}: {
  account: string
  currency: string
  limit: string | undefined
}) {
  const { t } = useLingui()
  const said = useAfter(account, limit === undefined ? { amount: '0' } : { limit })
  if (!said) return null
  const now = money(said.spendable_now, currency)
  return (
    <div role="status">
      <p className={styles.preview}>
        {limit === undefined ? (
          <Trans>Can be spent: {now}</Trans>
        ) : (
          <Trans>
            Can be spent: now {now} → after {money(said.spendable, currency)}
          </Trans>
        )}
      </p>
      {said.spendable.startsWith('-') && (
        <p className={styles.warning}>{t`Nothing can be ordered then: more is owed than that limit.`}</p>
      )}
    </div>
  )
}

/** `MoveSaid` says what there is now and would be then, and that the same was done a short time ago. The server reckons it. */
export function MoveSaid({
  account,
  currency,
  amount,
  note,
  children,
}: {
  account: string
  currency: string
  amount: string | undefined
  note: string | undefined
  /** `children` is said until there is an amount. */
  children?: ReactNode
}) {
  const { t } = useLingui()
  const said = useAfter(account, { amount, ...(note?.trim() && { note: note.trim() }) })
  const by = said?.same?.actor_name
  return (
    <div role="status">
      <p className={styles.preview}>
        {said ? (
          <Trans>
            now {money(said.available, currency)} → after {money(said.after, currency)}
          </Trans>
        ) : (
          children
        )}
      </p>
      {said && !said.fits && (
        <p className={styles.warning}>{t`That is more than the balance and the credit limit have.`}</p>
      )}
      {said?.same && (
        <p className={styles.warning}>
          <Trans>
            The same amount with the same note was booked <When at={said.same.at} /> by {by ?? '–'}. Book it
            again only if the money came twice.
          </Trans>
        </p>
      )}
    </div>
  )
}
