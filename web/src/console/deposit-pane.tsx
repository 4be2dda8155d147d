import { useLingui } from '@lingui/react/macro'
import { Button, Group } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type FormEvent, useEffect, useMemo, useState } from 'react'
import { ApiFault, api, dataOf } from '../api/client.ts'
import { money } from '../kit/amount.tsx'
import { AmountInput } from '../kit/amount-input.tsx'
import { faultText } from '../kit/faults.ts'
import { AtFields, TextInput } from '../kit/inputs.tsx'
import { useKeys } from '../kit/keys.tsx'
import { FaultNote, Loading } from '../kit/notes.tsx'
import { coinOf, moneyAbove0 } from '../kit/read-amount.ts'
import { useMay } from '../kit/session.tsx'
import { When } from '../kit/when.tsx'
import styles from './deposit-pane.module.css'
import { DepositState } from './deposit-state.tsx'

const readDeposit = (id: number, signal: AbortSignal) =>
  dataOf(api.GET('/api/operator/deposits/{id}', { params: { path: { id } }, signal }))
type DepositAnswer = Awaited<ReturnType<typeof readDeposit>>

/** `depositQuery` reads one deposit. */
export const depositQuery = (id: number) =>
  queryOptions({
    queryKey: ['deposit', id],
    queryFn: ({ signal }) => readDeposit(id, signal),
  })

interface DepositPaneProps {
  id: number
  /** `isOver`: somebody else has decided it. It stays as it was when it was opened, for what was typed. */
  isOver?: boolean
  onDone: () => void
}

