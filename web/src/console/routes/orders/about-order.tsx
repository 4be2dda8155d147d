import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type FormEvent, useRef, useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { money } from '../../../kit/amount.tsx'
import { HookState } from '../../../kit/hook-state.tsx'
import { AtFields, Textarea } from '../../../kit/inputs.tsx'
import { useKeys } from '../../../kit/keys.tsx'
import { FaultNote } from '../../../kit/notes.tsx'
import { useMay } from '../../../kit/session.tsx'
import { When } from '../../../kit/when.tsx'
import styles from './order.module.css'
import type { Summary } from './order-data.ts'
import { OrderState } from './order-fields.tsx'

/** `AboutOrder` has what one wants to know beside an order: its reseller, its time, notes, and the same IMEI before. */
export function AboutOrder({ summary }: { summary: Summary }) {
  const { t } = useLingui()
  const may = useMay()
  const { order, available, webhook, before } = summary
  return (
    <aside aria-label={t`About the order`}>
      <section className={styles.panel}>
        <h2>{order.account_name}</h2>
        <dl className={styles.facts}>
          <dt>{t`Reseller`}</dt>
          <dd>
            <Link to="/resellers/$username" params={{ username: order.username }}>
              {order.username}
            </Link>
            {'\u00A0· '}
            <Link to="/orders" search={{ account: order.username }}>
              <Trans>orders</Trans>
            </Link>
          </dd>
          <dt>{t`Balance`}</dt>
          <dd>{money(available, order.currency)}</dd>
          {order.price_group && (
            <>
              <dt>{t`Price group`}</dt>
              <dd>{order.price_group}</dd>
            </>
          )}
          <dt>{t`Unit price`}</dt>
          <dd>{money(order.unit_price, order.currency)}</dd>
          {order.cost != null && (
            <>
              <dt>{t`Cost`}</dt>
              <dd>{money(order.cost, order.currency)}</dd>
            </>
          )}
          <dt>{t`Service`}</dt>
          <dd className="code">
            {may('catalogue.read') ? (
              <Link to="/catalogue/services/$service" params={{ service: order.service_code }}>
                {order.service_code}
              </Link>
            ) : (
              order.service_code
            )}
          </dd>
          <dt>{t`Supplier`}</dt>
          <dd>
            {order.suppliers.length === 0 && '–'}
            {order.suppliers.map((supplier, at) => (
              <span key={supplier}>
                {at > 0 && ', '}
                {may('suppliers.read') ? (
                  <Link to="/suppliers/$supplier" params={{ supplier }}>
                    {supplier}
                  </Link>
                ) : (
                  supplier
                )}
              </span>
            ))}
          </dd>
          <dt>{t`Expected by`}</dt>
          <dd>{order.expected_by ? <When at={order.expected_by} /> : t`not known`}</dd>
          <dt>{t`Ended`}</dt>
          <dd>
            <When at={order.finished_at} />
          </dd>
          <dt>{t`API key`}</dt>
          <dd>{order.key ?? '–'}</dd>
          <dt>{t`Webhook`}</dt>
          <dd>{webhook ? <HookState status={webhook.status} /> : t`none`}</dd>
        </dl>
      </section>
      <Notes id={order.id} />
      {before.length > 0 && (
        <section className={styles.panel}>
          <h2>{t`The same IMEI before`}</h2>
          <ul className={styles.earlier}>
            {before.map((one) => (
              <li key={one.id}>
                <Link to="/orders/$id" params={{ id: String(one.id) }} className="code">
                  {one.id}
                </Link>
                <OrderState order={one} />
                <When at={one.created_at} />
              </li>
            ))}
          </ul>
        </section>
      )}
    </aside>
  )
}

function Notes({ id }: { id: number }) {
  const { t } = useLingui()
  const may = useMay()
  const client = useQueryClient()
  const field = useRef<HTMLTextAreaElement>(null)
  const [text, setText] = useState('')
  const params = { path: { id } }
  const notes = useQuery({
    queryKey: ['order', id, 'notes'],
    queryFn: ({ signal }) => dataOf(api.GET('/api/operator/orders/{id}/notes', { params, signal })),
  })
  const add = useMutation({
    mutationFn: () => dataOf(api.POST('/api/operator/orders/{id}/notes', { params, body: { text } })),
    onSuccess: async () => {
      setText('')
      await client.invalidateQueries({ queryKey: ['order', id] })
    },
  })
  useKeys({ n: [t`Write a note`, () => field.current?.focus()] })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (text.trim() !== '') add.mutate()
  }
  const written = notes.data?.items.filter(({ kind }) => kind === 'note') ?? []
  return (
    <section className={styles.panel}>
      <h2>{t`Notes`}</h2>
      {written.length > 0 && (
        <ul className={styles.notes}>
          {written.map((one) => (
            <li key={one.id}>
              <p>{one.text}</p>
              <span className="muted">
                {one.name ?? one.actor}&nbsp;· <When at={one.at} />
              </span>
            </li>
          ))}
        </ul>
      )}
      {may('orders.act') && (
        <form onSubmit={submit}>
          <AtFields fault={add.error}>
            <Textarea
              field="text"
              ref={field}
              aria-label={t`A note`}
              placeholder={t`For the staff alone`}
              autosize
              minRows={2}
              maxLength={2000}
              value={text}
              onChange={({ currentTarget }) => setText(currentTarget.value)}
              onKeyDown={(event) => {
                if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit(event)
              }}
            />
            <FaultNote fault={add.error} />
            <Button type="submit" variant="default" size="compact-md" mt="sm" loading={add.isPending}>
              <Trans>Add the note</Trans>
            </Button>
          </AtFields>
        </form>
      )}
    </section>
  )
}
