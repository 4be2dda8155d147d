import type { MessageDescriptor } from '@lingui/core'
import { i18n } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { NativeSelect, SegmentedControl, Switch, Table } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { type ReactNode, useMemo } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import type { paths } from '../../../api/made/operator.ts'
import { Chart, type Series } from '../../../kit/chart.tsx'
import { endedOn } from '../../../kit/days.ts'
import { duration, percent } from '../../../kit/duration.ts'
import { FileLink } from '../../../kit/file-link.tsx'
import { type Filter, FilterBar } from '../../../kit/filters.tsx'
import { HomeSumsNote } from '../../../kit/home-sums.tsx'
import { monthName } from '../../../kit/months.ts'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { Page } from '../../../kit/page.tsx'
import { useMay } from '../../../kit/session.tsx'
import { Sum, sum } from '../../../kit/sum.tsx'
import { PHONE } from '../../../kit/table.tsx'
import { usePickFrom } from '../../pick-from.ts'
import styles from './reports.module.css'

type Report =
  paths['/api/operator/reports/sales']['get']['responses'][200]['content']['application/json']['data']
type Row = Report['rows'][number]

const groupings: Record<string, MessageDescriptor> = {
  day: msg`Day`,
  month: msg`Month`,
  service: msg`Service`,
  group: msg`Group`,
  supplier: msg`Supplier`,
  account: msg`Reseller`,
}
const periods: Record<string, MessageDescriptor> = {
  '7d': msg`7 days`,
  '30d': msg`30 days`,
  month: msg`This month`,
  'last-month': msg`Last month`,
  year: msg`This year`,
}

/**
 * `Reports` says what was sold in a period or on some days, told apart by one thing, beside the time before, and as a file: of all, or of one reseller,
 * service, supplier or currency. The whole question stands in the URL.
 */
export function Reports() {
  const { t, i18n: words } = useLingui()
  const navigate = useNavigate()
  const search = useSearch({ strict: false }) as Record<string, string>
  const { by = 'day', compare, period: named, ...narrowed } = search
  // Days that are given stand in place of a period.
  const isOfDays = narrowed['from'] !== undefined || narrowed['to'] !== undefined
  const period = isOfDays ? undefined : (named ?? '30d')
  const question = { ...narrowed, by, ...(period !== undefined && { period }) }
  const query = { ...question, ...(compare === 'before' && { compare: 'before' as const }), limit: 1000 }
  const report = useQuery({
    queryKey: ['reports', query],
    queryFn: ({ signal }) => dataOf(api.GET('/api/operator/reports/sales', { params: { query }, signal })),
    placeholderData: (former) => former,
  })
  const home = useInHome(report.data, query)
  // By day and month the rows stay in their currencies, and all of them together are a chart.
  const asked = {
    ...question,
    ...(home.currency !== undefined && !isTime(by) && { in: home.currency }),
  }
  // In which currency its rows are is known once this report is there: the one before may be in another.
  const isKnown = report.data !== undefined && !report.isPlaceholderData
  const change = (changed: Record<string, string | undefined>) => {
    const next = Object.entries({ ...search, ...changed }).filter(([, value]) => value !== undefined)
    void navigate({ to: '.', search: Object.fromEntries(next) as Record<string, string> })
  }
  const choices = (of: Record<string, MessageDescriptor>) =>
    Object.entries(of).map(([value, name]) => ({ value, label: words._(name) }))
  return (
    <Page
      title={t`Reports`}
      actions={
        <FileLink
          href={isKnown ? `/api/operator/reports/sales.csv?${new URLSearchParams(asked)}` : undefined}
        />
      }
    >
      <div className={styles.question}>
        <Choice
          label={t`Period`}
          choices={choices(periods)}
          value={period}
          onChange={(value) => change({ period: value, from: undefined, to: undefined })}
        />
        <Choice
          label={t`Grouped by`}
          choices={choices(groupings)}
          value={by}
          onChange={(value) => change({ by: value })}
        />
        <Switch
          label={t`Beside the period before`}
          checked={compare === 'before'}
          onChange={({ currentTarget }) => change({ compare: currentTarget.checked ? 'before' : undefined })}
        />
      </div>
      <FilterBar
        filters={useFilters()}
        values={search}
        onChange={({ period: former, ...values }) => {
          const isBound = values['from'] !== undefined || values['to'] !== undefined
          void navigate({
            to: '.',
            search: { ...values, ...(former !== undefined && !isBound && { period: former }) },
          })
        }}
      />
      {report.isPending && <Loading />}
      <FaultNote fault={report.error} onRetry={() => void report.refetch()} />
      {report.data && <Shown report={report.data} by={by} narrowed={narrowed} inHome={home} />}
    </Page>
  )
}

