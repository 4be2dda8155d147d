import type { MessageDescriptor } from '@lingui/core'
import { i18n } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { SegmentedControl } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { type ReactNode, useMemo } from 'react'
import { ApiFault, api, dataOf } from '../../../api/client.ts'
import { useRefreshOn } from '../../../api/events.ts'
import type { paths } from '../../../api/made/operator.ts'
import { money } from '../../../kit/amount.tsx'
import { Chart, type Series } from '../../../kit/chart.tsx'
import { endedOn } from '../../../kit/days.ts'
import { percent } from '../../../kit/duration.ts'
import { HomeSumsNote } from '../../../kit/home-sums.tsx'
import { FaultNote, Loading } from '../../../kit/notes.tsx'
import { Page } from '../../../kit/page.tsx'
import { useMay, useSession } from '../../../kit/session.tsx'
import { Badge, type Tone } from '../../../kit/state-badge.tsx'
import { Sum, sum } from '../../../kit/sum.tsx'
import { moment, When } from '../../../kit/when.tsx'
import { firstStepsQuery, isOver } from '../../first-steps.ts'
import { kinds, kindWords } from '../../inbox-words.ts'
import { FirstSteps } from './first-steps.tsx'
import styles from './today.module.css'

type Answer<Path extends keyof paths> = paths[Path] extends {
  get: { responses: { 200: { content: { 'application/json': { data: infer Data } } } } }
}
  ? Data
  : never
type Day = Answer<'/api/operator/today'>
type Figures = NonNullable<Day['figures']>
type Currency = Figures['currencies'][number]

/** ALL stands in the URL for all currencies in the home currency. */
const ALL = 'all'

const TOPICS = ['orders', 'inbox', 'suppliers']
/** EVERY_MS is how often the figures are read again: they are some seconds behind the orders. */
const EVERY_MS = 60_000

/** `Today` is the page that opens first: what waits for a person, what is in trouble, and how the day goes. */
export function Today() {
  const { t } = useLingui()
  const may = useMay()
  const day = useQuery({
    queryKey: ['today'],
    queryFn: ({ signal }) => dataOf(api.GET('/api/operator/today', { signal })),
    refetchInterval: EVERY_MS,
  })
  useRefreshOn(TOPICS, ['today'])
  const first = useQuery(firstStepsQuery)
  // Before the first order there is nothing to be shown by figures.
  const isNew = first.data !== undefined && !isOver(first.data)
  const figures = day.data?.figures
  return (
    <Page title={t`Today`} actions={!isNew && figures?.as_of && <AsOf at={figures.as_of} />}>
      {day.isPending && <Loading />}
      <FaultNote fault={day.error} onRetry={() => void day.refetch()} />
      {day.data && (
        <div className={styles.today}>
          <FirstSteps />
          {(!isNew || day.data.waiting.some(({ count }) => count > 0)) && (
            <Needs waiting={day.data.waiting} />
          )}
          <Troubles trouble={day.data.trouble} />
          {!isNew && figures && <DayFigures figures={figures} />}
          {!isNew && may('reports.read') && <Lately figures={figures} />}
        </div>
      )}
    </Page>
  )
}

function AsOf({ at }: { at: string }) {
  return (
    <span className="muted">
      <Trans>
        As of <time dateTime={at}>{clock(new Date(at))}</time>
      </Trans>
    </span>
  )
}

const clock = (at: Date): string =>
  new Intl.DateTimeFormat(i18n.locale, { timeStyle: 'medium', hourCycle: 'h23' }).format(at)

