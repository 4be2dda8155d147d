import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { Modal, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type KeyboardEvent, type ReactNode, useEffect, useState } from 'react'
import { api, dataOf } from '../api/client.ts'
import { Icon } from '../identity/icons.tsx'
import { money } from '../kit/amount.tsx'
import { FaultNote } from '../kit/notes.tsx'
import { useMay } from '../kit/session.tsx'
import { StateBadge } from '../kit/state-badge.tsx'
import { actions, pages } from './find-actions.ts'
import styles from './find-dialog.module.css'

/** Hit is one thing that was found, and where it is. */
interface Hit {
  key: string
  group: string
  to: string
  shown: ReactNode
}

export interface PageEntry {
  to: string
  label: string
}

/** `byWords` say by what something was found. */
const byWords: Record<string, MessageDescriptor> = {
  reference: msg`reference`,
  supplier_number: msg`supplier's number`,
  trace_id: msg`trace id`,
  key: msg`API key`,
  email: msg`e-mail`,
}

const SHORTEST = 2

export interface FindDialogProps {
  pages: readonly PageEntry[]
  onClose: () => void
}

/** `FindDialog` looks for orders, resellers, services, pages and actions by what is typed or pasted. */
export function FindDialog({ pages: rail, onClose }: FindDialogProps) {
  const { t } = useLingui()
  const navigate = useNavigate()
  const [text, setText] = useState('')
  const [settled] = useDebouncedValue(text.trim(), 150)
  const [active, setActive] = useState(0)
  const [isWaiting, setWaiting] = useState(false)
  const wanted = isWaiting ? text.trim() : settled
  const found = useQuery({
    queryKey: ['search', wanted],
    queryFn: ({ signal }) =>
      dataOf(api.GET('/api/operator/search', { params: { query: { q: wanted } }, signal })),
    enabled: wanted.length >= SHORTEST,
  })
  const hits = useHits(wanted, found.data, rail)
  const isReady = wanted === text.trim() && !found.isFetching
  const go = (hit: Hit | undefined) => {
    if (!hit) return
    onClose()
    void navigate({ to: hit.to })
  }
  // Enter that came before the answer opens what the answer has first.
  useEffect(() => {
    if (!isWaiting || !isReady) return
    setWaiting(false)
    go(hits[0])
  })
  const press = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (by !== undefined) {
      event.preventDefault()
      setActive((old) => Math.min(Math.max(old + by, 0), Math.max(hits.length - 1, 0)))
    } else if (event.key === 'Enter') {
      event.preventDefault()
      if (isReady) go(hits[active])
      else setWaiting(true)
    }
  }
  return (
    <Modal.Root opened onClose={onClose} size="lg" yOffset="10vh">
      <Modal.Overlay />
      <Modal.Content aria-label={t`Find`}>
        <Modal.Body className={styles.body ?? ''}>
          <TextInput
            // The window itself gives the focus a moment after it is there: a scanner would have typed by then.
            autoFocus
            data-autofocus
            aria-label={t`Find`}
            role="combobox"
            aria-expanded={hits.length > 0}
            aria-controls="found"
            aria-autocomplete="list"
            {...(hits[active] && { 'aria-activedescendant': `found-${active}` })}
            placeholder={t`IMEI, order number, reference, supplier's number, trace id, reseller, service`}
            size="md"
            value={text}
            maxLength={255}
            leftSection={<Icon name="find" size={18} />}
            onChange={({ currentTarget }) => {
              setText(currentTarget.value)
              setActive(0)
              setWaiting(false)
            }}
            onKeyDown={press}
          />
          <FaultNote fault={found.error} />
          <div id="found" role="listbox" aria-label={t`What was found`} className={styles.list}>
            {hits.map((hit, place) => (
              <div key={hit.key}>
                {hits[place - 1]?.group !== hit.group && (
                  <div role="presentation" className={styles.group}>
                    {hit.group}
                  </div>
                )}
                {/* biome-ignore lint/a11y/useKeyWithClickEvents: keys are those of the box. */}
                <div
                  id={`found-${place}`}
                  role="option"
                  tabIndex={-1}
                  aria-selected={place === active}
                  className={styles.hit}
                  onMouseMove={() => setActive(place)}
                  onClick={() => go(hit)}
                >
                  {hit.shown}
                </div>
              </div>
            ))}
          </div>
          <p className={styles.none} role="status">
            {wanted.length >= SHORTEST && isReady && hits.length === 0 && (
              <Trans>Nothing has this number, IMEI, reference or name.</Trans>
            )}
          </p>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  )
}