/** `useFilters` are those that a report has beside its period. */
function useFilters(): Filter[] {
  const { t } = useLingui()
  const pickFrom = usePickFrom()
  return [
    { name: 'from', label: t`From`, kind: 'day', help: t`Days stand in place of the period.` },
    { name: 'to', label: t`To`, kind: 'day' },
    { name: 'account', label: t`Reseller`, kind: 'pick', from: pickFrom.resellers },
    { name: 'service', label: t`Service`, kind: 'pick', from: pickFrom.services },
    { name: 'supplier', label: t`Supplier`, kind: 'pick', from: pickFrom.suppliers },
    { name: 'currency', label: t`Currency`, kind: 'text', help: t`Only resellers who pay in it.` },
  ]
}

/** OrdersOf gives the filter of the orders behind a row; undefined: there is none, or who looks may read no orders. */
type OrdersOf = (row: Row) => Record<string, string> | undefined

/** `useOrdersOf` narrows as the report is narrowed. Figures count what has ended on a day, and so do the orders behind them. */
function useOrdersOf({ from, to, time_zone: zone }: Report, narrowed: Record<string, string>): OrdersOf {
  const may = useMay()
  return ({ day, month, service, group, supplier, account }) => {
    if (!may('orders.read') || supplier?.name === null) return undefined
    const first = day ?? (month && `${month}-01`) ?? from
    const last = day ?? (month && lastOf(month)) ?? to
    const kept = ['account', 'service', 'supplier'].flatMap((name) =>
      narrowed[name] === undefined ? [] : [[name, narrowed[name]]],
    )
    return {
      ...(Object.fromEntries(kept) as Record<string, string>),
      ...(service && { service: service.code }),
      ...(group && { service_group: group }),
      ...(supplier?.name && { supplier: supplier.name }),
      ...(account && { account: account.username }),
      ...endedOn(first < from ? from : first, last > to ? to : last, zone),
    }
  }
}

const lastOf = (month: string): string => {
  const [year, number] = month.split('-').map(Number)
  return new Date(Date.UTC(year ?? 0, number ?? 0, 0)).toISOString().slice(0, 10)
}

/** ORDERS is found by its path, since pages do not know each other. */
const ORDERS: string = '/orders'

type Question = NonNullable<paths['/api/operator/reports/sales']['get']['parameters']['query']>

/** InHome has the rows of a report in a currency, once they are there. */
interface InHome {
  currency: string | undefined
  rows?: readonly Row[] | undefined
}

/**
 * `useInHome` gives the rows of a report in the home currency, where all can be converted: amounts of several currencies cannot be compared, so each thing is one row. Where nothing
 * is to be converted it gives no currency.
 */
function useInHome(report: Report | undefined, query: Question): InHome {
  const home = !report?.home || report.home.without_rate.length > 0 ? undefined : report.home.currency
  const asked = { ...query, ...(home !== undefined && { in: home }) }
  const found = useQuery({
    queryKey: ['reports', asked],
    queryFn: ({ signal }) =>
      dataOf(api.GET('/api/operator/reports/sales', { params: { query: asked }, signal })),
    enabled: home !== undefined,
    retry: false,
  })
  return found.isError ? { currency: undefined } : { currency: home, rows: found.data?.rows }
}

const isTime = (by: string): boolean => by === 'day' || by === 'month'

