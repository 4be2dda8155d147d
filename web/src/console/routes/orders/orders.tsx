import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { Button, Menu } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { Icon } from '../../../identity/icons.tsx'
import { type Filter, FilterBar, type Values, withValue } from '../../../kit/filters.tsx'
import { useKeys } from '../../../kit/keys.tsx'
import { useLiveRows } from '../../../kit/live-rows.ts'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { Page } from '../../../kit/page.tsx'
import { usePages } from '../../../kit/pages.ts'
import { pastedLines, SearchField } from '../../../kit/pasted-lines.tsx'
import type { Source } from '../../../kit/pick.tsx'
import { useMay } from '../../../kit/session.tsx'
import { stateWords } from '../../../kit/state-badge.tsx'
import { ActionBar, List, LookMenu, NewRows, useLook } from '../../../kit/table.tsx'
import { isEarly } from '../../count.tsx'
import { ExportButton } from '../../export-button.tsx'
import { ListViews } from '../../list-views.tsx'
import { Split, useOpenedBeside } from '../../opened-beside.tsx'
import { usePickFrom } from '../../pick-from.ts'
import { type BulkAction, bulkActions, bulkWords, isUsual } from './bulk-actions.ts'
import { rememberList } from './kept.ts'
import { type OrderRow, type Query, readOrders, readSome } from './order-data.ts'
import { OrderCard, TRACE, useColumns, viaWords } from './order-fields.tsx'
import styles from './orders.module.css'

const TOPICS = ['orders', 'reviews']

// They are loaded when one of them is opened, so that the list is there sooner.
const late = () => import('./late.ts')
const Bulk = lazy(async () => ({ default: (await late()).Bulk }))
const OrderBeside = lazy(async () => ({ default: (await late()).OrderBeside }))
const Pasted = lazy(async () => ({ default: (await late()).Pasted }))
const copyInputs = async (orders: readonly OrderRow[]) => await (await late()).copyInputs(orders)