type Answer = Awaited<ReturnType<typeof search>>
const search = () => dataOf(api.GET('/api/operator/search', { params: { query: { q: '' } } }))

function useHits(text: string, found: Answer | undefined, rail: readonly PageEntry[]): Hit[] {
  const { t, i18n } = useLingui()
  const may = useMay()
  const places = [
    ...rail,
    ...pages
      .filter(({ permission }) => permission === undefined || may(permission))
      .map(({ to, words: said }) => ({ to, label: i18n._(said) })),
  ]
  const by = (name: string): string => {
    const words = byWords[name]
    return words ? `\u00A0· ${i18n._(words)}` : ''
  }
  const words = text.toLowerCase()
  return [
    ...(found?.orders ?? []).map(
      ({ by: named, order }): Hit => ({
        ...{ key: `order ${order.id}`, group: t`Orders`, to: `/orders/${order.id}` },
        shown: (
          <>
            <span className="code">{order.id}</span>
            <span className={styles.main}>
              {order.inputs[0] && <span className="code">{order.inputs[0]}</span>} {order.service_name}
              <span className="muted">
                {' '}
                · {order.username}
                {by(named)}&nbsp;· {money(order.total, order.currency)}
              </span>
            </span>
            <StateBadge state={(order.states.unknown ?? 0) > 0 ? 'unknown' : order.state} />
          </>
        ),
      }),
    ),
    ...(found?.accounts ?? []).map(
      (one): Hit => ({
        ...{ key: `account ${one.id}`, group: t`Resellers`, to: `/resellers/${one.username}` },
        shown: (
          <span className={styles.main}>
            {one.name}{' '}
            <span className="muted">
              · {one.username}&nbsp;· {one.email}
              {by(one.by)}
            </span>
          </span>
        ),
      }),
    ),
    ...(found?.services ?? []).map(
      (one): Hit => ({
        ...{ key: `service ${one.id}`, group: t`Services`, to: `/catalogue/services/${one.code}` },
        shown: (
          <span className={styles.main}>
            {one.name}{' '}
            <span className="muted">
              · <span className="code">{one.code}</span>
              {one.supplier && `\u00A0· ${one.supplier}`}
            </span>
          </span>
        ),
      }),
    ),
    ...(found?.request
      ? [
          {
            ...{ key: 'request', group: t`Requests`, to: `/requests/${found.request.trace_id}` },
            shown: (
              <span className={styles.main}>
                {found.request.action}{' '}
                <span className="muted">
                  · {found.request.status}
                  {found.request.message && `\u00A0· ${found.request.message}`}
                </span>
              </span>
            ),
          },
        ]
      : []),
    ...places
      .filter(({ label }) => words !== '' && label.toLowerCase().includes(words))
      .map(({ to, label }): Hit => ({ key: `page ${to}`, group: t`Pages`, to, shown: label })),
    ...actions
      .filter(({ permission }) => may(permission))
      .map(({ to, words: said }) => ({ to, label: i18n._(said) }))
      .filter(({ label }) => words !== '' && label.toLowerCase().includes(words))
      .map(({ to, label }): Hit => ({ key: `action ${to}`, group: t`Actions`, to, shown: label })),
  ]
}