/** `DepositPane` has the proof beside the reference: confirming credits, refusing tells the reseller why. */
export function DepositPane({ id, isOver = false, onDone }: DepositPaneProps) {
  const { t } = useLingui()
  const may = useMay()
  const params = { path: { id } }
  const found = useQuery({ ...depositQuery(id), enabled: !isOver })
  const deposit = found.data?.deposit
  const others = useQuery({
    queryKey: ['deposits', deposit?.account],
    enabled: deposit !== undefined,
    queryFn: ({ signal }) =>
      dataOf(
        api.GET('/api/operator/deposits', {
          params: { query: { account: String(deposit?.account), limit: 6 } },
          signal,
        }),
      ),
  })
  const key = useMemo(() => crypto.randomUUID(), [])
  const refusing = useMemo(() => crypto.randomUUID(), [])
  const [doing, setDoing] = useState<'confirm' | 'refuse' | 'other'>('confirm')
  const isRefusing = doing === 'refuse'
  const other = useOther(id, deposit?.currency)
  const othering = useMemo(() => crypto.randomUUID(), [])
  const [reason, setReason] = useState('')
  const [isBusy, setBusy] = useState(false)
  const [fault, setFault] = useState<unknown>()
  const carried = async (work: () => Promise<unknown>) => {
    if (isBusy || isOver) return
    setBusy(true)
    setFault(undefined)
    try {
      await work()
      onDone()
    } catch (error) {
      setFault(error)
    } finally {
      setBusy(false)
    }
  }
  const confirm = () =>
    void carried(() =>
      dataOf(
        api.POST('/api/operator/deposits/{id}/confirm', {
          params: { ...params, header: { 'idempotency-key': key } },
          body: {},
        }),
      ),
    )
  const refuse = (event?: FormEvent) => {
    event?.preventDefault()
    if (reason.trim() === '') return
    void carried(() =>
      dataOf(
        api.POST('/api/operator/deposits/{id}/refuse', {
          params: { ...params, header: { 'idempotency-key': refusing } },
          body: { reason: reason.trim() },
        }),
      ),
    )
  }
  const creditOther = (event?: FormEvent) => {
    event?.preventDefault()
    const { preview } = other
    if (!preview) return
    void carried(() =>
      dataOf(
        api.POST('/api/operator/deposits/{id}/other-amount', {
          params: { ...params, header: { 'idempotency-key': othering } },
          body: { amount: preview.amount },
        }),
      ),
    )
  }
  const mayDecide = !isOver && may('money.deposits') && found.data?.may_decide === true
  const carryOut = { confirm, refuse, other: creditOther }
  useKeys(
    mayDecide
      ? {
          '1': [t`Confirm the deposit`, () => setDoing('confirm')],
          '2': [t`Refuse the deposit`, () => setDoing('refuse')],
          '3': [t`Another amount came`, () => setDoing('other')],
          'Ctrl+Enter': [t`Carry out, and open the next`, () => carryOut[doing]()],
        }
      : {},
  )
  if (!deposit) return found.isPending ? <Loading rows={4} /> : <FaultNote fault={found.error} />
  const credited = money(deposit.amount, deposit.currency)
  const { available = '0', available_after = '0' } = found.data ?? {}
  const after = money(available_after, deposit.currency)
  return (
    <>
      <div className={styles.proof}>
        {deposit.has_file ? (
          <Proof id={id} />
        ) : (
          <p className={styles.lead}>{t`The payer handed in no file.`}</p>
        )}
        <dl className={styles.facts}>
          <dt>{t`To pay`}</dt>
          <dd>
            <strong>{money(deposit.total_pay, deposit.currency)}</strong>
          </dd>
          <dt>{deposit.state === 'succeeded' ? t`Credited` : t`Amount`}</dt>
          <dd>{credited}</dd>
          <dt>{t`Reference`}</dt>
          <dd className="code">{deposit.proof ?? deposit.reference ?? '–'}</dd>
          <dt>{t`Way`}</dt>
          <dd>{deposit.provider_name}</dd>
          <dt>{t`Reseller`}</dt>
          <dd>
            <Link to={`/resellers/${deposit.username}` as string}>{deposit.account_name}</Link>
            <div className="code muted">{deposit.username}</div>
          </dd>
          <dt>{t`Available now`}</dt>
          <dd>{money(available, deposit.currency)}</dd>
          <dt>{t`Started`}</dt>
          <dd>
            <When at={deposit.created_at} />
          </dd>
          {(others.data?.page.items.length ?? 0) > 1 && (
            <>
              <dt>{t`Before`}</dt>
              <dd>
                {others.data?.page.items
                  .filter((one) => one.id !== id)
                  .map((one) => (
                    <div key={one.id} className={styles.former}>
                      {money(one.total_pay, one.currency)} <DepositState state={one.state} />
                      <span className="muted">
                        <When at={one.created_at} />
                      </span>
                    </div>
                  ))}
              </dd>
            </>
          )}
        </dl>
      </div>
      <SeenBefore others={found.data?.seen_before ?? []} />
      <AtFields fault={fault}>
        <FaultNote fault={fault} untouched={t`Nothing was credited.`} isOnce />
        {found.data && !found.data.may_decide ? (
          <Settled deposit={deposit} />
        ) : isRefusing ? (
          <form onSubmit={refuse} className={styles.choices}>
            <TextInput
              field="reason"
              label={t`Why, as the reseller reads it`}
              value={reason}
              onChange={({ currentTarget }) => setReason(currentTarget.value)}
              required
              maxLength={500}
              data-autofocus
            />
            <p className={styles.lead}>{t`Nothing is credited; the balance stays as it is.`}</p>
            <div className={styles.foot}>
              <Button variant="default" onClick={() => setDoing('confirm')}>{t`Back`}</Button>
              <Button
                type="submit"
                color="var(--failed)"
                loading={isBusy}
                disabled={isOver}
              >{t`Refuse ${credited}`}</Button>
            </div>
          </form>
        ) : doing === 'other' ? (
          <OtherAmount
            other={other}
            currency={deposit.currency}
            isBusy={isBusy}
            isOver={isOver}
            onSubmit={creditOther}
            onBack={() => setDoing('confirm')}
          />
        ) : (
          <>
            <p className={styles.lead}>
              {t`${credited} is credited to ${deposit.account_name} now, once; ${after} is available then. Look first that the money is on your account.`}
            </p>
            {mayDecide && (
              <Group justify="flex-end">
                <Button variant="default" onClick={() => setDoing('other')}>{t`Another amount came…`}</Button>
                <Button variant="default" onClick={() => setDoing('refuse')}>{t`Refuse…`}</Button>
                <Button onClick={confirm} loading={isBusy}>{t`Confirm ${credited}`}</Button>
              </Group>
            )}
          </>
        )}
      </AtFields>
    </>
  )
}

type Deposit = DepositAnswer['deposit']
type Seen = DepositAnswer['seen_before'][number]

/** `SeenBefore` warns of other deposits for which the same was handed in, by whichever reseller. */
function SeenBefore({ others }: { others: readonly Seen[] }) {
  const { t } = useLingui()
  if (others.length === 0) return null
  const what = ({ same_text: text, same_file: file }: Seen): string =>
    text && file ? t`The same reference and file` : file ? t`The same file` : t`The same reference`
  return (
    <div role="alert" className={styles.seen}>
      <strong>{t`Seen before`}</strong>
      <ul>
        {others.map((one) => (
          <li key={one.id}>
            {what(one)}: <Link to={`/money/deposits/${one.id}` as string}>{t`deposit ${one.id}`}</Link>&nbsp;·{' '}
            <span className="code">{one.username}</span>&nbsp;· <DepositState state={one.state} />
            &nbsp;· <When at={one.created_at} />
          </li>
        ))}
      </ul>
    </div>
  )
}

