import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Group, Stack } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useMemo, useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { money } from '../../../kit/amount.tsx'
import { AmountInput } from '../../../kit/amount-input.tsx'
import { faultOfField } from '../../../kit/faults.ts'
import { Textarea, TextInput } from '../../../kit/inputs.tsx'
import { FaultNote } from '../../../kit/notes.tsx'
import { coinOf, moneyAbove0 } from '../../../kit/read-amount.ts'
import styles from './supplier.module.css'
import type { Supplier } from './supplier-data.ts'

/** `NoteTopUp` shows where one tops up at a supplier, and takes down what was paid there. */
export function NoteTopUp({
  supplier: { id, name, currency, top_up_url: page, top_up_note: about },
  onDone,
  onBack,
  onClose,
}: {
  supplier: Supplier
  onDone: () => void
  /** `onBack` goes back to the supplier's own deposits, where it has them. */
  onBack?: () => void
  onClose: () => void
}) {
  const { t } = useLingui()
  const key = useMemo(() => crypto.randomUUID(), [])
  const [text, setText] = useState('')
  const [reference, setReference] = useState('')
  const [note, setNote] = useState('')
  const amount = moneyAbove0(text, coinOf(currency))
  const shown = amount === undefined ? undefined : money(amount, currency)
  const write = useMutation({
    mutationFn: () =>
      dataOf(
        api.POST('/api/operator/suppliers/{supplier}/top-ups/note', {
          params: { path: { supplier: String(id) }, header: { 'idempotency-key': key } },
          body: {
            amount: amount ?? '',
            ...(reference.trim() && { reference: reference.trim() }),
            ...(note.trim() && { note: note.trim() }),
          },
        }),
      ),
    onSuccess: () => {
      notifications.show({ message: t`The top-up is written down.` })
      onDone()
      onClose()
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    event.stopPropagation()
    write.mutate()
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        {page || about ? (
          <section className={styles.elsewhere} aria-label={t`Where you top up`}>
            {about && <p>{about}</p>}
            {page && (
              <Button component="a" href={page} target="_blank" rel="noopener noreferrer" w="fit-content">
                <Trans>To the page of {name}</Trans>
              </Button>
            )}
          </section>
        ) : (
          !onBack && (
            <p className={styles.about}>
              <Trans>
                Its protocol has no deposits. Where you top up there, a page or a note, can be written in its
                settings; it then stands here.
              </Trans>
            </p>
          )
        )}
        <h3 className={styles.heading}>
          <Trans>Write down what was paid</Trans>
        </h3>
        <AmountInput
          {...{ field: 'amount', coin: coinOf(currency), value: text, onValue: setText }}
          label={t`Amount, in ${currency}`}
          error={faultOfField(write.error, ['amount'])}
          required
          data-autofocus
        />
        <TextInput
          label={t`Reference of the payment`}
          value={reference}
          onChange={({ currentTarget }) => setReference(currentTarget.value)}
          maxLength={200}
          autoComplete="off"
          error={faultOfField(write.error, ['reference'])}
        />
        <Textarea
          label={t`Note`}
          value={note}
          onChange={({ currentTarget }) => setNote(currentTarget.value)}
          maxLength={1000}
          autosize
          minRows={2}
          error={faultOfField(write.error, ['note'])}
        />
        <FaultNote fault={write.error} untouched={t`Nothing was written down.`} isOnce />
        <Group justify="flex-end">
          {onBack && (
            <Button variant="subtle" onClick={onBack} me="auto">
              <Trans>Back</Trans>
            </Button>
          )}
          <Button variant="default" onClick={onClose}>
            <Trans>Close</Trans>
          </Button>
          <Button type="submit" loading={write.isPending} disabled={shown === undefined}>
            {shown === undefined ? <Trans>Write down</Trans> : <Trans>Write down {shown}</Trans>}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