/** `Orders` lists the orders of all resellers. The filter stands in the URL; the export, the count and what is live have the same. */
export function Orders() {
  const { t, i18n } = useLingui()
  const { open: _open, ...query } = useSearch({ strict: false }) as Query & { open?: string }
  const navigate = useNavigate()
  const { beside, openBeside } = useOpenedBeside('/orders')
  const may = useMay()
  const columns = useColumns(may('costs.read'))
  const [acting, setActing] = useState<BulkAction>()
  const bulk = (Object.keys(bulkActions) as BulkAction[]).filter((action) => may(bulkActions[action]))
  const [look, setLook] = useLook('orders')
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set())
  /** `every` is the newest order at the moment at which all that match were chosen. */
  const [every, setEvery] = useState<number>()
  const count = useCount(query)
  // Trace ids are read where they are shown.
  const asked = look.columns?.includes(TRACE) ? { ...query, traces: 'yes' } : query
  const queryKey = ['orders', asked]
  const list = usePages<OrderRow>(queryKey, (cursor, signal) => readOrders(asked, cursor, signal))
  const live = useLiveRows<OrderRow>({
    ...{ topics: TOPICS, queryKey, rows: list.rows },
    find: (ids) => readSome(asked, ids),
  })
  const name = JSON.stringify(query)
  // Another filter clears the choice, so that nothing is chosen that is not seen.
  useEffect(() => {
    setChosen(name === '' ? new Set([0]) : new Set())
    setEvery(undefined)
  }, [name])
  const { sort: _, lines: __, ...filter } = query
  const chooseEvery = async () => {
    const page = await readOrders({ ...filter, limit: '1' }, undefined, new AbortController().signal)
    setEvery(page.items[0]?.id)
  }
  const filters = useFilters(query)
  const usual = useUsualViews()
  const set = (values: Values) => void navigate({ to: '/orders', search: values })
  const rows = list.rows ?? []
  const picked = rows.filter(({ id }) => chosen.has(id))
  const open = ({ id }: OrderRow) =>
    beside === undefined ? void navigate({ to: `/orders/${id}` }) : openBeside(id)
  useEffect(() => rememberList(rows.map(({ id }) => id)))
  useKeys(
    picked.length > 0 ? { y: [t`Copy the IMEIs of the chosen orders`, () => void copyInputs(picked)] } : {},
  )
  const isNarrowed = Object.keys(query).some((one) => one !== 'sort')
  const lines = query['lines'] === undefined ? undefined : pastedLines()
  return (
    <Page title={t`Orders`} actions={<Actions {...{ columns, look, setLook, query }} />}>
      <ListViews list="orders" usual={usual} {...{ query, look }} onLook={setLook} />
      <FilterBar filters={filters} values={query} onChange={set}>
        <Count count={lines === undefined ? count : undefined} />
        <SearchField
          label={t`Search orders`}
          placeholder={t`IMEI, number, reference, lines`}
          value={query['search'] ?? ''}
          onSearch={(search) => {
            const { lines: __, ...rest } = query
            set(withValue(rest, 'search', search))
          }}
          onLines={(count) => set({ lines: String(count) })}
        />
      </FilterBar>
      <Split
        opened={
          beside ? (
            <Suspense fallback={<Loading />}>
              <OrderBeside id={beside} onOpen={openBeside} onClose={() => openBeside()} />
            </Suspense>
          ) : null
        }
      >
        <div>
          {lines !== undefined ? (
            <Suspense fallback={<Loading />}>
              <Pasted lines={lines} columns={columns} look={look} onOpen={open} />
            </Suspense>
          ) : (
            <>
              <FaultNote fault={list.error} onRetry={list.again} />
              {!list.rows && !list.error && <Loading />}
              {list.rows?.length === 0 && list.isEnd && <None isNarrowed={isNarrowed} />}
              <NewRows count={live.newer} onShow={live.show} />
              {rows.length > 0 && (
                <div className={list.isOld ? styles.old : undefined} aria-busy={list.isOld}>
                  <List
                    {...{ columns, rows, look, beside, fresh: live.fresh, gone: live.gone, more: list.more }}
                    chosen={every === undefined ? chosen : new Set(rows.map(({ id }) => id))}
                    name={t`Orders`}
                    idOf={({ id }) => id}
                    card={(order) => <OrderCard order={order} />}
                    to={({ id }) => `/orders/${id}`}
                    label={({ id }) => t`Order ${id}`}
                    sort={query['sort'] ?? '-placed'}
                    onSort={(sort) => set(sorted(query, sort))}
                    onChoose={(next) => {
                      setChosen(next)
                      setEvery(undefined)
                    }}
                    onOpen={open}
                  />
                </div>
              )}
              {rows.length > 0 && list.isReading && <Loading rows={2} />}
              <ActionBar
                count={picked.length}
                onClear={() => {
                  setChosen(new Set())
                  setEvery(undefined)
                }}
                // Margins change with the rates, so orders found by margin are chosen one by one.
                {...(count &&
                  (every !== undefined || picked.length === rows.length) &&
                  query['margin'] === undefined && {
                    every: { ...count, isEvery: every !== undefined, onEvery: () => void chooseEvery() },
                  })}
              >
                {every === undefined && (
                  <Button size="compact-sm" variant="default" onClick={() => void copyInputs(picked)}>
                    <Trans>Copy IMEIs</Trans>
                  </Button>
                )}
                {bulk.filter(isUsual).map((action) => (
                  <Button key={action} size="compact-sm" variant="default" onClick={() => setActing(action)}>
                    {i18n._(bulkWords[action])}
                  </Button>
                ))}
                {bulk.length > 0 && (
                  <Menu position="top-end" width={220}>
                    <Menu.Target>
                      <Button size="compact-sm" variant="default" aria-label={t`More actions`}>
                        <Icon name="more" size={16} />
                      </Button>
                    </Menu.Target>
                    <Menu.Dropdown>
                      {bulk
                        .filter((action) => !isUsual(action))
                        .map((action) => (
                          <Menu.Item key={action} onClick={() => setActing(action)}>
                            {i18n._(bulkWords[action])}
                          </Menu.Item>
                        ))}
                    </Menu.Dropdown>
                  </Menu>
                )}
              </ActionBar>
              {acting && (
                <Suspense>
                  <Bulk
                    action={acting}
                    chosen={
                      every === undefined ? { orders: picked.map(({ id }) => id) } : { filter, newest: every }
                    }
                    onClose={() => setActing(undefined)}
                  />
                </Suspense>
              )}
            </>
          )}
        </div>
      </Split>
    </Page>
  )
}