function Shown({
  report,
  by,
  narrowed,
  inHome,
}: {
  report: Report
  by: string
  narrowed: Record<string, string>
  inHome: InHome
}) {
  const { t } = useLingui()
  const ordersOf = useOrdersOf(report, narrowed)
  const isByTime = isTime(by)
  const byCurrency = isByTime
    ? report.rows
    : report.rows.toSorted((one, other) => one.currency.localeCompare(other.currency))
  const isInHome = inHome.currency !== undefined && !isByTime
  const rows = isInHome ? (inHome.rows ?? []) : byCurrency
  if (report.totals.length === 0) return <Empty>{t`Nothing was sold in this period.`}</Empty>
  return (
    <div className={styles.report}>
      <p className="muted">
        <Trans>
          {dayName(report.from)} to {dayName(report.to)}, days of {report.time_zone}
        </Trans>
        {report.before && (
          <>
            {'\u00A0· '}
            <Trans>
              beside {dayName(report.before.from)} to {dayName(report.before.to)}
            </Trans>
          </>
        )}
      </p>
      <Rows
        rows={report.totals}
        home={report.home?.total ?? undefined}
        by=""
        label={t`Total`}
        isCompared={report.before !== null}
      />
      {report.home && <HomeSumsNote home={report.home} uncosted={report.home.total?.uncosted} />}
      {isByTime && inHome.currency !== undefined && !inHome.rows && <Loading rows={8} />}
      {isByTime && inHome.currency !== undefined && inHome.rows && (
        <TimeChart isAll rows={inHome.rows} currency={inHome.currency} {...{ by, ordersOf }} />
      )}
      {isByTime &&
        report.totals.map(({ currency }) => (
          <TimeChart key={currency} rows={report.rows} {...{ currency, by, ordersOf }} />
        ))}
      {isInHome && !inHome.rows && <Loading />}
      <Rows
        rows={rows}
        ordersOf={ordersOf}
        by={by}
        label={t`Rows of the report`}
        isCompared={report.before !== null && !isByTime}
      />
      {report.more && <p className="muted">{t`There are more rows: the file has all of them.`}</p>}
    </div>
  )
}

const dayName = (day: string): string =>
  new Intl.DateTimeFormat(i18n.locale, { dateStyle: 'medium', timeZone: 'UTC' }).format(
    new Date(`${day.length === 7 ? `${day}-01` : day}T00:00Z`),
  )

/** `TimeChart` draws turnover and profit of one currency, or with `isAll` of all of them in one. */
function TimeChart({
  rows: all,
  currency,
  by,
  ordersOf,
  isAll = false,
}: {
  rows: readonly Row[]
  currency: string
  by: string
  ordersOf: OrdersOf
  isAll?: boolean
}) {
  const { t, i18n: words } = useLingui()
  const navigate = useNavigate()
  const may = useMay()
  const { times, series, rows } = useMemo(() => {
    // Until the answer by time is there, the former one is shown, whose rows are of other things.
    const rows = all.filter((row) => row.currency === currency && (row.day ?? row.month) !== null)
    const line = (label: string, name: 'turnover' | 'profit', token: string, dash?: number[]): Series => ({
      label,
      token,
      values: rows.map((row) => Number(row[name] ?? '0')),
      shown: (at) => sum(rows[at]?.[name] ?? '0', currency),
      ...(dash && { dash }),
    })
    const hasProfit = rows.some(({ profit }) => profit !== undefined)
    return {
      rows,
      times: rows.map(({ day, month }) => new Date(`${day ?? `${month}-01`}T00:00`)),
      series: [
        line(t`Turnover`, 'turnover', 'accent'),
        ...(hasProfit ? [line(t`Profit`, 'profit', 'done', [6, 4])] : []),
      ],
    }
  }, [all, currency, t])
  const name = groupings[by]
  return (
    <Chart
      title={isAll ? t`Turnover and profit, all in ${currency}` : t`Turnover and profit, ${currency}`}
      label={name ? words._(name) : by}
      times={times}
      nameOf={(at) => new Intl.DateTimeFormat(i18n.locale, { dateStyle: 'medium' }).format(at)}
      series={series}
      kind="lines"
      {...(may('orders.read') && {
        onPick: (at) => {
          const search = rows[at] && ordersOf(rows[at])
          if (search) void navigate({ to: ORDERS, search })
        },
      })}
    />
  )
}

