import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Chip, Group } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type FormEvent, Suspense, useEffect, useMemo, useRef, useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { money } from '../../../kit/amount.tsx'
import { Bytes } from '../../../kit/bytes.tsx'
import { reasonText } from '../../../kit/faults.ts'
import { AtFields, Textarea, TextInput } from '../../../kit/inputs.tsx'
import { useKeys } from '../../../kit/keys.tsx'
import { FaultNote, Loading } from '../../../kit/notes.tsx'
import { Saying } from '../../../kit/saying.tsx'
import { StateBadge } from '../../../kit/state-badge.tsx'
import { When } from '../../../kit/when.tsx'
import { detailWords } from '../../details.ts'
import { decisionWords } from '../../inbox-words.ts'
import { OrderActionDialog } from '../../order-action-dialog.tsx'
import { Reveal, useReveal } from '../../reveal.tsx'
import { consequenceWords } from './consequences.ts'
import styles from './inbox.module.css'

const readReview = (id: number, signal: AbortSignal) =>
  dataOf(api.GET('/api/operator/reviews/{id}', { params: { path: { id } }, signal }))

type Shown = Awaited<ReturnType<typeof readReview>>

const orderPath = (id: number): string => `/orders/${id}`

interface ReviewPaneProps {
  id: number
  /** `isOver`: somebody else has decided it. It stays as it was when it was opened, for what was typed. */
  isOver: boolean
  onDone: () => void
}

/** `ReviewPane` shows the evidence of a review, and a card for each decision that says what it does to the money. */
export function ReviewPane({ id, isOver, onDone }: ReviewPaneProps) {
  const review = useQuery({
    queryKey: ['review', id],
    enabled: !isOver,
    queryFn: ({ signal }) => readReview(id, signal),
  })
  if (review.isPending) return <Loading rows={4} />
  if (!review.data) return <FaultNote fault={review.error} onRetry={() => void review.refetch()} />
  return (
    <>
      <Evidence shown={review.data} />
      <Decisions shown={review.data} isOver={isOver} onDone={onDone} />
    </>
  )
}

function Evidence({ shown }: { shown: Shown }) {
  const { t, i18n } = useLingui()
  const { review, evidence, item, currency } = shown
  const { before = null, after = null } = evidence.balance ?? {}
  const held = item.state === 'success' ? t`charged` : t`held`
  const look = useReveal(review.order, review.item)
  const revealed = look.data?.reviews?.find(({ id }) => id === review.id)?.detail
  const exchanges =
    look.data?.exchanges?.filter(({ attempt }) => review.attempt === null || attempt === review.attempt) ??
    evidence.exchanges
  return (
    <>
      <p className={styles.lead}>{revealed ?? detailWords(i18n, review.detail, review.said)}</p>
      {review.is_secret && (
        <Reveal look={look} hidden={<Trans>What the supplier answered is secret.</Trans>} />
      )}
      <dl className={styles.facts}>
        <dt>{t`Order`}</dt>
        <dd>
          <Link to={orderPath(review.order)} className="code">
            {review.order}
          </Link>{' '}
          · <Link to={`/resellers/${review.username}` as string}>{review.username}</Link>&nbsp;·{' '}
          {review.service_code}&nbsp;· {money(item.price, currency)} {held}
        </dd>
        <dt>{t`Item`}</dt>
        <dd>
          <StateBadge state={review.state} />
        </dd>
        {evidence.supplier && (
          <>
            <dt>{t`Supplier`}</dt>
            <dd>
              {evidence.supplier.url ? (
                <a href={evidence.supplier.url} target="_blank" rel="noreferrer">
                  {evidence.supplier.name}
                </a>
              ) : (
                evidence.supplier.name
              )}
              {review.reference !== null && <span className="code"> {review.reference}</span>}
              {review.sent_at !== null && (
                <>
                  {' '}
                  · {t`sent`} <When at={review.sent_at} />
                </>
              )}
            </dd>
          </>
        )}
        {before && after && (
          <>
            <dt>{t`Balance there`}</dt>
            <dd>
              {money(before.balance, before.currency)} → {money(after.balance, after.currency)}
            </dd>
          </>
        )}
        {(item.result !== null || item.result_is_secret) && (
          <>
            <dt>{t`Result`}</dt>
            <dd>
              {item.result_is_secret && !review.is_secret && (
                <Reveal look={look} hidden={<Trans>The result is secret.</Trans>} />
              )}
              {(item.result ?? look.data?.result) && (
                <pre className={styles.result}>{item.result ?? look.data?.result}</pre>
              )}
            </dd>
          </>
        )}
        <dt>{t`By itself`}</dt>
        <dd>
          {evidence.asks_at === null ? (
            t`The server does not ask again.`
          ) : (
            <>
              {t`The server asks again:`} <When at={evidence.asks_at} />
            </>
          )}
        </dd>
        {evidence.same_input.length > 0 && (
          <>
            <dt>{t`Same IMEI there`}</dt>
            <dd>
              {evidence.same_input.map((one) => (
                <div key={`${one.order} ${one.item}`}>
                  <Link to={orderPath(one.order)} className="code">
                    {one.order}
                  </Link>{' '}
                  · {one.username}&nbsp;· <StateBadge state={one.state} />{' '}
                  {one.reference !== null && <span className="code">{one.reference}</span>}
                </div>
              ))}
            </dd>
          </>
        )}
      </dl>
      {exchanges.length > 0 && (
        <div>
          {exchanges.map((one) => (
            <details
              className={styles.exchange}
              key={`${one.at} ${one.request}`}
              // One decides by what was sent first, and what came back.
              open={review.kind === 'unknown' && one === exchanges.find(({ call }) => call === 'send')}
            >
              <summary>
                {one.call === 'send' ? t`What was sent and received` : t`What was asked and answered`}&nbsp;·{' '}
                <When at={one.at} />
                &nbsp;·{' '}
                {one.status !== null ? (
                  `HTTP ${one.status}`
                ) : one.error ? (
                  <Saying text={one.error} />
                ) : (
                  t`no answer`
                )}
              </summary>
              <Bytes>{`${one.method} ${one.url}\n${one.request}`}</Bytes>
              <Bytes>{one.answer ?? one.error ?? ''}</Bytes>
            </details>
          ))}
        </div>
      )}
    </>
  )
}

