import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect } from 'react'
import { dataOf } from '../../../api/client.ts'
import { portal } from '../../../api/portal.ts'
import { type Filter, FilterBar, type Values, withValue } from '../../../kit/filters.tsx'
import { LinesFound } from '../../../kit/lines-found.tsx'
import { useLiveRows } from '../../../kit/live-rows.ts'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { Page } from '../../../kit/page.tsx'
import { usePages } from '../../../kit/pages.ts'
import { pastedLines, SearchField } from '../../../kit/pasted-lines.tsx'
import { stateWords } from '../../../kit/state-badge.tsx'
import { LookMenu, NewRows, useLook } from '../../../kit/table.tsx'
import { goToWanted } from '../../find.ts'
import {
  OrderList,
  type OrderRow,
  type Query,
  readOrders,
  useOrderColumns,
  viaWords,
} from '../../order-list.tsx'

const TOPICS = ['orders']
const ORDERS: string = '/orders'
const SERVICES: string = '/services'

/** `Orders` are the orders of the account. The filter stands in the URL; the file and what is live have the same. */
export function Orders() {
  const { t } = useLingui()
  const query = useSearch({ strict: false }) as Query
  const navigate = useNavigate()
  const columns = useOrderColumns()
  const [look, setLook] = useLook('portal-orders')
  const filters = useFilters()
  useEffect(goToWanted, [])
  const set = (values: Values) => void navigate({ to: ORDERS, search: values as Record<string, string> })
  const { lines: pasted, ...filter } = query
  return (
    <Page
      title={t`Orders`}
      actions={
        <>
          <LookMenu columns={columns} look={look} onLook={setLook} />
          {pasted === undefined && (
            <Button
              component="a"
              href={`/api/portal/orders.csv?${new URLSearchParams(filter)}`}
              download
              variant="default"
              size="compact-md"
            >
              <Trans>CSV</Trans>
            </Button>
          )}
        </>
      }
    >
      <FilterBar filters={filters} values={query} onChange={set}>
        <SearchField
          label={t`Find an order`}
          placeholder={t`IMEIs, numbers, references`}
          value={query['q'] ?? ''}
          onSearch={(text) => set(withValue(filter, 'q', text))}
          onLines={(count) => set({ lines: String(count) })}
        />
      </FilterBar>
      {pasted === undefined ? <Filtered {...{ filter, look }} /> : <Pasted look={look} />}
    </Page>
  )
}

type Look = ReturnType<typeof useLook>[0]

function Filtered({ filter, look }: { filter: Query; look: Look }) {
  const { t } = useLingui()
  const queryKey = ['orders', 'list', filter]
  const list = usePages<OrderRow>(queryKey, (cursor, signal) => readOrders(filter, cursor, signal))
  const live = useLiveRows<OrderRow>({
    ...{ topics: TOPICS, queryKey, rows: list.rows },
    find: async (ids) =>
      (await readOrders({ ...filter, id: ids.join(), limit: '200' }, undefined, new AbortController().signal))
        .items,
  })
  const rows = list.rows ?? []
  const isNarrowed = Object.keys(filter).length > 0
  return (
    <>
      <FaultNote fault={list.error} onRetry={list.again} />
      {!list.rows && !list.error && <Loading />}
      <NewRows count={live.newer} onShow={live.show} />
      {list.rows?.length === 0 && list.isEnd && (
        <Empty
          action={
            <Button component={Link} to={isNarrowed ? ORDERS : SERVICES} variant="default">
              {isNarrowed ? <Trans>Clear filters</Trans> : <Trans>To the services</Trans>}
            </Button>
          }
        >
          {isNarrowed ? <Trans>No order fits these filters.</Trans> : <Trans>Nothing was ordered yet.</Trans>}
        </Empty>
      )}
      {rows.length > 0 && (
        <OrderList
          {...{ rows, look, fresh: live.fresh, gone: live.gone, more: list.more }}
          name={t`Orders`}
        />
      )}
      {rows.length > 0 && list.isReading && <Loading rows={2} />}
    </>
  )
}

/** `Pasted` shows the orders that pasted lines name, and the lines that name none. */
function Pasted({ look }: { look: Look }) {
  const { t } = useLingui()
  const lines = pastedLines()
  const looked = useQuery({
    queryKey: ['orders', 'lines', lines],
    queryFn: ({ signal }) => dataOf(portal.POST('/api/portal/orders/named', { body: { lines }, signal })),
  })
  if (looked.isPending) return <Loading />
  if (!looked.data) return <FaultNote fault={looked.error} onRetry={() => void looked.refetch()} />
  const { found, not_found: missing, orders: rows } = looked.data
  return (
    <>
      <LinesFound
        {...{ found, missing }}
        back={
          <Button component={Link} to={ORDERS} variant="default" size="compact-sm">
            <Trans>Back to the list</Trans>
          </Button>
        }
      />
      {rows.length > 0 && <OrderList {...{ rows, look }} name={t`Orders found`} />}
    </>
  )
}

/** `useFilters` are those that the API has for orders of an account. */
function useFilters(): Filter[] {
  const { t, i18n } = useLingui()
  const wordsOf = (state: string) => {
    const words = stateWords[state]
    return state === 'pending' ? t`Not done yet` : words ? i18n._(words) : state
  }
  const states = ['pending', 'success', 'partial', 'failed', 'cancelled'].map((value) => ({
    value,
    label: wordsOf(value),
  }))
  const vias = Object.entries(viaWords).map(([value, words]) => ({ value, label: i18n._(words) }))
  return [
    {
      ...{ name: 'state', label: t`State`, kind: 'choices' },
      choices: [...states, { value: 'late', label: t`Late` }],
    },
    { name: 'service', label: t`Service`, kind: 'text', help: t`Its code, or a part of its name` },
    { name: 'via', label: t`Via`, kind: 'choices', choices: vias },
    { name: 'from', label: t`Placed from`, kind: 'day' },
    { name: 'to', label: t`Placed to`, kind: 'day' },
    { name: 'q', label: t`Search`, kind: 'text' },
  ]
}