function Rows({
  rows: ownRows,
  ordersOf = () => undefined,
  home,
  by,
  label,
  isCompared,
}: {
  rows: readonly Row[]
  ordersOf?: OrdersOf
  /** `home` is the sum of all rows in the home currency, where that says more. */
  home?: Row | undefined
  by: string
  label: string
  isCompared: boolean
}) {
  const { t, i18n: words } = useLingui()
  const rows = home ? [...ownRows, home] : ownRows
  const hasCosts = rows.some(({ profit }) => profit !== undefined)
  const hasOrders = rows.some(({ orders }) => orders !== null)
  const name = groupings[by]
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by keys.
    <section className={styles.scroll} tabIndex={0} aria-label={label}>
      <Table striped={by !== ''}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{name ? words._(name) : label}</Table.Th>
            <Table.Th ta="end">{t`Turnover`}</Table.Th>
            {isCompared && <Table.Th ta="end">{t`Before`}</Table.Th>}
            {hasCosts && <Table.Th ta="end">{t`Cost`}</Table.Th>}
            {hasCosts && <Table.Th ta="end">{t`Profit`}</Table.Th>}
            <Table.Th ta="end">{t`Refunds`}</Table.Th>
            {hasOrders && <Table.Th ta="end">{t`Orders`}</Table.Th>}
            <Table.Th ta="end">{t`Done`}</Table.Th>
            <Table.Th ta="end">{t`Failed`}</Table.Th>
            <Table.Th ta="end">{t`Success`}</Table.Th>
            <Table.Th ta="end">{t`Median time`}</Table.Th>
            <Table.Th ta="end">{t`95% within`}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr
              key={`${row === home} ${row.day} ${row.month} ${row.service?.id} ${row.group} ${row.supplier?.id} ${row.account?.id} ${row.currency}`}
            >
              <Table.Th scope="row" fw={row === home ? 600 : 400}>
                <ToOrders search={row === home ? undefined : ordersOf(row)}>
                  {row === home
                    ? t`All, in ${row.currency}`
                    : (thing(row) ?? (by === 'supplier' ? t`No supplier` : row.currency))}
                </ToOrders>
              </Table.Th>
              <Table.Td ta="end">
                <Sum value={row.turnover} currency={row.currency} />
              </Table.Td>
              {isCompared && (
                <Table.Td ta="end">
                  <Sum value={row.before?.turnover} currency={row.currency} />
                </Table.Td>
              )}
              {hasCosts && (
                <Table.Td ta="end">
                  <Sum value={row.cost} currency={row.currency} />
                </Table.Td>
              )}
              {hasCosts && (
                <Table.Td ta="end">
                  <Sum value={row.profit} currency={row.currency} />
                </Table.Td>
              )}
              <Table.Td ta="end">
                <Sum value={row.refunded} currency={row.currency} />
              </Table.Td>
              {hasOrders && (
                <Table.Td ta="end">{row.orders === null ? '–' : i18n.number(row.orders)}</Table.Td>
              )}
              <Table.Td ta="end">{i18n.number(row.charged)}</Table.Td>
              <Table.Td ta="end">{i18n.number(row.failed)}</Table.Td>
              <Table.Td ta="end">{row.success_rate === null ? '–' : percent(row.success_rate)}</Table.Td>
              <Table.Td ta="end">{took(row.median_seconds)}</Table.Td>
              <Table.Td ta="end">{took(row.p95_seconds)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  )
}

/** `ToOrders` leads to the orders behind a row, where there are some to be seen. */
const ToOrders = ({
  search,
  children,
}: {
  search: Record<string, string> | undefined
  children: ReactNode
}) =>
  search ? (
    <Link to={ORDERS} search={search}>
      {children}
    </Link>
  ) : (
    children
  )

const thing = ({ day, month, service, group, supplier, account }: Row): string | null | undefined =>
  day
    ? dayName(day)
    : month
      ? monthName(month)
      : (service?.name ?? group ?? supplier?.name ?? account?.username)

const took = (seconds: number | null): string => (seconds === null ? '–' : duration(seconds))

/** `Choice` shows all choices beside each other; on a phone, where they would not fit, they are a list to choose from. */
function Choice({
  label,
  choices,
  value,
  onChange,
}: {
  label: string
  choices: { value: string; label: string }[]
  /** `value`, undefined: none of them holds. */
  value: string | undefined
  onChange: (value: string) => void
}) {
  const isPhone = useMediaQuery(PHONE, window.matchMedia(PHONE).matches)
  if (!isPhone)
    return (
      <div className={styles.choice}>
        <SegmentedControl
          aria-label={label}
          size="sm"
          data={choices}
          value={value ?? ''}
          onChange={onChange}
        />
      </div>
    )
  return (
    <NativeSelect
      label={label}
      data={value === undefined ? [{ value: '', label: '–' }, ...choices] : choices}
      value={value ?? ''}
      onChange={({ currentTarget }) => onChange(currentTarget.value)}
    />
  )
}
