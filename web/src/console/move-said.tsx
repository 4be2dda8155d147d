import { Trans, useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { api, dataOf } from '../api/client.ts'
import { money } from '../kit/amount.tsx'
import { When } from '../kit/when.tsx'
import styles from './move-said.module.css'

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
  const preview = useQuery({
    queryKey: ['move-preview', account, amount, note],
    queryFn: ({ signal }) =>
      dataOf(
        api.GET('/api/operator/accounts/{account}/move-preview', {
          params: {
            path: { account },
            query: { amount: amount ?? '0', ...(note?.trim() && { note: note.trim() }) },
          },
          signal,
        }),
      ),
    enabled: amount !== undefined,
    retry: false,
    staleTime: 0,
  })
  const said = amount === undefined ? undefined : preview.data
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