function Needs({ waiting }: { waiting: Day['waiting'] }) {
  const { t, i18n: words } = useLingui()
  const shown = waiting.filter(({ count }) => count > 0)
  return (
    <section aria-label={t`Needs you`}>
      <h2 className={styles.heading}>{t`Needs you`}</h2>
      {shown.length === 0 && (
        <p className={styles.calm}>
          <Badge tone="done">{t`Nothing needs you.`}</Badge>
        </p>
      )}
      <ul className={styles.tiles}>
        {shown.map(({ kind, count, oldest }) => (
          <li key={kind}>
            <Link
              {...(kind === 'stray' ? { to: STRAYS } : { to: INBOX, search: { kind } })}
              className={styles.tile}
            >
              <b style={{ color: `var(--${kinds[kind]?.tone ?? 'needs'})` }}>{i18n.number(count)}</b>
              <span>{kind === 'stray' ? t`Payments that fit no deposit` : words._(kindWords(kind))}</span>
              {oldest && (
                <small>
                  <Trans>
                    The oldest: <When at={oldest} />
                  </Trans>
                </small>
              )}
            </Link>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** Pages that this one leads to. They are found by their paths, since pages do not know each other. */
const INBOX: string = '/inbox'
const STRAYS: string = '/money/stray-payments'
const ORDERS: string = '/orders'
const SUPPLIERS: string = '/suppliers'
const RESELLERS: string = '/resellers'
const SERVICES: string = '/catalogue/services'
const BACKUPS: string = '/settings/backups'
const HEALTH: string = '/settings/health'

const faults: Record<string, MessageDescriptor> = {
  credit: msg`is out of credit`,
  login: msg`refuses our login`,
  transport: msg`cannot be reached`,
  busy: msg`is busy or being maintained`,
}

function Troubles({ trouble }: { trouble: Day['trouble'] }) {
  const { t, i18n: words } = useLingui()
  const { paused, low, unrouted, webhooks, late, backup, jobs } = trouble
  const lines = [
    ...paused.map(({ supplier, name, why, reason, since }) => (
      <Trouble key={`paused ${supplier}`} tone="needs" state={t`Paused`} to={`${SUPPLIERS}/${supplier}`}>
        <Trans>
          {name} {words._(faults[why] ?? msg`is in trouble`)} since <When at={since} />
        </Trans>
        {reason && <small>{reason}</small>}
      </Trouble>
    )),
    ...low.map(({ supplier, name, currency, balance }) => (
      <Trouble key={`low ${supplier}`} tone="needs" state={t`Low`} to={`${SUPPLIERS}/${supplier}`}>
        {balance === undefined ? (
          <Trans>Our balance at {name} is below its mark</Trans>
        ) : (
          <Trans>
            Our balance at {name} is {money(balance, currency)}
          </Trans>
        )}
      </Trouble>
    )),
    unrouted.count > 0 && (
      <Trouble
        key="unrouted"
        tone="failed"
        state={t`Not sold`}
        to={SERVICES}
        search={{ active: 'yes', unrouted: 'yes' }}
      >
        <Plural
          value={unrouted.count}
          one="Nobody can fulfil # service"
          other="Nobody can fulfil # services"
        />
        <small>
          {unrouted.some
            .slice(0, 5)
            .map(({ name }) => name)
            .join(', ')}
        </small>
      </Trouble>
    ),
    late.count > 0 && (
      <Trouble key="late" tone="needs" state={t`Late`} to={ORDERS} search={{ state: 'late' }}>
        <Plural value={late.count} one="# order is late" other="# orders are late" />
        {late.oldest && (
          <small>
            <Trans>
              The oldest: <When at={late.oldest} />
            </Trans>
          </small>
        )}
      </Trouble>
    ),
    ...webhooks.some.map(({ webhook, username, status, failing_since }) => (
      <Trouble
        key={`webhook ${webhook}`}
        tone="failed"
        state={t`Webhook`}
        to={`${RESELLERS}/${username}/webhooks/${webhook}`}
      >
        {status === 'active' ? (
          <Trans>
            A webhook of {username} fails since <When at={failing_since} />
          </Trans>
        ) : (
          <Trans>A webhook of {username} is sent nothing any more</Trans>
        )}
      </Trouble>
    )),
    jobs && (
      <Trouble key="jobs" tone="failed" state={t`Late`} to={HEALTH}>
        <Plural
          value={jobs.late}
          one="# job waits, and nobody takes it"
          other="# jobs wait, and nobody takes them"
        />
        {jobs.oldest && (
          <small>
            <Trans>
              Due since <When at={jobs.oldest} />
            </Trans>
          </small>
        )}
      </Trouble>
    ),
    backup && (
      <Trouble key="backup" tone="needs" state={t`Backup`} to={BACKUPS}>
        {backup.last ? (
          <Trans>
            The last backup was made <When at={backup.last} />
          </Trans>
        ) : (
          <Trans>There is no backup yet</Trans>
        )}
        {backup.problem && <small>{backup.problem}</small>}
      </Trouble>
    ),
  ].filter(Boolean)
  if (lines.length === 0) return null
  return (
    <section aria-label={t`Trouble`}>
      <h2 className={styles.heading}>{t`Trouble`}</h2>
      <ul className={styles.troubles}>{lines}</ul>
    </section>
  )
}

function Trouble({
  tone,
  state,
  to,
  search = {},
  children,
}: {
  tone: Tone
  state: string
  to: string
  search?: Record<string, string>
  children: ReactNode
}) {
  return (
    <li>
      <Link to={to} search={search} className={styles.trouble}>
        <Badge tone={tone}>{state}</Badge>
        <span>{children}</span>
      </Link>
    </li>
  )
}

/**
 * `useShown` gives the figures that are shown: those of the currency that stands in the URL; without one all in the home currency, where that says
 * more than those of one, else those of the home currency where something was sold in it, else of that in which the most was.
 */
function useShown({ currencies, home }: Figures): { name: string; shown: Currency | undefined } {
  const { currency } = useSearch({ strict: false }) as Record<string, string>
  const { business } = useSession()
  const most = [...currencies].sort(
    (one, other) => other.before.charged + other.now.charged - one.before.charged - one.now.charged,
  )
  const named = (name: string | null | undefined) => currencies.find((one) => one.currency === name)
  const one = named(currency)
  if (home && !one) return { name: ALL, shown: home }
  const shown = one ?? named(business.home_currency) ?? most[0]
  return { name: shown?.currency ?? '', shown }
}

function DayFigures({ figures }: { figures: Figures }) {
  const { t } = useLingui()
  const navigate = useNavigate()
  const { name, shown } = useShown(figures)
  const { home } = figures
  const isAll = name === ALL
  const weekday = new Intl.DateTimeFormat(i18n.locale, {
    weekday: 'long',
    day: 'numeric',
    month: 'short',
    timeZone: 'UTC',
  })
  const before = weekday.format(new Date(`${figures.day_before}T00:00Z`))
  // Where all is sold in the home currency there is nothing to choose.
  const isChoice = figures.currencies.some(({ currency }) =>
    home ? currency !== home.currency : figures.currencies.length > 1,
  )
  return (
    <section aria-label={t`Figures of today`}>
      <div className={styles.head}>
        <h2 className={styles.heading}>{t`Figures of today`}</h2>
        <span className="muted">
          <Trans>beside {before} by this time</Trans>
        </span>
        {isChoice && shown && (
          <SegmentedControl
            size="xs"
            aria-label={t`Currency`}
            data={[
              ...(home ? [{ value: ALL, label: t`All, in ${home.currency}` }] : []),
              ...figures.currencies.map(({ currency }) => ({ value: currency, label: currency })),
            ]}
            value={name}
            onChange={(currency) => void navigate({ to: '.', search: { currency } })}
          />
        )}
      </div>
      {shown ? (
        <Tiles shown={shown} accounts={figures.new_accounts} />
      ) : (
        <p className={styles.calm}>{t`Nothing was sold today.`}</p>
      )}
      {isAll && home && (
        <div className={styles.note}>
          <HomeSumsNote home={home} uncosted={home.now.uncosted} />
        </div>
      )}
      {shown && <MonthChart currency={shown.currency} isAll={isAll} />}
    </section>
  )
}

function Tiles({
  shown: { currency, now, before },
  accounts,
}: {
  shown: Currency
  accounts: Figures['new_accounts']
}) {
  const { t } = useLingui()
  const amount = (value: string | undefined): string => (value === undefined ? '–' : sum(value, currency))
  const tiles: [string, string, string][] = [
    [t`Turnover`, amount(now.turnover), amount(before.turnover)],
    ...(now.profit === undefined
      ? []
      : [[t`Profit`, amount(now.profit), amount(before.profit)] as [string, string, string]]),
    [t`Refunds`, amount(now.refunded), amount(before.refunded)],
    [t`Orders`, i18n.number(now.orders), i18n.number(before.orders)],
    [t`Success`, share(now.success_rate), share(before.success_rate)],
    [t`New resellers`, i18n.number(accounts.now), i18n.number(accounts.before)],
  ]
  return (
    <dl className={styles.figures}>
      {tiles.map(([name, value, former]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className={styles.value}>{value}</dd>
          <dd className={styles.former}>
            <Trans>then {former}</Trans>
          </dd>
        </div>
      ))}
    </dl>
  )
}

const share = (rate: number | null): string => (rate === null ? '–' : percent(rate))

/** `MonthChart` shows turnover and profit of the last 30 days, in a currency. `isAll`: of all currencies. */
function MonthChart({ currency, isAll }: { currency: string; isAll: boolean }) {
  const { t } = useLingui()
  const navigate = useNavigate()
  const { business } = useSession()
  const query = { period: '30d', by: 'day', ...(isAll ? { in: currency } : { currency }), limit: 100 }
  const sales = useQuery({
    queryKey: ['reports', query],
    queryFn: ({ signal }) => dataOf(api.GET('/api/operator/reports/sales', { params: { query }, signal })),
    refetchInterval: EVERY_MS,
  })
  const drawn = useMemo(() => {
    if (!sales.data) return undefined
    const rows = new Map(sales.data.rows.map((row) => [row.day, row]))
    const days = daysOf(sales.data.from, sales.data.to)
    const of = (name: 'turnover' | 'profit') => days.map((day) => rows.get(day)?.[name] ?? '0')
    const line = (label: string, name: 'turnover' | 'profit', token: string, dash?: number[]): Series => {
      const values = of(name)
      return {
        label,
        token,
        values: values.map(Number),
        shown: (at) => sum(values[at] ?? '0', currency),
        ...(dash && { dash }),
      }
    }
    const hasProfit = sales.data.rows.some(({ profit }) => profit !== undefined)
    return {
      days,
      times: days.map((day) => new Date(`${day}T00:00`)),
      series: [
        line(t`Turnover`, 'turnover', 'accent'),
        ...(hasProfit ? [line(t`Profit`, 'profit', 'done', [6, 4])] : []),
      ],
    }
  }, [sales.data, currency, t])
  if (isAll && sales.error instanceof ApiFault && sales.error.status >= 400 && sales.error.status < 500)
    return (
      <p className="muted">
        <Trans>All currencies can be drawn once each has had a rate to {currency} on every day.</Trans>
      </p>
    )
  if (!drawn) return <FaultNote fault={sales.error} onRetry={() => void sales.refetch()} />
  return (
    <Chart
      title={t`Turnover and profit a day, 30 days`}
      label={t`Day`}
      times={drawn.times}
      nameOf={dayName}
      series={drawn.series}
      kind="lines"
      onPick={(at) => {
        const day = drawn.days[at]
        if (day) void navigate({ to: ORDERS, search: endedOn(day, day, business.time_zone) })
      }}
    />
  )
}

const dayName = (at: Date): string =>
  new Intl.DateTimeFormat(i18n.locale, { weekday: 'short', day: 'numeric', month: 'short' }).format(at)

function daysOf(from: string, to: string): string[] {
  const days: string[] = []
  for (let at = Date.parse(from); at <= Date.parse(to); at += 86_400_000)
    days.push(new Date(at).toISOString().slice(0, 10))
  return days
}

/** `Lately` shows the last 24 hours by quarters of an hour, and how suppliers and services went in 30 days. */
function Lately({ figures }: { figures: Day['figures'] | undefined }) {
  const { t } = useLingui()
  const ranked = useRanked(figures ?? undefined)
  return (
    <>
      <QuarterChart />
      <div className={styles.two}>
        <Ranking title={t`Most sold services, 30 days`} by="service" {...ranked} />
        <Ranking title={t`Suppliers, 30 days`} by="supplier" {...ranked} />
      </div>
    </>
  )
}

const QUARTER_MS = 900_000

function QuarterChart() {
  const { t } = useLingui()
  const navigate = useNavigate()
  const quarters = useQuery({
    queryKey: ['reports', 'quarters'],
    queryFn: ({ signal }) =>
      dataOf(api.GET('/api/operator/reports/quarters', { params: { query: { hours: 24 } }, signal })),
    refetchInterval: EVERY_MS,
  })
  const drawn = useMemo(() => {
    if (!quarters.data) return undefined
    const { from, to } = quarters.data
    const found = new Map(quarters.data.quarters.map((one) => [Date.parse(one.at), one]))
    const times: Date[] = []
    for (let at = Date.parse(from); at < Date.parse(to); at += QUARTER_MS) times.push(new Date(at))
    const bars = (label: string, name: 'charged' | 'failed' | 'cancelled', token: string): Series => {
      const values = times.map((at) => found.get(at.getTime())?.[name] ?? 0)
      return { label, token, values, shown: (at) => i18n.number(values[at] ?? 0) }
    }
    return {
      times,
      series: [
        bars(t`Done`, 'charged', 'done'),
        bars(t`Failed`, 'failed', 'failed'),
        bars(t`Cancelled`, 'cancelled', 'edge'),
      ],
    }
  }, [quarters.data, t])
  if (!drawn) return null
  return (
    <Chart
      title={t`What ended, by quarters of an hour, 24 hours`}
      label={t`From`}
      times={drawn.times}
      nameOf={moment}
      series={drawn.series}
      kind="bars"
      onPick={(at) => {
        const time = drawn.times[at]
        if (time)
          void navigate({
            to: ORDERS,
            search: {
              ended_from: time.toISOString(),
              ended_to: new Date(time.getTime() + QUARTER_MS).toISOString(),
            },
          })
      }}
    />
  )
}

/** Ranked is in which currency things are compared, since amounts of several cannot be; `isAll`: what was sold in others is converted into it. */
interface Ranked {
  currency: string | undefined
  isAll: boolean
}

/** `useRanked` gives the currency that was chosen above; else the home currency; without one that in which the most was sold lately. */
function useRanked(figures: Figures | undefined): Ranked {
  const { currency: chosen } = useSearch({ strict: false }) as Record<string, string>
  const { business } = useSession()
  const home = business.home_currency ?? undefined
  const most = figures?.currencies.toSorted(
    (one, other) => other.before.charged + other.now.charged - one.before.charged - one.now.charged,
  )[0]?.currency
  if (chosen !== undefined && chosen !== ALL) return { currency: chosen, isAll: false }
  return home === undefined ? { currency: most, isAll: false } : { currency: home, isAll: true }
}

function Ranking({ title, by, currency, isAll }: Ranked & { title: string; by: 'service' | 'supplier' }) {
  const { t } = useLingui()
  const sales = useQuery({
    queryKey: ['reports', 'ranking', by, currency, isAll],
    queryFn: async ({ signal }) => {
      const narrowed = currency === undefined ? {} : { currency }
      const read = (more: { in?: string; currency?: string }) =>
        dataOf(
          api.GET('/api/operator/reports/sales', {
            params: { query: { period: '30d', by, limit: 8, ...more } },
            signal,
          }),
        )
      if (!isAll || currency === undefined) return await read(narrowed)
      try {
        return await read({ in: currency })
      } catch (fault) {
        // A currency had no rate on one of the days: what was sold in the home currency itself can be compared.
        if (fault instanceof ApiFault && fault.status >= 400 && fault.status < 500)
          return await read(narrowed)
        throw fault
      }
    },
  })
  // What nobody has had is no supplier's.
  const rows = (sales.data?.rows ?? []).filter(({ supplier }) => supplier?.name !== null)
  return (
    <section className={styles.panel} aria-label={title}>
      <h2>{title}</h2>
      {rows.length === 0 && !sales.isPending && <p className="muted">{t`Nothing was sold.`}</p>}
      <ol className={styles.ranking}>
        {rows.map(({ service, supplier, currency, turnover, charged, success_rate }) => (
          <li key={`${service?.id} ${supplier?.id} ${currency}`}>
            <span className={styles.name}>
              {service ? (
                <Link to={`${SERVICES}/${service.id}`}>{service.name}</Link>
              ) : supplier ? (
                <Link to={`${SUPPLIERS}/${supplier.id}`}>{supplier.name}</Link>
              ) : (
                t`No supplier`
              )}
            </span>
            <span className="muted">
              <Trans>
                {i18n.number(charged)} done · {share(success_rate)} of items
              </Trans>
            </span>
            <Sum value={turnover} currency={currency} />
          </li>
        ))}
      </ol>
      <Link to={REPORTS} search={{ by, period: '30d' }} className={styles.more}>
        <Trans>The whole report</Trans>
      </Link>
    </section>
  )
}

const REPORTS: string = '/reports'
