import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { Button, NumberInput } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { money } from '../../../kit/amount.tsx'
import { Bytes } from '../../../kit/bytes.tsx'
import { FaultNote, Loading } from '../../../kit/notes.tsx'
import type { Tone } from '../../../kit/state-badge.tsx'
import { stateWords } from '../../../kit/state-badge.tsx'
import { moment as timeOf } from '../../../kit/when.tsx'
import { detailWords } from '../../details.ts'
import { ExchangesOf } from '../../exchanges.tsx'
import { decisionWords, kindWords } from '../../inbox-words.ts'
import { folded, itemsOf, type Told } from './fold.ts'
import styles from './order.module.css'
import type { Moment, OrderRow } from './order-data.ts'
import { passedOver, refusedIt } from './passed-over.ts'

/** `Timeline` tells the life of an order in sentences, the oldest first. */
export function Timeline({ order }: { order: OrderRow }) {
  const { t } = useLingui()
  const [item, setItem] = useState<number>()
  const life = useQuery({
    queryKey: ['order', order.id, 'timeline', item],
    queryFn: ({ signal }) => {
      const params = { path: { id: order.id }, query: item === undefined ? {} : { item } }
      return dataOf(api.GET('/api/operator/orders/{id}/timeline', { params, signal }))
    },
    // Another item's life replaces the one that is shown when it is there.
    placeholderData: keepPreviousData,
  })
  const lines = folded(life.data?.items ?? [])
  return (
    <section className={styles.panel} aria-label={t`Timeline`}>
      <div className={styles.lifeHead}>
        <h2>{t`Timeline`}</h2>
        {order.item_count > MANY_ITEMS && (
          <NumberInput
            aria-label={t`Only of item`}
            placeholder={t`Of item…`}
            size="xs"
            w={110}
            min={1}
            max={order.item_count}
            clampBehavior="strict"
            allowDecimal={false}
            value={item ?? ''}
            onChange={(value) => setItem(value === '' ? undefined : Math.max(1, Number(value)))}
          />
        )}
      </div>
      <FaultNote fault={life.error} onRetry={() => void life.refetch()} />
      {life.isPending && <Loading rows={5} />}
      <ol className={styles.timeline}>
        {lines.map((line, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a life only grows at its end.
          <Line key={`${item} ${place}`} line={line} order={order} />
        ))}
      </ol>
      {life.data && item === undefined && !life.data.whole && (
        <p className="muted">
          <Trans>
            This is the life of the first {life.data.last} items. That of another one is shown by its number.
          </Trans>
        </p>
      )}
      <Exchanges order={order} />
    </section>
  )
}

/** MANY_ITEMS is from how many items on the life of one of them can be asked for. */
const MANY_ITEMS = 3

/** `Line` tells one moment, or several alike as one, each of which is told when that is asked for. */
function Line({ line: { first, all }, order }: { line: Told; order: OrderRow }) {
  const { t } = useLingui()
  const [isOpen, setOpen] = useState(false)
  const isFolded = all.length > 1
  const items = itemsOf(all)
  const last = all.at(-1) ?? first
  // Their own numbers stand with each of them.
  const one = isFolded ? { ...first, reference: null } : first
  const until = timeOf(new Date(last.at))
  return (
    <li className={styles.moment} data-tone={toneOf(first)}>
      <time dateTime={first.at} title={first.at}>
        {timeOf(new Date(first.at))}
      </time>
      <span className={styles.dot} aria-hidden="true" />
      <div className={styles.said}>
        <p>
          <Sentence one={one} order={order} />
          {!isFolded && order.item_count > 1 && one.item !== null && (
            <span className="muted">
              {' '}
              <Trans>(item {one.item})</Trans>
            </span>
          )}
        </p>
        {isFolded ? (
          <>
            <p className={styles.alike}>
              <span className="muted">
                {items > 1 ? (
                  <Plural value={items} one="for # item" other="for each of # items" />
                ) : (
                  <Plural value={all.length} one="# time" other="# times" />
                )}
                {until !== timeOf(new Date(first.at)) && t`, until ${until}`}
              </span>
              <Button
                variant="subtle"
                size="compact-xs"
                aria-expanded={isOpen}
                onClick={() => setOpen(!isOpen)}
              >
                {isOpen ? t`Show less` : t`Show each`}
              </Button>
            </p>
            {isOpen && <Each all={all} />}
          </>
        ) : (
          <Words one={one} />
        )}
      </div>
    </li>
  )
}

