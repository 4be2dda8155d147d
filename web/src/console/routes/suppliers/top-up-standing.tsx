import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Group, Stack } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { money } from '../../../kit/amount.tsx'
import { TextInput } from '../../../kit/inputs.tsx'
import { FaultNote } from '../../../kit/notes.tsx'
import { PayTo } from '../../../kit/pay-in.tsx'
import { useMay } from '../../../kit/session.tsx'
import { When } from '../../../kit/when.tsx'
import styles from './supplier.module.css'
import { type Supplier, supplierQuery } from './supplier-data.ts'
import { isOpen, type TopUp, TopUpState } from './top-up-data.tsx'

/** `StandingTopUp` is one top-up: what to pay, how it stands, and what may be done about it. */
export function StandingTopUp({
  supplier,
  topUp,
  onChange,
  onAgain,
  onClose,
}: {
  supplier: Supplier
  topUp: TopUp
  onChange: (topUp: TopUp) => void
  onAgain: () => void
  onClose: () => void
}) {
  const { t } = useLingui()
  const may = useMay()('suppliers.edit')
  const [isClosing, setClosing] = useState(false)
  const { id, state, currency } = topUp
  const params = { path: { supplier: String(supplier.id), id } }
  const ask = useMutation({
    mutationFn: () => dataOf(api.POST('/api/operator/suppliers/{supplier}/top-ups/{id}/ask', { params })),
    onSuccess: onChange,
  })
  const isUnknown = state === 'unknown'
  return (
    <Stack>
      <div className={styles.standing} role="status">
        <TopUpState state={state} />
        <span>
          <Said supplier={supplier} topUp={topUp} />
        </span>
      </div>
      {state === 'pending' && (
        <section className={styles.pay} aria-label={t`How to pay`}>
          <PayTo
            total={topUp.to_pay ?? topUp.amount}
            {...{ currency, how: topUp.pay_to }}
            saysLabel={t`${supplier.name} says`}
          />
          {Object.values(topUp.pay_to).every((one) => one === null) && (
            <p className={styles.about}>
              <Trans>{supplier.name} does not say where to pay it: look at its own pages.</Trans>
            </p>
          )}
        </section>
      )}
      {isOpen(topUp) && !isUnknown && !isClosing && (
        <p className={styles.about}>
          <Trans>It is asked about by itself, and this says when it was credited.</Trans>
        </p>
      )}
      <FaultNote fault={ask.error} untouched={<Trans>No money has moved.</Trans>} />
      {isClosing ? (
        <GiveUp {...{ params, topUp, onChange }} onBack={() => setClosing(false)} />
      ) : (
        <Group justify="flex-end">
          {may && isOpen(topUp) && (!isUnknown || topUp.asked_at !== null) && (
            <Button variant="subtle" onClick={() => setClosing(true)} me="auto">
              {isUnknown ? <Trans>It is not there…</Trans> : <Trans>It will not be paid…</Trans>}
            </Button>
          )}
          {state === 'not_begun' && (
            <Button variant="default" onClick={onAgain}>
              <Trans>Begin anew</Trans>
            </Button>
          )}
          {may && isOpen(topUp) && (
            <Button
              variant={isUnknown ? 'filled' : 'default'}
              loading={ask.isPending}
              onClick={() => ask.mutate()}
            >
              {isUnknown ? <Trans>Look for it</Trans> : <Trans>Ask now</Trans>}
            </Button>
          )}
          <Button variant="default" onClick={onClose}>
            <Trans>Close</Trans>
          </Button>
        </Group>
      )}
    </Stack>
  )
}

/** `Said` is one sentence: what happened to the money. */
function Said({ supplier: { id, name }, topUp }: { supplier: Supplier; topUp: TopUp }) {
  const { currency, credited, reason, expires_at } = topUp
  const amount = money(credited ?? topUp.amount, currency)
  const total = money(topUp.to_pay ?? topUp.amount, currency)
  const now = useQuery({ ...supplierQuery(String(id)), enabled: topUp.state === 'credited' })
  const balance = now.data?.health.balance
  switch (topUp.state) {
    case 'unknown':
      return (
        <>
          <Trans>
            Nobody knows whether {name} has begun this top-up of {amount}: its answer was lost. Nothing more
            is begun there until that is known.
          </Trans>
          {reason && <span className={styles.why}>{reason}</span>}
        </>
      )
    case 'pending':
      return expires_at === null ? (
        <Trans>
          {name} credits {amount} once {total} has come.
        </Trans>
      ) : (
        <Trans>
          {name} credits {amount} once {total} has come. Payable until <When at={expires_at} exact />.
        </Trans>
      )
    case 'review':
      return (
        <Trans>
          {name} looks at the payment. {amount} is credited when it is found.
        </Trans>
      )
    case 'credited':
      return (
        <>
          <Trans>
            {name} says that {amount} was credited.
          </Trans>{' '}
          {balance != null && <Trans>The balance there is {money(balance, currency)}.</Trans>}
        </>
      )
    case 'cancelled':
      return <Trans>It was cancelled there. Pay nothing for it any more.</Trans>
    case 'expired':
      return <Trans>Nothing came in time, so nothing was credited. If it was paid, ask {name}.</Trans>
    case 'failed':
      return (
        <>
          <Trans>{amount} was not credited.</Trans> {reason}
        </>
      )
    case 'not_begun':
      return (
        <>
          <Trans>{name} has refused it: nothing was begun, and nothing is to be paid.</Trans>
          <span className={styles.why}>{reason}</span>
        </>
      )
    case 'given_up':
      return <Trans>It is followed no more, since it is not there or will not be paid.</Trans>
    default:
      return <Trans>{amount} was paid elsewhere.</Trans>
  }
}

/** `GiveUp` has a top-up followed no more, with the reason. */
function GiveUp({
  params,
  topUp,
  onChange,
  onBack,
}: {
  params: { path: { supplier: string; id: number } }
  topUp: TopUp
  onChange: (topUp: TopUp) => void
  onBack: () => void
}) {
  const { t } = useLingui()
  const [why, setWhy] = useState('')
  const close = useMutation({
    mutationFn: () =>
      dataOf(
        api.POST('/api/operator/suppliers/{supplier}/top-ups/{id}/close', {
          params,
          body: { why: why.trim() },
        }),
      ),
    onSuccess: (next) => {
      onBack()
      onChange(next)
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    event.stopPropagation()
    close.mutate()
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <p className={styles.said}>
          {topUp.state === 'unknown' ? (
            <Trans>
              You have looked at the supplier, and this top-up is not there. It is followed no more, and
              another one may be begun.
            </Trans>
          ) : (
            <Trans>
              It is followed no more. At the supplier it stays as it is: do not close what was paid.
            </Trans>
          )}
        </p>
        <TextInput
          label={t`Reason`}
          value={why}
          onChange={({ currentTarget }) => setWhy(currentTarget.value)}
          required
          maxLength={500}
          autoComplete="off"
          data-autofocus
        />
        <FaultNote fault={close.error} untouched={<Trans>It is followed as before.</Trans>} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onBack}>
            <Trans>Back</Trans>
          </Button>
          <Button type="submit" color="var(--failed)" loading={close.isPending} disabled={why.trim() === ''}>
            <Trans>Follow it no more</Trans>
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
