import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Group, Stack } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { money } from '../../../kit/amount.tsx'
import { AmountInput } from '../../../kit/amount-input.tsx'
import { faultOfField } from '../../../kit/faults.ts'
import { FaultNote, Loading } from '../../../kit/notes.tsx'
import { PayWays } from '../../../kit/pay-in.tsx'
import { coinOf, moneyAbove0 } from '../../../kit/read-amount.ts'
import { Saying } from '../../../kit/saying.tsx'
import styles from './supplier.module.css'
import type { Supplier } from './supplier-data.ts'
import { isOpen, readWays, type TopUp, TopUpState } from './top-up-data.tsx'

/** `focus` is where one types first: the field comes once the supplier has answered. */
const focus = (input: HTMLInputElement | null): void => input?.focus()

/** `BeginTopUp` asks for the way and the amount of a deposit at a supplier. What is still to be paid there stands before it. */
export function BeginTopUp({
  supplier: { id, name, currency, top_up_url: page, top_up_note: note },
  newest,
  onBegun,
  onShow,
  onClose,
}: {
  supplier: Supplier
  newest: readonly TopUp[]
  onBegun: (topUp: TopUp) => void
  onShow: (topUp: TopUp) => void
  onClose: () => void
}) {
  const { t } = useLingui()
  const ways = useQuery({
    queryKey: ['top-up ways', id],
    queryFn: ({ signal }) => readWays(String(id), signal),
  })
  const all = ways.data?.ways ?? []
  const [chosen, setChosen] = useState<string>()
  const [text, setText] = useState('')
  // Another way or amount is another wish; a second press for the same is the same one.
  const [wish, setWish] = useState({ of: '', key: '' })
  const code = chosen ?? all[0]?.code ?? ''
  const amount = moneyAbove0(text, coinOf(currency))
  const begin = useMutation({
    mutationFn: () => {
      const of = `${code} ${amount}`
      const key = wish.of === of ? wish.key : crypto.randomUUID()
      setWish({ of, key })
      return dataOf(
        api.POST('/api/operator/suppliers/{supplier}/top-ups', {
          params: { path: { supplier: String(id) }, header: { 'idempotency-key': key } },
          body: { way: code, amount: amount ?? '' },
        }),
      )
    },
    onSuccess: onBegun,
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    event.stopPropagation()
    begin.mutate()
  }
  const open = newest.filter(isOpen)
  const isInTheWay = open.some(({ state }) => state === 'unknown')
  const shown = amount === undefined ? undefined : money(amount, currency)
  return (
    <Stack>
      {open.length > 0 && (
        <section className={styles.open} aria-label={t`Not ended yet`}>
          {open.map((one) => (
            <div key={one.id}>
              <TopUpState state={one.state} />
              <span>{money(one.to_pay ?? one.amount, one.currency)}</span>
              <Button size="compact-sm" variant="default" onClick={() => onShow(one)}>
                {one.state === 'unknown' ? <Trans>Look for it</Trans> : <Trans>Show what to pay</Trans>}
              </Button>
            </div>
          ))}
        </section>
      )}
      {(page || note) && (
        <p className={styles.said}>
          {note}{' '}
          {page && (
            <a href={page} target="_blank" rel="noopener noreferrer">
              <Trans>Its own page</Trans>
            </a>
          )}
        </p>
      )}
      <FaultNote fault={ways.error} onRetry={() => void ways.refetch()} />
      {ways.isPending && <Loading rows={3} />}
      {ways.data?.problem && (
        <div className={styles.trouble} role="alert">
          <p>
            <strong>
              <Trans>{name} does not say how it is paid.</Trans>
            </strong>{' '}
            <Saying text={ways.data.problem} />
          </p>
          <Button size="compact-sm" variant="default" mt="xs" onClick={() => void ways.refetch()}>
            <Trans>Ask again</Trans>
          </Button>
        </div>
      )}
      {ways.data?.ways?.length === 0 && (
        <p className={styles.about}>
          <Trans>{name} has no ways to pay in at present.</Trans>
        </p>
      )}
      {all.length > 0 && (
        <form onSubmit={submit}>
          <Stack>
            <PayWays
              ways={all.map((way) => ({ ...way, least: way.min_amount, most: way.max_amount }))}
              {...{ currency, chosen: code, onChoose: setChosen }}
            />
            <AmountInput
              {...{ field: 'amount', coin: coinOf(currency), value: text, onValue: setText }}
              label={t`Amount to be credited, in ${currency}`}
              error={faultOfField(begin.error, ['amount'])}
              required
              ref={focus}
            />
            <p className={styles.about}>
              <Trans>
                Nothing is paid by this: {name} answers how to pay, and credits it once it has come.
              </Trans>
            </p>
            <FaultNote fault={begin.error} untouched={<Trans>No money has moved.</Trans>} isOnce />
            <Group justify="flex-end">
              <Button variant="default" onClick={onClose}>
                <Trans>Close</Trans>
              </Button>
              <Button type="submit" loading={begin.isPending} disabled={shown === undefined || isInTheWay}>
                {shown === undefined ? <Trans>Begin</Trans> : <Trans>Begin with {shown}</Trans>}
              </Button>
            </Group>
            {isInTheWay && (
              <p className={styles.about}>
                <Trans>Look for the one that is not known first: it may be there already.</Trans>
              </p>
            )}
          </Stack>
        </form>
      )}
      {all.length === 0 && !ways.isPending && (
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            <Trans>Close</Trans>
          </Button>
        </Group>
      )}
    </Stack>
  )
}