/** `sorted`: by their ends only those that have ended lately can be sorted. */
function sorted(query: Query, sort: string): Query {
  if (!sort.endsWith('ended') || query['ended_from']) return { ...query, sort }
  const weekAgo = new Date(Date.now() - 7 * 86_400_000).toISOString().slice(0, 10)
  return { ...query, sort, ended_from: weekAgo }
}

/** FILE_COLUMNS are those of the file, one line an item; COSTS are for those alone who may read costs. */
const FILE_COLUMNS = [
  ...['order', 'item', 'placed', 'ended', 'account', 'service', 'order_state', 'state', 'input', 'quantity'],
  ...['price', 'refunded', 'currency', 'supplier', 'cost', 'cost_currency', 'supplier_reference'],
  ...['reference', 'via', 'answer'],
]
const COSTS = ['cost', 'cost_currency']

function Actions({
  columns,
  look,
  setLook,
  query: { lines: _, ...query },
}: {
  columns: ReturnType<typeof useColumns>
  look: ReturnType<typeof useLook>[0]
  setLook: ReturnType<typeof useLook>[1]
  query: Query
}) {
  const { t } = useLingui()
  const seesCosts = useMay()('costs.read')
  return (
    <>
      <LookMenu columns={columns} look={look} onLook={setLook} />
      <ExportButton
        list="/api/operator/orders"
        query={query}
        title={t`Export the orders`}
        columns={FILE_COLUMNS.filter((one) => seesCosts || !COSTS.includes(one))}
      >
        <Trans>CSV has a line for each item, JSON a line for each order.</Trans>
      </ExportButton>
    </>
  )
}

/** `useUsualViews` are the filters that come with the list. */
function useUsualViews(): [string, Query][] {
  const { t } = useLingui()
  const may = useMay()
  return [
    [t`All`, {}],
    [t`Open`, { state: 'pending,processing' }],
    [t`Late`, { state: 'late' }],
    [t`Unknown`, { state: 'unknown' }],
    [t`Needs you`, { state: 'waiting_person' }],
    [t`Failed`, { state: 'failed,partial' }],
    [t`Refunded`, { refunded: 'yes' }],
    ...(may('costs.read') ? [[t`Below the cost`, { margin: 'negative' }] satisfies [string, Query]] : []),
  ]
}

/** `useCount` counts the orders that fit; undefined: not known yet. */
function useCount({ sort: _, lines, ...query }: Query) {
  return useQuery({
    queryKey: ['orders', 'count', query],
    queryFn: ({ signal }) =>
      dataOf(api.GET('/api/operator/orders/count', { params: { query: query as object }, signal })),
    enabled: lines === undefined,
  }).data
}

/** `Count` says how many fit. */
function Count({ count }: { count: ReturnType<typeof useCount> }) {
  const { t, i18n } = useLingui()
  if (!count) return null
  const { value, capped } = count
  const number = new Intl.NumberFormat(i18n.locale).format(value)
  return (
    <span className={styles.count}>
      {isEarly(count) ? (
        <Trans>Many orders</Trans>
      ) : capped ? (
        t`${number}+ orders`
      ) : (
        <Plural value={value} one="# order" other="# orders" />
      )}
    </span>
  )
}

