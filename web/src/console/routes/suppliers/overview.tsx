import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { Button, Group, Stack } from '@mantine/core'
import { useMutation, useQuery, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { Amount } from '../../../kit/amount.tsx'
import { Chart, type Series } from '../../../kit/chart.tsx'
import { endedOn } from '../../../kit/days.ts'
import { duration, percent } from '../../../kit/duration.ts'
import { Figures } from '../../../kit/figures.tsx'
import { FaultNote, Loading } from '../../../kit/notes.tsx'
import { percentOf } from '../../../kit/numbers.ts'
import { Saying } from '../../../kit/saying.tsx'
import { useMay, useSession } from '../../../kit/session.tsx'
import { SumAmount, sum } from '../../../kit/sum.tsx'
import { ago, When } from '../../../kit/when.tsx'
import { faultWords } from './faults.ts'
import { OthersDialog } from './others-dialog.tsx'
import styles from './supplier.module.css'
import { type Supplier, supplierQuery } from './supplier-data.ts'
import { SwitchDialog } from './switch-dialog.tsx'
import { Tested, useTest } from './test-supplier.tsx'
import { TopUpDialog } from './top-up-dialog.tsx'
import { TryDialog } from './try-dialog.tsx'

const DAYS = 30

const readFigures = (supplier: string, signal?: AbortSignal) =>
  dataOf(
    api.GET('/api/operator/suppliers/{supplier}/figures', {
      params: { path: { supplier }, query: { days: DAYS } },
      ...(signal && { signal }),
    }),
  )
type FiguresRead = Awaited<ReturnType<typeof readFigures>>

/** `Overview` shows how a supplier fares, and what may be done about it. */
export function Overview() {
  const { t } = useLingui()
  const { supplier: id = '' } = useParams({ strict: false }) as { supplier?: string }
  const { data: supplier } = useSuspenseQuery(supplierQuery(id))
  const figures = useQuery({
    queryKey: ['suppliers', id, 'figures'],
    queryFn: ({ signal }) => readFigures(id, signal),
  })
  const client = useQueryClient()
  const may = useMay()
  const test = useTest()
  const [doing, setDoing] = useState<'switch' | 'try' | 'others' | 'top-up'>()
  const { data } = figures
  const again = useMutation({
    mutationFn: () =>
      dataOf(
        api.POST('/api/operator/suppliers/{supplier}/try-again', { params: { path: { supplier: id } } }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: ['suppliers'] }),
  })
  const refresh = () => void client.invalidateQueries({ queryKey: ['suppliers'] })
  return (
    <Stack gap="lg">
      <Trouble supplier={supplier} />
      <Group>
        {may('suppliers.edit') && (
          <>
            {may('costs.read') && (
              <Button
                variant={supplier.health.why === 'credit' ? 'filled' : 'default'}
                onClick={() => setDoing('top-up')}
              >
                <Trans>Top up…</Trans>
              </Button>
            )}
            {supplier.enabled && !supplier.health.open && (
              <Button variant="default" onClick={() => setDoing('others')}>
                <Trans>Use the next routes…</Trans>
              </Button>
            )}
            <Button variant="default" onClick={() => setDoing('switch')}>
              {supplier.enabled ? <Trans>Switch off…</Trans> : <Trans>Switch on…</Trans>}
            </Button>
          </>
        )}
        {may('suppliers.try') && supplier.enabled && supplier.health.open && (
          <Button loading={again.isPending} onClick={() => again.mutate()}>
            <Trans>Is it back? Ask now</Trans>
          </Button>
        )}
        {may('suppliers.try') && (
          <>
            <Button variant="default" loading={test.isPending} onClick={() => test.mutate(supplier.id)}>
              {may('costs.read') ? <Trans>Test, and ask for the balance</Trans> : <Trans>Test</Trans>}
            </Button>
            <Button variant="default" onClick={() => setDoing('try')}>
              <Trans>Test with one IMEI…</Trans>
            </Button>
          </>
        )}
      </Group>
      <FaultNote fault={again.error} />
      <Tested test={test} supplier={supplier} />
      <FaultNote fault={figures.error} onRetry={() => void figures.refetch()} />
      {figures.isPending && <Loading rows={4} />}
      {data && (
        <>
          <Head figures={data} />
          <Seen supplier={supplier} addresses={data.our_addresses} />
          {data.days?.some(({ balance, spent }) => balance !== null || Number(spent) !== 0) && (
            <Days figures={data} days={data.days} />
          )}
          <div className={styles.two}>
            <Calls figures={data} />
            <Pauses figures={data} />
          </div>
        </>
      )}
      {doing === 'switch' && (
        <SwitchDialog supplier={supplier} onDone={refresh} onClose={() => setDoing(undefined)} />
      )}
      {doing === 'others' && (
        <OthersDialog supplier={supplier} onDone={refresh} onClose={() => setDoing(undefined)} />
      )}
      {doing === 'top-up' && <TopUpDialog supplier={supplier} onClose={() => setDoing(undefined)} />}
      {doing === 'try' && <TryDialog supplier={supplier} onClose={() => setDoing(undefined)} />}
      <span className="visually-hidden">{t`Figures of the last ${DAYS} days`}</span>
    </Stack>
  )
}

/** `Trouble` says why nothing is sent to a supplier, and what becomes of the orders. */
function Trouble({ supplier: { name, enabled, health, open_items: open } }: { supplier: Supplier }) {
  const { i18n } = useLingui()
  if (!enabled)
    return (
      <div className={styles.trouble}>
        <p>
          <strong>
            <Trans>Nothing is sent to {name}: it is switched off.</Trans>
          </strong>
        </p>
        <p>
          <Plural
            value={open}
            _0="It has no open items."
            one="# open item there is finished and charged as usual."
            other="# open items there are finished and charged as usual."
          />
        </p>
      </div>
    )
  if (!health.open) return null
  return (
    <div className={styles.trouble}>
      <p>
        <strong>{i18n._(faultWords(health.why))}</strong>&nbsp;· <When at={health.opened_at} />
      </p>
      {health.reason && (
        <p>
          <Saying text={health.reason} isQuoted />
        </p>
      )}
      <p>
        <Trans>
          Orders that have another route go by it. It is tried again <When at={health.probe_at} />, and goes
          on by itself once it answers. What waits for it keeps its money held; nothing has failed.
        </Trans>
      </p>
    </div>
  )
}

function Head({ figures }: { figures: FiguresRead }) {
  const { t } = useLingui()
  const { balance, balance_at, currency, days_left: days, spent_a_day: spent } = figures
  const { name, working, unknown } = figures
  const rate = figures.success_rate
  return (
    <Figures
      figures={[
        ...(balance === undefined
          ? []
          : [
              {
                label: balance_at ? t`Balance there, ${ago(new Date(balance_at))}` : t`Balance there`,
                value: <Amount value={balance} currency={currency} />,
              },
            ]),
        ...(spent === undefined
          ? []
          : [
              {
                label: t`Spent a day, of the last seven`,
                value: <SumAmount value={spent} currency={currency} />,
              },
            ]),
        {
          label: t`The balance lasts`,
          value: days == null ? '–' : <Plural value={Math.floor(days)} one="# day" other="# days" />,
        },
        { label: t`Success of attempts, ${DAYS} days`, value: rate === null ? '–' : percent(rate) },
        { label: t`Working`, value: <Orders count={working} supplier={name} state="processing" /> },
        { label: t`Outcome unknown`, value: <Orders count={unknown} supplier={name} state="unknown" /> },
      ]}
    />
  )
}

/** `Orders` is a count that leads to the orders behind it. */
function Orders({ count, supplier, state }: { count: number; supplier: string; state: string }) {
  const { i18n } = useLingui()
  const may = useMay()
  if (count === 0 || !may('orders.read')) return <>{i18n.number(count)}</>
  return (
    <Link to="/orders" search={{ supplier, state }}>
      {i18n.number(count)}
    </Link>
  )
}

const LOCAL = /^https?:\/\/(?:localhost|127\.|\[::1\])/

/** `Seen` says from which address our calls come to a supplier: it may have to be allowed there. */
function Seen({
  supplier: { url, settings, secrets },
  addresses,
}: {
  supplier: Supplier
  addresses: string[]
}) {
  const { local_address: own } = settings as { local_address?: string }
  // A kind that calls nobody has no such setting.
  if (own === undefined) return null
  // What runs on this machine sees it, and no router.
  if (LOCAL.test(String(url)) && !secrets?.['proxy'] && own === '') return null
  return (
    <p className="muted">
      {secrets?.['proxy'] ? (
        <Trans>It sees our calls come from the proxy that its settings name.</Trans>
      ) : own !== '' ? (
        <Trans>
          It sees our calls come from <span className="code">{own}</span>, as its settings say.
        </Trans>
      ) : addresses.length > 0 ? (
        <Trans>
          It sees our calls come from <span className="code">{addresses.join(', ')}</span>, an address of this
          server.
        </Trans>
      ) : (
        <Trans>
          It sees our calls come from the router in front of this server, whose address is not known here.
        </Trans>
      )}
    </p>
  )
}

/** `Days` draws what our balance was on each day beside what was spent of it. */
function Days({
  figures: { name, currency },
  days,
}: {
  figures: FiguresRead
  days: NonNullable<FiguresRead['days']>
}) {
  const { t, i18n } = useLingui()
  const navigate = useNavigate()
  const may = useMay()
  const { time_zone: zone } = useSession().business
  const times = useMemo(() => days.map(({ day }) => new Date(`${day}T00:00`)), [days])
  const series = useMemo(() => {
    const line = (label: string, token: string, values: (string | null)[]): Series => ({
      ...{ label, token },
      values: values.map((one) => (one === null ? null : Number(one))),
      shown: (index) => {
        const value = values[index]
        return value == null ? '–' : sum(value, currency)
      },
    })
    return [
      line(
        t`Balance`,
        'accent',
        days.map(({ balance }) => balance),
      ),
      {
        ...line(
          t`Spent`,
          'needs',
          days.map(({ spent }) => spent),
        ),
        dash: [6, 4],
      },
    ]
  }, [days, currency, t])
  return (
    <Chart
      title={t`Balance there and what was spent, by day`}
      label={t`Day`}
      times={times}
      nameOf={(at) => new Intl.DateTimeFormat(i18n.locale, { dateStyle: 'medium' }).format(at)}
      series={series}
      kind="lines"
      {...(may('orders.read') && {
        onPick: (at) => {
          const day = days[at]?.day
          if (day) void navigate({ to: '/orders', search: { supplier: name, ...endedOn(day, day, zone) } })
        },
      })}
    />
  )
}

function Calls({ figures: { calls } }: { figures: FiguresRead }) {
  const { t } = useLingui()
  const rows = [
    { label: t`Done`, count: calls.succeeded, token: 'done' },
    { label: t`Refused, because of the item`, count: calls.refused, token: 'failed' },
    { label: t`Not taken, because of the supplier`, count: calls.unavailable, token: 'needs' },
    { label: t`Asked to come again`, count: calls.waited, token: 'waiting' },
    { label: t`Settled by a person`, count: calls.settled, token: 'off' },
  ]
  const most = Math.max(1, ...rows.map(({ count }) => count))
  return (
    <section className={styles.panel}>
      <h2>
        <Trans>What was sent and has ended</Trans>
      </h2>
      <dl className={styles.bars}>
        {rows.map(({ label, count, token }) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{count}</dd>
            <dd className={styles.bar} aria-hidden="true">
              <i style={{ inlineSize: `${(100 * count) / most}%`, background: `var(--${token})` }} />
            </dd>
          </div>
        ))}
      </dl>
      {calls.median_seconds !== null && calls.p90_seconds !== null && (
        <p className={styles.times}>
          <span>{t`Half are done within ${{ time: duration(calls.median_seconds) }}.`}</span>
          <span>{t`${{ share: percentOf(90) }} are done within ${{ time: duration(calls.p90_seconds) }}.`}</span>
        </p>
      )}
    </section>
  )
}

function Pauses({ figures: { pauses } }: { figures: FiguresRead }) {
  const { i18n } = useLingui()
  return (
    <section className={styles.panel}>
      <h2>
        <Trans>Pauses</Trans>
      </h2>
      {pauses.length === 0 && (
        <p className="muted">
          <Trans>None in the last {DAYS} days.</Trans>
        </p>
      )}
      <ul className={styles.pauses}>
        {pauses.map((one) => (
          <li key={one.opened_at}>
            <p>
              <strong>{i18n._(faultWords(one.why))}</strong>
            </p>
            {one.reason && (
              <p>
                <Saying text={one.reason} isQuoted />
              </p>
            )}
            <p className="muted">
              <When at={one.opened_at} exact />
              {' – '}
              {one.closed_at ? <When at={one.closed_at} exact /> : <Trans>it goes on</Trans>}
            </p>
          </li>
        ))}
      </ul>
    </section>
  )
}