function Decisions({ shown, isOver, onDone }: Pick<ReviewPaneProps, 'isOver' | 'onDone'> & { shown: Shown }) {
  const { t, i18n } = useLingui()
  const { review, choices, facts, item, currency } = shown
  const [chosen, setChosen] = useState<string>()
  const [given, setGiven] = useState('')
  const [why, setWhy] = useState('')
  const [fault, setFault] = useState<unknown>()
  const [isBusy, setBusy] = useState(false)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another decision is another request
  const key = useMemo(() => crypto.randomUUID(), [chosen])
  const form = useRef<HTMLFormElement>(null)
  const choose = (decision: string) => {
    setChosen(decision)
    setGiven('')
    setFault(undefined)
  }
  const field = { found: 'reference', result: 'result', give_back: 'message' }[chosen ?? '']
  const needsField = chosen === 'found' || chosen === 'result'
  useEffect(() => {
    if (chosen !== undefined) form.current?.querySelector<HTMLElement>('[name=given], [name=why]')?.focus()
  }, [chosen])
  const submit = async (event?: FormEvent) => {
    event?.preventDefault()
    if (chosen === undefined || isBusy || isOver) return
    if (!form.current?.reportValidity()) return
    setBusy(true)
    setFault(undefined)
    try {
      await dataOf(
        api.POST('/api/operator/reviews/{id}/resolve', {
          params: { path: { id: review.id }, header: { 'idempotency-key': key } },
          body: {
            decision: chosen as Shown['choices'][number]['decision'],
            why: why.trim(),
            ...(field !== undefined && given.trim() !== '' && { [field]: given.trim() }),
          },
        }),
      )
      onDone()
    } catch (error) {
      setFault(error)
    } finally {
      setBusy(false)
    }
  }
  // What is doubted is put right by what may be done to the order. A correction settles the review, and so does giving all of it back.
  const isDoubted = (review.kind === 'verify' || review.kind === 'changed') && item.state === 'success'
  const [acting, setActing] = useState<'correct' | 'refund'>()
  const client = useQueryClient()
  const summary = useQuery({
    queryKey: ['order', review.order, 'summary'],
    enabled: isDoubted,
    queryFn: ({ signal }) =>
      dataOf(
        api.GET('/api/operator/orders/{id}/summary', { params: { path: { id: review.order } }, signal }),
      ),
  })
  const may = (name: string): boolean =>
    isDoubted && !isOver && summary.data?.actions.some((one) => one.name === name && one.allowed) === true
  const left = facts?.price.amount ?? item.price
  const ofResult = [
    {
      name: 'correct' as const,
      words: t`Correct the result…`,
      said: t`It stays charged as before, and ${review.username} is told the new result.`,
    },
    {
      name: 'refund' as const,
      words: t`Refund…`,
      said: t`${money(left, currency)} or a part of it goes back to ${review.username}.`,
    },
  ].filter(({ name }) => may(name))
  useKeys({
    ...Object.fromEntries(
      ofResult.map(({ name, words }, at) => [
        String(choices.length + at + 1),
        [
          words,
          (event: KeyboardEvent) => {
            event.preventDefault()
            setActing(name)
          },
        ] as const,
      ]),
    ),
    ...Object.fromEntries(
      choices.map(({ decision, allowed }, at) => [
        String(at + 1),
        [
          i18n._(decisionWords(decision)),
          (event: KeyboardEvent) => {
            event.preventDefault()
            if (allowed && !isOver) choose(decision)
          },
        ] as const,
      ]),
    ),
    w: [t`Write the reason`, () => form.current?.querySelector<HTMLElement>('[name=why]')?.focus()],
    'Ctrl+Enter': [t`Carry out, and open the next`, () => void submit()],
  })
  const amount = money(item.price, currency)
  const reasons = [t`Seen in our account there`, t`Their support says so`, t`Asked by the reseller`]
  const labels: Record<string, string> = {
    give_back: t`Give back ${amount}`,
    grant: t`Cancel and give back ${{ sum: amount }}`,
    result: t`Charge ${amount}`,
    send_again: t`Send again`,
    send_anyway: t`Send anyway`,
  }
  return (
    <fieldset className={styles.choices}>
      <legend>{t`Decide`}</legend>
      {acting && summary.data && (
        <Suspense>
          <OrderActionDialog
            name={acting}
            summary={summary.data}
            item={{ position: review.item, left }}
            onDone={(isOver = true) =>
              isOver ? onDone() : void client.invalidateQueries({ queryKey: ['review', review.id] })
            }
            onClose={() => setActing(undefined)}
          />
        </Suspense>
      )}
      {choices.map(({ decision, why_not: whyNot, consequence, consequence_text: text }, at) => (
        <div key={decision} className={styles.card} {...(decision === chosen && { 'data-chosen': true })}>
          <button
            type="button"
            className={styles.pick}
            aria-pressed={decision === chosen}
            disabled={whyNot !== null || isOver}
            onClick={() => choose(decision)}
          >
            <kbd>{at + 1}</kbd>
            <strong>{i18n._(decisionWords(decision))}</strong>
            <span>
              {whyNot !== null
                ? (reasonText({ ...whyNot, params: {} }) ?? whyNot.text)
                : facts
                  ? consequenceWords(i18n, consequence, facts)
                  : text}
            </span>
          </button>
          {decision === chosen && (
            <form ref={form} className={styles.form} onSubmit={(event) => void submit(event)}>
              <AtFields fault={fault}>
                {chosen === 'found' && (
                  <TextInput
                    label={t`The supplier's number`}
                    name="given"
                    value={given}
                    onChange={({ currentTarget }) => setGiven(currentTarget.value)}
                    required={needsField}
                    maxLength={200}
                    classNames={{ input: 'code' }}
                  />
                )}
                {chosen === 'result' && (
                  <Textarea
                    label={t`Result`}
                    name="given"
                    value={given}
                    onChange={({ currentTarget }) => setGiven(currentTarget.value)}
                    required
                    autosize
                  />
                )}
                {chosen === 'give_back' && (
                  <TextInput
                    label={t`What the reseller reads`}
                    name="given"
                    value={given}
                    onChange={({ currentTarget }) => setGiven(currentTarget.value)}
                    maxLength={500}
                  />
                )}
                <Chip.Group value={why} onChange={(one) => setWhy(String(one))}>
                  <Group gap="xs">
                    {reasons.map((reason) => (
                      <Chip
                        key={reason}
                        name="reasons"
                        value={reason}
                        size="xs"
                        classNames={{ label: styles.chip ?? '' }}
                      >
                        {reason}
                      </Chip>
                    ))}
                  </Group>
                </Chip.Group>
                <TextInput
                  label={t`Reason`}
                  name="why"
                  value={why}
                  onChange={({ currentTarget }) => setWhy(currentTarget.value)}
                  required
                  maxLength={500}
                />
                <FaultNote fault={fault} untouched={t`Nothing was decided, and no money was moved.`} isOnce />
                <div className={styles.foot}>
                  <Button type="submit" loading={isBusy} disabled={isOver}>
                    {labels[decision] ?? i18n._(decisionWords(decision))}
                  </Button>
                </div>
              </AtFields>
            </form>
          )}
        </div>
      ))}
      {ofResult.map(({ name, words, said }, at) => (
        <div key={name} className={styles.card}>
          <button type="button" className={styles.pick} onClick={() => setActing(name)}>
            <kbd>{choices.length + at + 1}</kbd>
            <strong>{words}</strong>
            <span>{said}</span>
          </button>
        </div>
      ))}
    </fieldset>
  )
}