function None({ isNarrowed }: { isNarrowed: boolean }) {
  const { t } = useLingui()
  const may = useMay()
  const RESELLERS: string = '/resellers'
  if (!isNarrowed)
    return (
      <Empty
        action={
          may('resellers.read') && (
            <Button component={Link} to={RESELLERS} variant="default">
              <Trans>To the resellers</Trans>
            </Button>
          )
        }
      >{t`No orders yet. Resellers order over the portal, Dhru or REST: make the first reseller.`}</Empty>
    )
  return (
    <Empty
      action={
        <Button component={Link} to="/orders" variant="default">
          <Trans>Clear filters</Trans>
        </Button>
      }
    >{t`No order fits these filters.`}</Empty>
  )
}

/** `useNameOf` is what the thing is called that a filter has by its value. */
function useNameOf(from: Source, value: string | undefined): string | undefined {
  const { data } = useQuery({
    queryKey: ['offers', ...from.key, value],
    queryFn: ({ signal }) => from.read(value ?? '', signal),
    enabled: value !== undefined && from.isOff !== true,
    staleTime: 30_000,
  })
  return data?.find((one) => one.value === value)?.name
}

/** `useFilters` are those that the API has for orders. */
function useFilters({ key }: Query): Filter[] {
  const { t, i18n } = useLingui()
  const more = { late: t`Late`, waiting_person: t`Needs you` }
  const states = Object.entries(stateWords).map(([value, words]) => ({ value, label: i18n._(words) }))
  const vias = Object.entries(viaWords).map(([value, words]) => ({ value, label: i18n._(words) }))
  const pickFrom = usePickFrom()
  const may = useMay()
  const margin: Filter = {
    ...{ name: 'margin', label: t`Margin`, kind: 'choices', isSingle: true },
    choices: [
      { value: 'negative', label: t`Below the cost` },
      { value: 'below_floor', label: t`Below the margin floor` },
      { value: 'unknown_cost', label: t`Cost not known` },
    ],
  }
  return [
    {
      ...{ name: 'state', label: t`State`, kind: 'choices' },
      choices: [...states, ...Object.entries(more).map(([value, label]) => ({ value, label }))],
    },
    { name: 'account', label: t`Reseller`, kind: 'pick', from: pickFrom.resellers, isSeveral: true },
    { name: 'service', label: t`Service`, kind: 'pick', from: pickFrom.services, isSeveral: true },
    { name: 'supplier', label: t`Supplier`, kind: 'pick', from: pickFrom.suppliers, isSeveral: true },
    { name: 'group', label: t`Price group`, kind: 'pick', from: pickFrom.priceGroups },
    { name: 'service_group', label: t`Group of services`, kind: 'pick', from: pickFrom.serviceGroups },
    { name: 'via', label: t`Via`, kind: 'choices', choices: vias },
    {
      name: 'key',
      label: t`API key`,
      kind: 'pick',
      from: pickFrom.keys,
      said: useNameOf(pickFrom.keys, key),
    },
    { name: 'refunded', label: t`Money`, kind: 'choices', choices: [{ value: 'yes', label: t`Refunded` }] },
    {
      name: 'total_gte',
      label: t`Total from`,
      kind: 'text',
      help: t`An amount, in the currency of each order.`,
    },
    {
      name: 'total_lte',
      label: t`Total up to`,
      kind: 'text',
      help: t`An amount, in the currency of each order.`,
    },
    ...(may('costs.read') ? [margin] : []),
    { name: 'from', label: t`Placed from`, kind: 'day' },
    { name: 'to', label: t`Placed to`, kind: 'day' },
    { name: 'ended_from', label: t`Ended from`, kind: 'day' },
    { name: 'ended_to', label: t`Ended to`, kind: 'day' },
    { name: 'imei', label: t`IMEI`, kind: 'text' },
    { name: 'reference', label: t`Reference`, kind: 'text' },
    { name: 'search', label: t`Search`, kind: 'text' },
  ]
}
