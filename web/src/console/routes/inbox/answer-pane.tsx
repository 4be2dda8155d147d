import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { Button, Switch } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useMemo, useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { money } from '../../../kit/amount.tsx'
import { AtFields, TextInput } from '../../../kit/inputs.tsx'
import { useKeys } from '../../../kit/keys.tsx'
import { FaultNote, Loading } from '../../../kit/notes.tsx'
import { When } from '../../../kit/when.tsx'
import { type Meaning, meanings } from '../../inbox-words.ts'
import styles from './inbox.module.css'

/** `AnswerPane` teaches once what words mean that no list knows: before it is kept it is shown what it fits, and what it settles. */
export function AnswerPane({ id, isOver, onDone }: { id: number; isOver: boolean; onDone: () => void }) {
  const { t, i18n } = useLingui()
  const answers = useQuery({
    queryKey: ['answers'],
    enabled: !isOver,
    queryFn: ({ signal }) =>
      dataOf(api.GET('/api/operator/answers', { params: { query: { limit: 1000 } }, signal })),
  })
  const heard = answers.data?.items.find(({ review }) => review === id)
  const [meaning, setMeaning] = useState<Meaning>()
  const [ofKind, setOfKind] = useState(false)
  const [phrase, setPhrase] = useState('')
  const [why, setWhy] = useState('')
  const [fault, setFault] = useState<unknown>()
  const [isBusy, setBusy] = useState(false)
  const lesson = {
    supplier: String(heard?.supplier.id ?? ''),
    all_of_its_kind: ofKind,
    ...(phrase.trim() === '' ? { words: heard?.words ?? '' } : { phrase: phrase.trim() }),
    meaning: meaning ?? 'refused',
  }
  const preview = useQuery({
    queryKey: ['answer-preview', lesson],
    enabled: heard !== undefined && meaning !== undefined,
    retry: false,
    queryFn: ({ signal }) => dataOf(api.POST('/api/operator/answers/preview', { body: lesson, signal })),
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: another lesson is another request
  const key = useMemo(() => crypto.randomUUID(), [JSON.stringify(lesson)])
  const teach = async (event?: FormEvent) => {
    event?.preventDefault()
    if (!preview.data || isBusy || isOver || why.trim() === '') return
    setBusy(true)
    setFault(undefined)
    try {
      await dataOf(
        api.POST('/api/operator/answers/teach', {
          params: { header: { 'idempotency-key': key } },
          body: { ...lesson, why: why.trim(), mark: preview.data.mark },
        }),
      )
      onDone()
    } catch (error) {
      setFault(error)
      void preview.refetch()
    } finally {
      setBusy(false)
    }
  }
  useKeys({
    ...Object.fromEntries(
      meanings.map((one, at) => [
        String(at + 1),
        [i18n._(one.words), () => setMeaning(one.meaning)] as const,
      ]),
    ),
    'Ctrl+Enter': [t`Carry out, and open the next`, () => void teach()],
  })
  if (answers.isPending) return <Loading rows={4} />
  if (!heard) return <FaultNote fault={answers.error} onRetry={() => void answers.refetch()} />
  const held = new Intl.ListFormat(i18n.locale).format(
    heard.amounts.map(({ amount, currency }) => money(amount, currency)),
  )
  const seen = preview.data
  const waiting = seen?.waiting ?? 0
  return (
    <>
      <p className={styles.lead}>
        <Trans>{heard.supplier.name} refused in words that no list knows.</Trans>{' '}
        {heard.waiting > 0 && (
          <Plural
            value={heard.waiting}
            one={`# item waits, and ${held} is held.`}
            other={`# items wait, and ${held} is held.`}
          />
        )}{' '}
        <Trans>Nothing is sent again and nothing is given back until you say what it means.</Trans>
      </p>
      <ul className={styles.samples}>
        {heard.samples.map((sample) => (
          <li key={sample} className={styles.sample}>
            {sample}
          </li>
        ))}
      </ul>
      <dl className={styles.facts}>
        <dt>{t`Said`}</dt>
        <dd>
          <Plural value={heard.heard} one="once" other="# times" />
          &nbsp;· <When at={heard.last_heard_at} />
        </dd>
      </dl>
      <fieldset className={styles.choices}>
        <legend>{t`It means`}</legend>
        <div className={styles.meanings}>
          {meanings.map((one, at) => (
            <div
              key={one.meaning}
              className={styles.card}
              {...(one.meaning === meaning && { 'data-chosen': true })}
            >
              <button
                type="button"
                className={styles.pick}
                aria-pressed={one.meaning === meaning}
                onClick={() => setMeaning(one.meaning)}
              >
                <kbd>{at + 1}</kbd>
                <strong>{i18n._(one.words)}</strong>
              </button>
            </div>
          ))}
        </div>
      </fieldset>
      {meaning !== undefined && (
        <form className={styles.choices} onSubmit={(event) => void teach(event)}>
          <AtFields fault={fault}>
            <Switch
              label={t`For all suppliers of its kind (${heard.supplier.kind})`}
              checked={ofKind}
              onChange={({ currentTarget }) => setOfKind(currentTarget.checked)}
            />
            <TextInput
              field="phrase"
              label={t`Only a part of the words`}
              description={t`Left empty, all of the words count: ${heard.words}`}
              value={phrase}
              onChange={({ currentTarget }) => setPhrase(currentTarget.value)}
              maxLength={200}
            />
            <FaultNote fault={preview.error} untouched={t`Nothing was taught.`} />
            {seen && (
              <div role="status">
                <p className={styles.lead}>
                  {t`Fits ${seen.fits} of the last ${seen.looked_at} answers.`}{' '}
                  {seen.known > 0 && (
                    <Plural
                      value={seen.known}
                      one="# of these is known already, and stays as it is."
                      other="# of these are known already, and stay as they are."
                    />
                  )}
                </p>
                {waiting > 0 && <Moves meaning={lesson.meaning} sums={seen.sums} />}
                <ul className={`${styles.samples} ${styles.columns}`}>
                  {seen.items.slice(0, 12).map((one) => (
                    <li key={`${one.order} ${one.item}`} className={styles.sample}>
                      <span className="code">{one.input}</span>&nbsp;· {one.username}&nbsp;·{' '}
                      {money(one.amount, one.currency)}
                    </li>
                  ))}
                </ul>
              </div>
            )}
            <TextInput
              field="why"
              label={t`Reason`}
              value={why}
              onChange={({ currentTarget }) => setWhy(currentTarget.value)}
              required
              maxLength={500}
            />
            <FaultNote fault={fault} untouched={t`Nothing was taught, and no money was moved.`} />
            <div className={styles.foot}>
              <Button type="submit" loading={isBusy} disabled={!seen || isOver}>
                {waiting === 0 ? (
                  <Trans>Teach it</Trans>
                ) : (
                  <Plural value={waiting} one="Teach, and settle # item" other="Teach, and settle # items" />
                )}
              </Button>
            </div>
          </AtFields>
        </form>
      )}
    </>
  )
}

/** MAX_SUMS is how many resellers are named with what becomes of their money. */
const MAX_SUMS = 12

/** `Moves` says what a meaning does to the money of what waits, by reseller. */
function Moves({
  meaning,
  sums,
}: {
  meaning: Meaning
  sums: readonly { username: string; items: number; amount: string; currency: string }[]
}) {
  return (
    <>
      <p className={styles.lead}>
        {meaning === 'refused' ? (
          <Trans>
            Another supplier of the service gets what waits; where there is none, this goes back at once:
          </Trans>
        ) : meaning === 'done' ? (
          <Trans>This is charged, and the words are the result:</Trans>
        ) : (
          <Trans>No money moves: this stays held.</Trans>
        )}
      </p>
      <dl className={styles.facts}>
        {sums.slice(0, MAX_SUMS).map(({ username, items, amount, currency }) => (
          <div key={username} className={styles.sum}>
            <dt>{username}</dt>
            <dd>
              {money(amount, currency)}&nbsp;· <Plural value={items} one="# item" other="# items" />
            </dd>
          </div>
        ))}
      </dl>
      {sums.length > MAX_SUMS && (
        <p className="muted">
          <Plural value={sums.length - MAX_SUMS} one="and # more reseller" other="and # more resellers" />
        </p>
      )}
    </>
  )
}
