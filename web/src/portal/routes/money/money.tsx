import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { answerOf, dataOf } from '../../../api/client.ts'
import { useRefreshOn } from '../../../api/events.ts'
import { portal } from '../../../api/portal.ts'
import { isZero } from '../../../kit/amount.tsx'
import { BalanceChanges, useBalanceChangeFilters } from '../../../kit/balance-changes.tsx'
import { Figures } from '../../../kit/figures.tsx'
import { FilterBar, type Values } from '../../../kit/filters.tsx'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { usePages } from '../../../kit/pages.ts'
import { Price } from '../../price.tsx'
import { useSession } from '../../session.tsx'
import styles from './money.module.css'
import { MoneyPage } from './money-page.tsx'

const TOPICS = ['money']

export const walletQuery = {
  queryKey: ['wallet'],
  queryFn: ({ signal }: { signal: AbortSignal }) => answerOf(portal.GET('/api/wallet/snap', { signal })),
} as const

const readChanges = async (query: Values, cursor: string | undefined, signal: AbortSignal) =>
  (
    await dataOf(
      portal.GET('/api/portal/balance-changes', {
        params: { query: { ...query, ...(cursor !== undefined && { cursor }) } },
        signal,
      }),
    )
  ).page
type Change = Awaited<ReturnType<typeof readChanges>>['items'][number]

/** `Money` is the balance of the account, and all that moved it. The filter stands in the URL; the file has the same. */
export function Money() {
  const { t } = useLingui()
  const query = useSearch({ strict: false }) as Values
  const navigate = useNavigate()
  const { account, permissions } = useSession()
  const filters = useBalanceChangeFilters()
  const list = usePages<Change>(['balance-changes', query], (cursor, signal) =>
    readChanges(query, cursor, signal),
  )
  useRefreshOn(TOPICS, ['balance-changes'])
  const isNarrowed = Object.keys(query).length > 0
  const file = `/api/portal/balance-changes.csv?${new URLSearchParams(query)}`
  return (
    <MoneyPage
      title={t`Money`}
      actions={
        permissions.includes('deposit.create') && (
          <Button component={Link} to={'/money/pay-in' as string}>
            <Trans>Pay in</Trans>
          </Button>
        )
      }
    >
      <Balances />
      <h2 className={styles.heading}>
        <Trans>What moved the balance</Trans>
      </h2>
      <FilterBar
        filters={filters}
        values={query}
        onChange={(search) => void navigate({ to: '/money' as string, search: search as never })}
      >
        <Button component="a" href={file} download variant="default" size="compact-md">
          CSV
        </Button>
      </FilterBar>
      <FaultNote fault={list.error} onRetry={list.again} />
      {!list.rows && !list.error && <Loading />}
      {list.rows?.length === 0 && list.isEnd && (
        <Empty>
          {isNarrowed ? (
            <Trans>Nothing fits these filters.</Trans>
          ) : (
            <Trans>Nothing has moved the balance yet. What you pay in and order stands here.</Trans>
          )}
        </Empty>
      )}
      {list.rows && list.rows.length > 0 && <BalanceChanges rows={list.rows} currency={account.currency} />}
      {list.more && (
        <Button variant="default" mt="md" onClick={list.more}>
          <Trans>Show earlier</Trans>
        </Button>
      )}
    </MoneyPage>
  )
}

/** `Balances` is what the account has, as it is now. */
export function Balances() {
  const { t } = useLingui()
  const { data, error, refetch } = useQuery(walletQuery)
  useRefreshOn(TOPICS, walletQuery.queryKey)
  if (!data) return error ? <FaultNote fault={error} onRetry={() => void refetch()} /> : <Loading rows={2} />
  const { balance, reserved, credit_limit: limit, currency } = data
  const price = (value: string) => <Price value={value} currency={currency} />
  return (
    <Figures
      figures={[
        { label: t`Available`, value: price(balance) },
        { label: t`Held for open orders`, value: price(reserved) },
        ...(isZero(limit) ? [] : [{ label: t`Credit limit`, value: price(limit) }]),
      ]}
    />
  )
}
