import { Trans, useLingui } from '@lingui/react/macro'
import { Button, FileInput, Group } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { type FormEvent, useEffect, useState } from 'react'
import { answerOf } from '../../../api/client.ts'
import { useRefreshOn } from '../../../api/events.ts'
import { portal } from '../../../api/portal.ts'
import { ActDialog } from '../../../kit/act-dialog.tsx'
import { money } from '../../../kit/amount.tsx'
import { isNone } from '../../../kit/faults.ts'
import { AtFields, TextInput } from '../../../kit/inputs.tsx'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { PayTo } from '../../../kit/pay-in.tsx'
import { When } from '../../../kit/when.tsx'
import { priced } from '../../price.tsx'
import { useSession } from '../../session.tsx'
import { type Deposit, DepositState, isOpen, readDeposit } from './deposit-data.tsx'
import styles from './money.module.css'
import { walletQuery } from './money.tsx'
import { MoneyPage } from './money-page.tsx'
import { proofOf } from './photo.ts'

const TOPICS = ['money']

/** `PayInDeposit` is one deposit: how it is paid, what proves it, and what became of it, as it happens. */
export function PayInDeposit() {
  const { t } = useLingui()
  const { id } = useParams({ strict: false }) as { id: string }
  const client = useQueryClient()
  const isNumber = /^\d{1,15}$/.test(id)
  const { data, error, isLoading, refetch } = useQuery({
    queryKey: ['deposits', id],
    queryFn: ({ signal }) => readDeposit(id, signal),
    // What is not there is not asked for again.
    enabled: ({ state }) => isNumber && !isNone(state.error),
  })
  useRefreshOn(TOPICS, ['deposits', id])
  const state = data?.status
  useEffect(() => {
    if (state === 'succeeded' || state === 'failed') {
      void client.invalidateQueries({ queryKey: walletQuery.queryKey })
      void client.invalidateQueries({ queryKey: ['balance-changes'] })
    }
  }, [state, client])
  if (!data && (!isNumber || isNone(error)))
    return (
      <MoneyPage title={t`Deposit ${id}`}>
        <Empty
          action={
            <Button component={Link} to={'/money' as string} variant="default">
              <Trans>To the balance</Trans>
            </Button>
          }
        >
          <Trans>There is no deposit {id} of your account.</Trans>
        </Empty>
      </MoneyPage>
    )
  return (
    <MoneyPage title={t`Deposit ${id}`}>
      {!data && <FaultNote fault={error} onRetry={() => void refetch()} />}
      {isLoading && <Loading rows={4} />}
      {data && (
        <>
          <div className={styles.head} role="status">
            <DepositState state={data.status} />
            <span>
              <Said deposit={data} />
            </span>
          </div>
          {data.status === 'pending' && <HowToPay deposit={data} />}
          {isOpen(data) && <WhatYouCanDo deposit={data} />}
          {!isOpen(data) && (
            <Group>
              <Button component={Link} to={'/money' as string} variant="default">
                <Trans>To the balance</Trans>
              </Button>
              <Button component={Link} to={'/money/pay-in' as string} variant="default">
                <Trans>Pay in again</Trans>
              </Button>
            </Group>
          )}
        </>
      )}
    </MoneyPage>
  )
}

const written = (value: string, currency: string): string => money(priced(value, currency), currency)

/** `Said` is one sentence: what happened to the money. */
function Said({ deposit }: { deposit: Deposit }) {
  const { status, amounts, currency, reason, expires_at, completed_at, cancelled_at } = deposit
  const [credit, total] = [written(amounts.deposit_amount, currency), written(amounts.total_pay, currency)]
  const wallet = useQuery(walletQuery)
  const now = wallet.data && written(wallet.data.balance, currency)
  switch (status) {
    case 'pending':
      return (
        <Trans>
          {credit} is credited once {total} has come. Payable until <When at={expires_at} exact />.
        </Trans>
      )
    case 'review':
      return (
        <Trans>
          Somebody looks at your payment. {credit} is credited when it is found; nothing has been credited
          yet.
        </Trans>
      )
    case 'succeeded':
      return (
        <span>
          <Trans>
            {credit} was credited <When at={completed_at} />.
          </Trans>{' '}
          {now && <Trans>{now} is available now.</Trans>}
        </span>
      )
    case 'cancelled':
      return (
        <Trans>
          Cancelled <When at={cancelled_at} />. Nothing was credited; pay nothing for it any more.
        </Trans>
      )
    case 'expired':
      return (
        <Trans>
          Nothing came until <When at={cancelled_at} exact />, so nothing was credited. If you have paid, ask
          the operator.
        </Trans>
      )
    default:
      return (
        <span>
          <Trans>{credit} was not credited.</Trans> {reason} {now && <Trans>{now} is available now.</Trans>}
        </span>
      )
  }
}