/** AT_ONCE is how many of moments alike are told at once. */
const AT_ONCE = 50

/** `Each` tells moments that are alike one by one. */
function Each({ all }: { all: readonly Moment[] }) {
  const { t } = useLingui()
  const [shown, setShown] = useState(AT_ONCE)
  return (
    <>
      <ul className={styles.each}>
        {all.slice(0, shown).map((one, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a life only grows at its end.
          <li key={place}>
            <p>
              <time dateTime={one.at} title={one.at}>
                {timeOf(new Date(one.at))}
              </time>{' '}
              {one.item !== null && <Trans>Item {one.item}</Trans>}
              {one.reference && <span className="code"> {one.reference}</span>}
            </p>
            <Words one={one} />
          </li>
        ))}
      </ul>
      {all.length > shown && (
        <Button
          variant="subtle"
          size="compact-xs"
          onClick={() => setShown(shown + AT_ONCE)}
        >{t`Show more`}</Button>
      )}
    </>
  )
}

const TONES: Partial<Record<Moment['kind'], Tone>> = {
  charged: 'done',
  given_back: 'off',
  refunded: 'failed',
  charged_anew: 'done',
  asked_person: 'needs',
  sent: 'working',
}

function toneOf({ kind, state }: Moment): Tone | undefined {
  if (kind === 'answered') return state === 'succeeded' ? 'done' : state === 'unknown' ? 'unknown' : 'failed'
  if (kind === 'sent' && state === 'unknown') return 'unknown'
  if (kind === 'told') return state === 'sent' ? 'done' : state === 'failed' ? 'failed' : undefined
  if (kind === 'delivery') return state?.startsWith('2') ? 'done' : 'failed'
  return TONES[kind]
}

/** `whoOf` says who did something: a person by name, or by what the trail calls them. */
const whoOf = ({ name, by }: Moment): string => name ?? by ?? 'imeigate'

