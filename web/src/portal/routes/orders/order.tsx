import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { Button, Group, Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { ApiFault, dataOf } from '../../../api/client.ts'
import { useRefreshOn } from '../../../api/events.ts'
import { portal } from '../../../api/portal.ts'
import { isZero, money } from '../../../kit/amount.tsx'
import { Copy } from '../../../kit/copy.tsx'
import { copyText } from '../../../kit/copy-text.tsx'
import { useKeys } from '../../../kit/keys.tsx'
import { FaultNote, Loading } from '../../../kit/notes.tsx'
import { Page } from '../../../kit/page.tsx'
import { useSeenPages } from '../../../kit/seen-pages.ts'
import { Badge, StateBadge, stateWords } from '../../../kit/state-badge.tsx'
import { When } from '../../../kit/when.tsx'
import { Windowed } from '../../../kit/windowed.tsx'
import { type OrderRow, OrderState, viaWords } from '../../order-list.tsx'
import { priced } from '../../price.tsx'
import { type Item, inputOf, type Ordered, orderQuery, readEvery, readItems, rowsOf } from '../../results.ts'
import { ServiceName } from '../../service-name.tsx'
import { useMay } from '../../session.tsx'
import { Actions } from './actions.tsx'
import styles from './order.module.css'

const TOPICS = ['orders']

const Share = lazy(async () => ({ default: (await import('./share.tsx')).Share }))

/** AGAIN_MS is how often it is asked how far an open order is. */
const AGAIN_MS = 20_000

/** `Order` is one order with the results of its items, as they come, and what can be done about it. */
export function Order() {
  const { t } = useLingui()
  const { id } = useParams({ strict: false }) as { id: string }
  const { data, error, refetch, isPending } = useQuery(orderQuery(id))
  const summary = useQuery({
    queryKey: ['orders', 'summary', id],
    queryFn: async ({ signal }) => {
      try {
        const params = { path: { id: Number(id) } }
        return await dataOf(portal.GET('/api/portal/orders/{id}', { params, signal }))
      } catch (fault) {
        // One of the panel that the account has come from is no order here, and nothing can be done about it.
        if (fault instanceof ApiFault && fault.status === 404) return null
        throw fault
      }
    },
    enabled: /^\d{1,15}$/.test(id),
    // The stream tells what moves money. That work has begun, or that a cancellation is declined, does not.
    refetchInterval: ({ state }) => (state.data?.order.state === 'pending' ? AGAIN_MS : false),
  })
  useRefreshOn(TOPICS, ['orders', 'results', id], Number(id))
  useRefreshOn(TOPICS, ['orders', 'summary', id], Number(id))
  const order = summary.data?.order
  const ended = data?.status === 'pending' ? data.processed : data?.processed_success
  const items = data?.total
  return (
    <Page title={t`Order ${id}`}>
      <FaultNote fault={error} onRetry={() => void refetch()} />
      {isPending && <Loading />}
      {data && (
        <>
          <div className={styles.top}>
            <strong>{order ? order.service_name : <ServiceName code={data.service_code} />}</strong>
            <span role="status" className={styles.progress}>
              {order ? <OrderState order={order} /> : <StateBadge state={data.status} />}
              {(data.status !== 'pending' || ended === 0) && (
                <Trans>
                  {ended} of {items} done
                </Trans>
              )}
            </span>
          </div>
          <Money of={data} order={order} />
          <p className={styles.about}>
            <span className="code">{data.service_code}</span> · <When at={data.created_at} exact />
            {data.reference && <>&nbsp;· {data.reference}</>}
            {order && (
              <>
                &nbsp;· <PlacedBy order={order} />
              </>
            )}
            {order?.expected_by && (
              <>
                &nbsp;·{' '}
                <Trans>
                  expected by <When at={order.expected_by} exact />
                </Trans>
              </>
            )}
          </p>
          {order?.cancel_asked && <CancelAsked asked={order.cancel_asked} order={order} />}
          {summary.data && <Actions summary={summary.data} results={data} />}
          <FaultNote fault={summary.error} onRetry={() => void summary.refetch()} />
          <Results
            key={id}
            id={Number(id)}
            order={data}
            count={order?.items ?? data.result.length}
            open={order ? openState(order) : 'pending'}
            isShared={summary.data !== null}
            isSecret={summary.data !== null && order?.secret_results !== false}
          />
        </>
      )}
    </Page>
  )
}

/** `PlacedBy` says by which way the order came, and with which key; to who may see keys it leads there. */
function PlacedBy({ order: { via, key } }: { order: OrderRow }) {
  const { i18n } = useLingui()
  const may = useMay()
  if (!key) return <Trans>placed in the portal</Trans>
  const way = i18n._(viaWords[via])
  const name = may('keys.read') ? <Link to={`/keys/${key.id}` as string}>{key.name}</Link> : key.name
  return (
    <Trans>
      placed over {way} with the key {name}
    </Trans>
  )
}

/** `Money` says what became of the price: what is held, charged and given back. */
function Money({ of, order }: { of: Ordered; order: OrderRow | undefined }) {
  const { t } = useLingui()
  const written = (value: string) => money(priced(value, of.currency), of.currency)
  const [charged, back] = [written(of.charged_amount), written(of.refunded_amount)]
  const total = written(of.total_price)
  // What has ended already is not held any more.
  const held = order && !isZero(order.held) ? money(order.held, order.currency) : undefined
  const parts = [
    // Where all of it was charged, or given back, that says it.
    held === total
      ? t`${total} in all, held until there are results`
      : total !== charged && total !== back && t`${total} in all`,
    held !== undefined && held !== total && t`${held} held until there are results`,
    isZero(of.charged_amount) ? t`nothing charged` : t`${charged} charged`,
    !isZero(of.refunded_amount) && t`${back} given back`,
  ].filter((part) => part !== false)
  return (
    <p className={styles.money}>
      {parts.map((part) => (
        <span key={part}>{part}</span>
      ))}
    </p>
  )
}

/** `CancelAsked` says that a cancellation was asked for, and what becomes of the money meanwhile. */
function CancelAsked({ asked, order }: { asked: NonNullable<OrderRow['cancel_asked']>; order: OrderRow }) {
  const kept = money(asked.held, order.currency)
  const since = <When at={asked.since} exact />
  return (
    <p className={styles.asked}>
      {asked.items < order.items ? (
        <Trans>
          The cancellation of {asked.items} of {order.items} items was asked for on {since}. {kept} stays held
          until there is an answer.
        </Trans>
      ) : (
        <Trans>
          The cancellation was asked for on {since}. {kept} stays held until there is an answer.
        </Trans>
      )}
    </p>
  )
}

/** `openState` is the state of the items of an order that have not ended; undefined: some are begun, some wait. */
function openState({ items, ended, working }: OrderRow): 'pending' | 'processing' | undefined {
  if (working === 0) return 'pending'
  return working === items - ended ? 'processing' : undefined
}

const ALL = 'all'

/** `useItems` gives the items of an order that are in a state (undefined: all): of a small order at once, else as one scrolls. */
function useItems(id: number, order: Ordered, status: Item['status'] | undefined) {
  const isWhole = !order.result_truncated
  const pages = useSeenPages<Item>(
    ['orders', 'results', String(id), 'items', status],
    (cursor, signal) => readItems(String(id), { status, cursor, limit: 100 }, signal),
    { idOf: positionOf, enabled: !isWhole },
  )
  if (!isWhole) return { ...pages, every: () => readEvery(String(id), status) }
  const rows = order.result.filter((item) => status === undefined || item.status === status)
  return { ...pages, rows, error: null, isComing: false, isEnd: true, every: () => Promise.resolve(rows) }
}

const positionOf = ({ position }: Item): number => position

/** `countsOf` counts the items of an order by their states, as far as that is known: of those that did not end well only together. */
function countsOf(order: Ordered, count: number): Partial<Record<Item['status'], number | undefined>> {
  if (!order.result_truncated) return countBy(order.result)
  const { processed, processed_success: success, processed_error: failed } = order
  return {
    ...(processed < count && { pending: count - processed }),
    ...(success > 0 && { success }),
    ...(failed > 0 && { failed: undefined, cancelled: undefined }),
  }
}

function countBy(items: readonly Item[]): Partial<Record<Item['status'], number>> {
  const counts: Partial<Record<Item['status'], number>> = {}
  for (const { status } of items) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

function Results({
  id,
  order,
  count,
  open,
  isShared,
  isSecret,
}: {
  id: number
  order: Ordered
  /** `count` is how many items it has. */
  count: number
  open: ReturnType<typeof openState>
  isShared: boolean
  /** `isSecret`: results are shown one by one, when asked for; so too while nobody knows whether they are secret. */
  isSecret: boolean
}) {
  const { t, i18n } = useLingui()
  const [state, setState] = useState<Item['status'] | typeof ALL>(ALL)
  const [sharing, setSharing] = useState<number>()
  const list = useItems(id, order, state === ALL ? undefined : state)
  const counts = countsOf(order, count)
  const states = Object.keys(counts)
  const fitting = state === ALL ? count : (counts[state] ?? (list.isEnd ? list.rows?.length : undefined))
  const hasEnded = order.processed > 0 && state !== 'pending'
  const copy = async () => {
    let copied = 0
    await copyText(
      async () => {
        const ended = (await list.every()).filter(({ status }) => status !== 'pending')
        copied = ended.length
        return rowsOf(ended)
      },
      () => <Plural value={copied} one="# result copied" other="# results copied" />,
    )
  }
  useKeys(hasEnded ? { y: [t`Copy the results`, () => void copy()] } : {})
  const wordsOf = (value: string) => {
    const words = stateWords[value]
    return value === 'pending' ? t`Not done yet` : words ? i18n._(words) : value
  }
  return (
    <section aria-label={t`Results`}>
      <div className={styles.head}>
        <h2>{fitting === undefined ? t`Items` : <Plural value={fitting} one="# item" other="# items" />}</h2>
        {states.length > 1 && (
          <Select
            aria-label={t`Items in state`}
            size="xs"
            allowDeselect={false}
            data={[
              { value: ALL, label: t`All states` },
              ...states.map((value) => ({ value, label: wordsOf(value) })),
            ]}
            value={state}
            onChange={(value) => setState((value ?? ALL) as typeof state)}
          />
        )}
        <Group gap="xs" ms="auto">
          <Button variant="default" size="compact-sm" disabled={!hasEnded} onClick={() => void copy()}>
            <Trans>Copy the results</Trans>
          </Button>
          {isShared && (
            <Button
              component="a"
              href={`/api/portal/orders.csv?id=${id}`}
              download
              variant="default"
              size="compact-sm"
            >
              <Trans>CSV</Trans>
            </Button>
          )}
        </Group>
      </div>
      <FaultNote fault={list.error} onRetry={list.again} />
      {!list.rows && !list.error && <Loading rows={2} />}
      {list.rows && (
        <Windowed
          key={state}
          name={t`Results`}
          rows={list.rows}
          count={fitting}
          idOf={positionOf}
          estimate={44}
          look={list.look}
          className={styles.items}
        >
          {(item) => (
            <Result {...{ item, open, isShared, isSecret }} onShare={() => setSharing(item.position)} />
          )}
        </Windowed>
      )}
      {list.isComing && <Loading rows={1} />}
      {sharing !== undefined && (
        <Suspense>
          <Share order={id} item={sharing} onClose={() => setSharing(undefined)} />
        </Suspense>
      )}
    </section>
  )
}

/** `Result` is an item with its answer. */
function Result({
  item,
  open,
  isShared,
  isSecret,
  onShare,
}: {
  item: Item
  open: ReturnType<typeof openState>
  isShared: boolean
  isSecret: boolean
  onShare: () => void
}) {
  const { t } = useLingui()
  const may = useMay()
  return (
    <>
      <div className={styles.item}>
        <span className="code">{inputOf(item) || item.position}</span>
        <span className={styles.beside}>
          {item.status === 'pending' && open === undefined ? (
            <Badge tone="waiting">
              <Trans>Not done yet</Trans>
            </Badge>
          ) : (
            <StateBadge state={item.status === 'pending' ? (open ?? 'pending') : item.status} />
          )}
        </span>
      </div>
      {isSecret && item.status === 'success' ? (
        <Secret text={item.result} />
      ) : (
        (item.result ?? item.error) && <Answer text={item.result ?? item.error ?? ''} />
      )}
      {item.status === 'success' && item.result !== null && (
        <div className={styles.acts}>
          <Copy value={item.result} size="compact-xs" variant="subtle">{t`Copy the text`}</Copy>
          {isShared && !isSecret && may('results.share') && (
            <Button size="compact-xs" variant="subtle" onClick={onShare}>
              <Trans>Share…</Trans>
            </Button>
          )}
        </div>
      )}
    </>
  )
}

/** `Secret` shows a result when it is asked for. `text`, null: who looks on is of the staff, and is not told. */
function Secret({ text }: { text: string | null }) {
  const [isShown, setShown] = useState(false)
  if (text === null)
    return (
      <div className={styles.text}>
        <Trans>The result is secret.</Trans>
      </div>
    )
  return (
    <>
      {isShown && <Answer text={text} />}
      <Button variant="default" size="compact-xs" onClick={() => setShown(!isShown)}>
        {isShown ? <Trans>Hide the result</Trans> : <Trans>Show the result</Trans>}
      </Button>
    </>
  )
}

/** FIELD is a line such as `Model: iPhone 14`. */
const FIELD = /^([^:<>]{1,60}?)\s*:\s+(\S.*)$/

/** `Answer` shows an answer whose lines are fields as such, and any other as text. Tags in it are text, too. */
function Answer({ text }: { text: string }) {
  const lines = text
    .split(/\r?\n|<br\s*\/?>/i)
    .map((line) => line.trim())
    .filter((line) => line !== '')
  const fields = lines.flatMap((line) => {
    const [, name, value] = FIELD.exec(line) ?? []
    return name !== undefined && value !== undefined ? [[name, value] as const] : []
  })
  if (lines.length < 2 || fields.length < lines.length)
    return <div className={styles.text}>{lines.join('\n')}</div>
  return (
    <dl className={styles.fields}>
      {fields.map(([name, value]) => (
        <div key={`${name} ${value}`}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
