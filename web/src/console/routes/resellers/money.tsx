import { Trans, useLingui } from '@lingui/react/macro'
import { Anchor, Button, Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { useRefreshOn } from '../../../api/events.ts'
import { Amount } from '../../../kit/amount.tsx'
import { BalanceChanges, useBalanceChangeFilters } from '../../../kit/balance-changes.tsx'
import { FilterBar, type Values } from '../../../kit/filters.tsx'
import { monthName } from '../../../kit/months.ts'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { usePages } from '../../../kit/pages.ts'
import { When } from '../../../kit/when.tsx'
import { DepositState } from '../../deposit-state.tsx'
import { ExportButton } from '../../export-button.tsx'
import styles from './reseller.module.css'

const TOPICS = ['balances']
const KEY = ['balance-changes']
/** LATEST is how many deposits the tab shows; the list of all has the rest. */
const LATEST = 10
/** MONTHS are shown of the statements at first. */
const MONTHS = 12

const readChanges = async (
  account: string,
  query: Values,
  cursor: string | undefined,
  signal: AbortSignal,
) => {
  const { page } = await dataOf(
    api.GET('/api/operator/accounts/{account}/ledger', {
      params: { path: { account }, query: { ...query, ...(cursor !== undefined && { cursor }) } },
      signal,
    }),
  )
  return page
}
type Change = Awaited<ReturnType<typeof readChanges>>['items'][number]

/** `Money` lists what moved a reseller's balance, what it paid in, and its monthly statements. The filter of the balance stands in the URL. */
export function Money() {
  const { t } = useLingui()
  const { username = '' } = useParams({ strict: false }) as { username?: string }
  const query = useSearch({ strict: false }) as Values
  const navigate = useNavigate()
  const filters = useBalanceChangeFilters()
  const list = usePages<Change>([...KEY, username, query], (cursor, signal) =>
    readChanges(username, query, cursor, signal),
  )
  useRefreshOn(TOPICS, KEY)
  const isNarrowed = Object.keys(query).length > 0
  return (
    <Stack gap="xl">
      <section aria-label={t`Balance`}>
        <h2 className={styles.title}>
          <Trans>What moved the balance</Trans>
        </h2>
        <FilterBar
          filters={filters}
          values={query}
          onChange={(search) => void navigate({ to: '.', search: search as never })}
        >
          <ExportButton
            list={`/api/operator/accounts/${encodeURIComponent(username)}/ledger`}
            query={query}
            title={t`Export what moved the balance`}
          />
        </FilterBar>
        <FaultNote fault={list.error} onRetry={list.again} />
        {!list.rows && !list.error && <Loading />}
        {list.rows?.length === 0 && list.isEnd && (
          <Empty>
            {isNarrowed ? (
              <Trans>Nothing fits these filters.</Trans>
            ) : (
              <Trans>Nothing has moved this balance yet.</Trans>
            )}
          </Empty>
        )}
        {list.rows && list.rows.length > 0 && <BalanceChanges rows={list.rows} />}
        {list.more && (
          <Button variant="default" mt="md" onClick={list.more}>
            <Trans>Show earlier</Trans>
          </Button>
        )}
      </section>
      <LatestDeposits username={username} />
      <Statements username={username} />
    </Stack>
  )
}

/** `LatestDeposits` are the last ones that a reseller began, whatever became of them. */
function LatestDeposits({ username }: { username: string }) {
  const { t } = useLingui()
  const deposits = useQuery({
    queryKey: ['deposits', 'latest', username],
    queryFn: ({ signal }) =>
      dataOf(
        api.GET('/api/operator/deposits', {
          params: { query: { account: username, limit: LATEST } },
          signal,
        }),
      ),
  })
  useRefreshOn(DEPOSIT_TOPICS, DEPOSITS_KEY)
  const items = deposits.data?.page.items ?? []
  return (
    <section aria-label={t`Deposits`}>
      <h2 className={styles.title}>
        <Trans>Deposits</Trans>
      </h2>
      <FaultNote fault={deposits.error} onRetry={() => void deposits.refetch()} />
      {deposits.data && items.length === 0 && (
        <p className="muted">
          <Trans>This reseller has begun no deposit yet.</Trans>
        </p>
      )}
      {items.length > 0 && (
        <ul className={styles.deposits}>
          {items.map(({ id, state, total_pay, currency, provider, created_at, settled_by_name: by }) => (
            <li key={id}>
              <Link to={`/money/deposits/${id}` as string} className="code">
                {id}
              </Link>
              <DepositState state={state} />
              <Amount value={total_pay} currency={currency} />
              <span className="muted">
                {provider}&nbsp;· <When at={created_at} />
                {by && <>&nbsp;· {by}</>}
              </span>
            </li>
          ))}
        </ul>
      )}
      {items.length > 0 && (
        <Link to={'/money/deposits' as string} search={{ account: username } as never}>
          <Trans>All deposits of {username}</Trans>
        </Link>
      )}
    </section>
  )
}

const DEPOSIT_TOPICS = ['deposits']
const DEPOSITS_KEY = ['deposits', 'latest']

function Statements({ username }: { username: string }) {
  const { t } = useLingui()
  const [isWhole, setWhole] = useState(false)
  const months = useQuery({
    queryKey: ['statements', username],
    queryFn: ({ signal }) =>
      dataOf(
        api.GET('/api/operator/accounts/{account}/statements', {
          params: { path: { account: username } },
          signal,
        }),
      ),
  })
  if (months.error) return <FaultNote fault={months.error} onRetry={() => void months.refetch()} />
  const items = months.data?.items ?? []
  if (items.length === 0) return null
  const file = (month: string, format: string) =>
    `/api/operator/accounts/${encodeURIComponent(username)}/statements/${month}?format=${format}`
  return (
    <section aria-label={t`Statements`}>
      <h2 className={styles.title}>
        <Trans>Statements</Trans>
      </h2>
      <ul className={styles.plain}>
        {(isWhole ? items : items.slice(0, MONTHS)).map(({ month, complete, closing_balance, currency }) => (
          <li key={month} className={styles.month}>
            <span className={styles.monthName}>{monthName(month)}</span>
            <span className={styles.closing}>
              <span className="muted">{complete ? t`Balance at the end` : t`Balance so far`}</span>{' '}
              <Amount value={closing_balance} currency={currency} />
            </span>
            <span>
              {['pdf', 'csv'].map((format) => (
                <Anchor
                  key={format}
                  href={file(month, format)}
                  download
                  me="sm"
                  aria-label={`${monthName(month)}, ${format.toUpperCase()}`}
                >
                  {format.toUpperCase()}
                </Anchor>
              ))}
            </span>
          </li>
        ))}
      </ul>
      {items.length > MONTHS && !isWhole && (
        <Button variant="default" mt="md" onClick={() => setWhole(true)}>
          <Trans>Show older statements</Trans>
        </Button>
      )}
    </section>
  )
}