/** `Settled` says what became of a deposit about which nobody decides any more, or not yet. */
function Settled({ deposit }: { deposit: Deposit }) {
  const { t } = useLingui()
  const { state, settled_at, settled_by, settled_by_name: name, reason, provider } = deposit
  const amount = money(deposit.amount, deposit.currency)
  const words = {
    pending: t`The gateway of ${provider} says by itself when it is paid. Nothing has been credited yet.`,
    review: t`It waits for a person.`,
    succeeded: t`${amount} was credited.`,
    cancelled: t`It was cancelled; nothing was credited.`,
    expired: t`It has expired; nothing was credited.`,
    failed: t`${{ credit: amount }} was not credited.`,
  }
  return (
    <p className={styles.lead}>
      <DepositState state={state} /> {words[state]} {reason}{' '}
      {settled_at !== null && (
        <span className="muted">
          <When at={settled_at} exact />
          &nbsp;· {name ?? <span className="code">{settled_by}</span>}
        </span>
      )}
    </p>
  )
}

/** `useOther` has the server say what crediting another amount would do. */
function useOther(id: number, currency: string | undefined) {
  const [text, setText] = useState('')
  const typed = (currency !== undefined && moneyAbove0(text, coinOf(currency))) || ''
  const [amount] = useDebouncedValue(typed, 200)
  const asked = useQuery({
    queryKey: ['deposit', id, 'other', amount],
    enabled: amount !== '' && currency !== undefined,
    queryFn: ({ signal }) =>
      dataOf(
        api.GET('/api/operator/deposits/{id}', {
          params: { path: { id }, query: { other_amount: amount } },
          signal,
        }),
      ),
  })
  const isKnown = amount !== '' && amount === typed
  return {
    ...{ text, setText, typed },
    preview: (isKnown && asked.data?.other) || undefined,
    fault: isKnown && asked.error ? faultText(asked.error) : undefined,
  }
}

/** `OtherAmount` asks what came, and says what becomes of it before it is done. */
function OtherAmount({
  other: { text, setText, preview, fault },
  currency,
  isBusy,
  isOver,
  onSubmit,
  onBack,
}: {
  other: ReturnType<typeof useOther>
  currency: string
  isBusy: boolean
  isOver: boolean
  onSubmit: (event: FormEvent) => void
  onBack: () => void
}) {
  const { t } = useLingui()
  const came = preview ? money(preview.amount, currency) : '…'
  return (
    <form onSubmit={onSubmit} className={styles.choices}>
      <AmountInput
        {...{ field: 'amount', coin: coinOf(currency), value: text, onValue: setText }}
        label={t`What came, in ${currency}`}
        error={fault}
        required
        data-autofocus
      />
      <p className={styles.lead} role="status">
        {preview
          ? t`The deposit ends without its own amount, and ${came} is credited whole, in one step; ${money(preview.available_after, currency)} is available then. The reseller reads: ${preview.reason}.`
          : t`The deposit ends without its own amount, and what came is credited whole, in one step.`}
      </p>
      <div className={styles.foot}>
        <Button variant="default" onClick={onBack}>{t`Back`}</Button>
        <Button type="submit" loading={isBusy} disabled={!preview || isOver}>{t`Credit ${came}`}</Button>
      </div>
    </form>
  )
}

/** `Proof` shows the file that a stranger handed in: it is fetched, and never a page of its own. */
function Proof({ id }: { id: number }) {
  const { t } = useLingui()
  const [file, setFile] = useState<{ url: string; type: string }>()
  const [fault, setFault] = useState<unknown>()
  const [turns, setTurns] = useState(0)
  const [isLarge, setLarge] = useState(false)
  useEffect(() => {
    const gone = new AbortController()
    let url: string | undefined
    fetch(`/api/operator/deposits/${id}/proof`, { signal: gone.signal, credentials: 'same-origin' })
      .then(async (reply) => {
        if (!reply.ok) throw new ApiFault(reply.status, {})
        const blob = await reply.blob()
        url = URL.createObjectURL(blob)
        setFile({ url, type: blob.type })
      })
      .catch((error: Error) => {
        if (error.name !== 'AbortError') setFault(error)
      })
    return () => {
      gone.abort()
      if (url !== undefined) URL.revokeObjectURL(url)
    }
  }, [id])
  if (fault) return <FaultNote fault={fault} />
  if (!file) return <Loading rows={3} />
  if (!file.type.startsWith('image/')) {
    return (
      <a href={file.url} download={`proof-${id}.pdf`}>
        {t`Open the proof, a PDF`}
      </a>
    )
  }
  return (
    <div>
      <div className={styles.turned}>
        <img
          className={styles.image}
          src={file.url}
          alt={t`The proof that the payer handed in`}
          style={{
            transform: `rotate(${turns * 90}deg)`,
            ...(isLarge && { maxInlineSize: 'none', maxBlockSize: 'none' }),
          }}
        />
      </div>
      <Group gap="xs" mt={8}>
        <Button size="compact-sm" variant="default" onClick={() => setTurns(turns + 1)}>{t`Rotate`}</Button>
        <Button size="compact-sm" variant="default" onClick={() => setLarge(!isLarge)}>
          {isLarge ? t`Whole picture` : t`Full size`}
        </Button>
      </Group>
    </div>
  )
}