function HowToPay({ deposit }: { deposit: Deposit }) {
  const { t } = useLingui()
  const { amounts, currency, fee_amount } = deposit
  return (
    <section className={styles.panel} aria-label={t`How to pay`}>
      <PayTo
        total={priced(amounts.total_pay, currency)}
        fee={priced(fee_amount, currency)}
        currency={currency}
        how={deposit}
        saysLabel={t`The operator says`}
      />
      <p className="muted">
        <Trans>This page says by itself when it was credited.</Trans>
      </p>
    </section>
  )
}

/** `WhatYouCanDo` has the proof of a transfer, and cancelling. What a gateway confirms needs no proof. */
function WhatYouCanDo({ deposit }: { deposit: Deposit }) {
  const { t } = useLingui()
  const client = useQueryClient()
  const { permissions } = useSession()
  const [isCancelling, setCancelling] = useState(false)
  if (!permissions.includes('deposit.create')) return null
  const { id, currency, amounts } = deposit
  const done = (next: Deposit) => client.setQueryData(['deposits', String(id)], next)
  return (
    <>
      {deposit.payment_url === null && <Proof deposit={deposit} onDone={done} />}
      {deposit.status === 'pending' && (
        <Group mt="lg">
          <Button variant="default" onClick={() => setCancelling(true)}>
            <Trans>Cancel the deposit…</Trans>
          </Button>
        </Group>
      )}
      {isCancelling && (
        <ActDialog
          title={t`Cancel deposit ${id}?`}
          button={t`Cancel the deposit`}
          isDangerous
          untouched={<Trans>The deposit stays open.</Trans>}
          act={async ({ key }) =>
            done(
              await answerOf(
                portal.POST('/api/deposit/{id}/cancel', {
                  params: { path: { id } },
                  headers: { 'idempotency-key': key },
                }),
              ),
            )
          }
          onClose={() => setCancelling(false)}
        >
          <Trans>
            {written(amounts.total_pay, currency)} is not expected any more. Your balance stays as it is. Do
            not cancel what you have paid.
          </Trans>
        </ActDialog>
      )}
    </>
  )
}

function Proof({ deposit, onDone }: { deposit: Deposit; onDone: (next: Deposit) => void }) {
  const { t } = useLingui()
  const { id, proof } = deposit
  const [reference, setReference] = useState(proof?.reference ?? '')
  const [file, setFile] = useState<File | null>(null)
  const [isBusy, setBusy] = useState(false)
  const [fault, setFault] = useState<unknown>()
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    setFault(undefined)
    try {
      const large = t`The file cannot be taken: a PNG, a JPEG or a PDF of at most 1 MB can.`
      const body = {
        ...(reference.trim() && { reference: reference.trim() }),
        ...(file && { file: await proofOf(file, large) }),
      }
      onDone(await answerOf(portal.POST('/api/deposit/{id}/proof', { params: { path: { id } }, body })))
      setFile(null)
    } catch (error) {
      setFault(error)
    } finally {
      setBusy(false)
    }
  }
  return (
    <form onSubmit={submit} className={styles.panel} style={{ marginBlockStart: 16 }}>
      <AtFields fault={fault}>
        <h2>
          <Trans>I have paid</Trans>
        </h2>
        {proof === null ? (
          <p className="muted">
            <Trans>A photo of the receipt, or the bank's reference, helps to find your payment.</Trans>
          </p>
        ) : (
          <p role="status">
            {proof.has_file ? (
              <Trans>Your proof has arrived, with its file. What you send again replaces it.</Trans>
            ) : (
              <Trans>Your reference has arrived. What you send again replaces it.</Trans>
            )}
          </p>
        )}
        <TextInput
          field="reference"
          label={t`Reference of the payment`}
          value={reference}
          onChange={({ currentTarget }) => setReference(currentTarget.value)}
          maxLength={200}
        />
        <FileInput
          label={t`Photo or file of the receipt`}
          placeholder={t`Choose a file`}
          accept="image/*,application/pdf"
          value={file}
          onChange={setFile}
          clearable
          clearButtonProps={{ 'aria-label': t`Leave the file out` }}
        />
        <FaultNote fault={fault} untouched={<Trans>Nothing was handed in.</Trans>} />
        <Button type="submit" loading={isBusy} disabled={reference.trim() === '' && file === null}>
          <Trans>Hand in the proof</Trans>
        </Button>
      </AtFields>
    </form>
  )
}