function Sentence({ one, order }: { one: Moment; order: OrderRow }) {
  const { t, i18n } = useLingui()
  const { supplier, state } = one
  const channels: Record<string, string> = { email: t`e-mail`, telegram: 'Telegram', http: 'HTTP' }
  const amount = one.amount === null ? '' : money(one.amount, one.currency ?? order.currency)
  const number = one.reference ? <span className="code">{one.reference}</span> : null
  const shown = (name: string | null): string => {
    const words = stateWords[name ?? '']
    return words ? i18n._(words) : (name ?? '')
  }
  switch (one.kind) {
    case 'placed':
      return (
        <>
          {one.by ? t`Placed over ${order.via.toUpperCase()} with the key ${one.by}` : t`Placed`}
          {number && <>&nbsp;· {number}</>}
        </>
      )
    case 'held':
      return <>{t`${amount} held`}</>
    case 'passed_over':
      return <>{i18n._(passedOver(supplier ?? '', one.state))}</>
    case 'sent':
      return (
        <>
          {state === 'chosen' ? t`To be sent to ${supplier ?? ''} next` : t`Sent to ${supplier ?? ''}`}
          {amount && t`, for ${amount}`}
          {number && <>&nbsp;· {number}</>}
        </>
      )
    case 'answered':
      return (
        <>
          {answered(one)}
          {number && <>&nbsp;· {number}</>}
        </>
      )
    case 'asked_person':
      return <>{t`A person is asked: ${i18n._(kindWords(one.state ?? ''))}`}</>
    case 'decided':
      return <>{t`${whoOf(one)} decided: ${i18n._(decisionWords(one.state ?? ''))}`}</>
    case 'charged':
      return <>{t`${amount} charged`}</>
    case 'given_back':
      return <>{t`${amount} given back; it was never charged`}</>
    case 'refunded':
      return <>{t`${amount} refunded by ${whoOf(one)}`}</>
    case 'charged_anew':
      return <>{t`${whoOf(one)} delivered it after all: ${amount} charged anew`}</>
    case 'changed':
      return <>{t`${whoOf(one)} replaced the result`}</>
    case 'cancelled':
      return <>{t`Cancelled by ${whoOf(one)}`}</>
    case 'event':
      return <>{t`The webhook is told: ${shown(state)}`}</>
    case 'delivery':
      return <>{state === null ? t`The webhook was not reached` : t`The webhook answered ${state}`}</>
    case 'told':
      return (
        <>
          {told(one)} <span className="muted">· {aboutOf(one)}</span>
        </>
      )
    case 'note':
      return <>{t`Note by ${whoOf(one)}`}</>
    case 'ask':
      return <>{t`${whoOf(one)} had ${one.text ?? ''} asked at once`}</>
    case 'webhook':
      return <>{t`${whoOf(one)} had the webhook told again`}</>
    case 'look':
      return <>{t`${whoOf(one)} looked at the secret result`}</>
    default:
      return <>{one.kind}</>
  }

  function told({ address, channel, state: what }: Moment): string {
    const [to, by] = [address ?? '', channels[channel ?? ''] ?? channel ?? '']
    switch (what) {
      case 'sent':
        return t`${to} was told by ${by}`
      case 'waiting':
        return t`${to} is to be told by ${by}; it was not sent yet`
      case 'failed':
        return t`${to} could not be told by ${by}`
      default:
        return t`${to} was to be told by ${by}, and was removed before`
    }
  }

  function aboutOf({ event }: Moment): string {
    return event === 'order.refunded' ? t`money was given back` : t`the order is done`
  }

  function answered({ state: what, by }: Moment): string {
    if (by !== null && what === 'succeeded') return t`${whoOf(one)} answered it for ${supplier ?? ''}`
    if (by !== null && what === 'refused') return t`${whoOf(one)} refused it for ${supplier ?? ''}`
    switch (what) {
      case 'succeeded':
        return t`${supplier ?? ''} did it`
      case 'refused':
        return i18n._(refusedIt(supplier ?? ''))
      case 'given_up':
        return t`A person ended the try at ${supplier ?? ''}`
      default:
        return t`Nobody knows what ${supplier ?? ''} did with it`
    }
  }
}

/** BY_PEOPLE are moments whose words somebody has written. */
const BY_PEOPLE: readonly Moment['kind'][] = ['note', 'refunded', 'charged_anew', 'changed', 'cancelled']

function Words({ one }: { one: Moment }): ReactNode {
  const { i18n } = useLingui()
  if (one.kind === 'ask' || one.kind === 'webhook' || one.kind === 'look') return null
  // What went wrong at first matters no more.
  if (one.kind === 'told' && one.state === 'sent') return null
  return (
    <>
      {one.text && (
        <p className={styles.words}>
          {BY_PEOPLE.includes(one.kind) ? one.text : detailWords(i18n, one.text, one.said)}
        </p>
      )}
      {one.after && (
        <details>
          <summary>
            <Trans>Before and after</Trans>
          </summary>
          {one.before && <Bytes>{one.before}</Bytes>}
          <Bytes>{one.after}</Bytes>
        </details>
      )}
    </>
  )
}

/** `Exchanges` shows, when asked, what was sent and received about an item, as far as it is kept. */
function Exchanges({ order }: { order: OrderRow }) {
  const { t } = useLingui()
  const [isOpen, setOpen] = useState(false)
  const [item, setItem] = useState(1)
  if (!isOpen)
    return (
      <Button variant="subtle" size="compact-sm" onClick={() => setOpen(true)}>
        <Trans>What was sent and received</Trans>
      </Button>
    )
  return (
    <>
      {order.item_count > 1 && (
        <NumberInput
          label={t`Sent and received about item`}
          size="xs"
          w={220}
          min={1}
          max={order.item_count}
          clampBehavior="strict"
          allowDecimal={false}
          value={item}
          onChange={(value) => setItem(Math.max(1, Number(value)))}
        />
      )}
      {/* What was shown of one item is not kept for the next. */}
      <ExchangesOf key={item} order={order.id} item={item} />
    </>
  )
}
