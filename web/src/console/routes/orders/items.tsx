import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { Button, Select } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { Amount, isZero } from '../../../kit/amount.tsx'
import { Copy } from '../../../kit/copy.tsx'
import { FaultNote, Loading } from '../../../kit/notes.tsx'
import { useSeenPages } from '../../../kit/seen-pages.ts'
import { StateBadge, stateWords } from '../../../kit/state-badge.tsx'
import { Windowed } from '../../../kit/windowed.tsx'
import { Reveal, useReveal } from '../../reveal.tsx'
import styles from './order.module.css'
import { type Item, type OrderRow, readInputs, readResults } from './order-data.ts'

type ItemState = Item['state']

/** BOXED is the number of items from which on they scroll in a box of their own, so that what stands below can be reached. */
const BOXED = 20

/** `Items` are the items of an order, in one state or in all. They are read as one scrolls. */
export function Items({ order }: { order: OrderRow }) {
  const { t, i18n } = useLingui()
  const [state, setState] = useState<ItemState | null>(null)
  const list = useSeenPages<Item>(
    ['order', order.id, 'items', state],
    async (cursor, signal) => {
      const query = { limit: 100, ...(cursor !== undefined && { cursor }), ...(state !== null && { state }) }
      const params = { path: { id: order.id }, query }
      return (await dataOf(api.GET('/api/operator/orders/{id}/items', { params, signal }))).page
    },
    { idOf: positionOf },
  )
  const states = Object.keys(order.states)
  return (
    <section className={styles.panel}>
      <div className={styles.panelHead}>
        <h2>
          <Plural value={order.item_count} one="# item" other="# items" />
        </h2>
        {order.item_count > 1 && (
          <div className={styles.panelHead}>
            {states.length > 1 && (
              <Select
                aria-label={t`Items in state`}
                placeholder={t`All states`}
                size="xs"
                clearable
                data={states.map((value) => {
                  const words = stateWords[value]
                  return { value, label: words ? i18n._(words) : value }
                })}
                value={state}
                onChange={(value) => setState(value as ItemState | null)}
              />
            )}
            <CopyAll of={() => readInputs([order])}>{t`Copy IMEIs`}</CopyAll>
            <CopyAll of={() => readResults(order)}>{t`Copy the results`}</CopyAll>
            <Button
              component="a"
              href={`/api/operator/orders.csv?id=${order.id}`}
              download
              variant="default"
              size="compact-sm"
            >
              <Trans>CSV</Trans>
            </Button>
          </div>
        )}
      </div>
      <FaultNote fault={list.error} onRetry={list.again} />
      {!list.rows && !list.error && <Loading rows={2} />}
      {list.rows && (
        <Windowed
          key={state}
          name={t`Items`}
          rows={list.rows}
          count={state === null ? order.item_count : order.states[state]}
          idOf={positionOf}
          estimate={64}
          isBox={order.item_count >= BOXED}
          look={list.look}
          itemClassName={styles.item}
        >
          {(item) => <ItemRow item={item} order={order} />}
        </Windowed>
      )}
      {list.isComing && <Loading rows={1} />}
    </section>
  )
}

const positionOf = ({ position }: Item): number => position

/** `CopyAll` copies the lines that it reads. */
function CopyAll({ of, children }: { of: () => Promise<string[]>; children: ReactNode }) {
  const { t } = useLingui()
  const [isDone, setDone] = useState(false)
  const [fault, setFault] = useState<unknown>()
  const copy = async () => {
    try {
      setFault(undefined)
      await navigator.clipboard.writeText((await of()).join('\n'))
      setDone(true)
    } catch (error) {
      setFault(error)
    }
  }
  return (
    <>
      <Button variant="default" size="compact-sm" onClick={() => void copy()}>
        {isDone ? t`Copied` : children}
      </Button>
      <FaultNote fault={fault} />
    </>
  )
}

/** `SecretResult` shows a result when it is asked for, and until it is hidden again. */
function SecretResult({ order, item }: { order: number; item: number }) {
  const { t } = useLingui()
  const look = useReveal(order, item)
  const shown = look.data?.result
  return (
    <div>
      {shown && <pre className={styles.result}>{shown}</pre>}
      <Reveal look={look} hidden={<Trans>The result is secret.</Trans>}>
        {shown && <Copy value={shown} size="compact-xs" variant="subtle">{t`Copy the text`}</Copy>}
      </Reveal>
    </div>
  )
}

function ItemRow({ item, order }: { item: Item; order: OrderRow }) {
  const { t } = useLingui()
  const text = item.result ?? item.reason
  const fields = Object.entries(item.fields ?? {})
  return (
    <>
      <div className={styles.itemHead}>
        {order.item_count > 1 && <span className="muted">{item.position}</span>}
        <span className={`code ${styles.input}`}>{item.input || '–'}</span>
        {item.quantity > 1 && <span className="muted">× {item.quantity}</span>}
        <StateBadge state={item.state} />
        {!isZero(item.refunded) && (
          <span className="muted">
            <Trans>
              refunded <Amount value={item.refunded} currency={order.currency} />
            </Trans>
          </span>
        )}
        <Amount value={item.price} currency={order.currency} />
      </div>
      {fields.map(([name, value]) => (
        <div key={name} className="muted">
          {name}: <span className="code">{value}</span>
        </div>
      ))}
      {item.result_is_secret && <SecretResult order={order.id} item={item.position} />}
      {text && (
        <div>
          <pre className={styles.result}>{text}</pre>
          <Copy value={text} size="compact-xs" variant="subtle">{t`Copy the text`}</Copy>
        </div>
      )}
    </>
  )
}
