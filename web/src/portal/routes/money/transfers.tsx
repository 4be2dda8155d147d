import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Stack } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { answerOf, dataOf } from '../../../api/client.ts'
import { portal } from '../../../api/portal.ts'
import { ActDialog } from '../../../kit/act-dialog.tsx'
import { money } from '../../../kit/amount.tsx'
import { AmountInput } from '../../../kit/amount-input.tsx'
import { TextInput } from '../../../kit/inputs.tsx'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { usePages } from '../../../kit/pages.ts'
import { coinOf, moneyAbove0 } from '../../../kit/read-amount.ts'
import { When } from '../../../kit/when.tsx'
import { Price, priced } from '../../price.tsx'
import { useSession } from '../../session.tsx'
import styles from './money.module.css'
import { walletQuery } from './money.tsx'
import { MoneyPage } from './money-page.tsx'

const readTransfers = async (cursor: string | undefined, signal: AbortSignal) => {
  const query = { limit: 50, ...(cursor && { cursor: Number(cursor) }) }
  const { page } = await dataOf(portal.GET('/api/transfer', { params: { query }, signal }))
  return { items: page.items, next_cursor: page.next_cursor === null ? null : String(page.next_cursor) }
}
type Transfer = Awaited<ReturnType<typeof readTransfers>>['items'][number]

/** `Transfers` is money sent to other accounts, and received from them. */
export function Transfers() {
  const { t } = useLingui()
  const { permissions } = useSession()
  const [isSending, setSending] = useState(false)
  const list = usePages<Transfer>(['transfers'], readTransfers)
  const maySend = permissions.includes('transfer.create')
  const send = maySend && (
    <Button onClick={() => setSending(true)}>
      <Trans>Send money…</Trans>
    </Button>
  )
  return (
    <MoneyPage title={t`Money to and from other accounts`} actions={send}>
      <FaultNote fault={list.error} onRetry={list.again} />
      {!list.rows && !list.error && <Loading rows={4} />}
      {list.rows?.length === 0 && list.isEnd && (
        <Empty>
          {maySend ? (
            <Trans>No money was sent or received yet. It goes to another account here, at once.</Trans>
          ) : (
            <Trans>No money was sent or received yet. An owner of the account sends it.</Trans>
          )}
        </Empty>
      )}
      {list.rows && list.rows.length > 0 && (
        <ul className={`${styles.months} ${styles.transfers}`} aria-label={t`Transfers`}>
          {list.rows.map(({ id, direction, amount, currency, description, sender, receiver, created_at }) => (
            <li key={id}>
              <span>
                {direction === 'sent' ? (
                  <Trans>
                    To <strong>{receiver.name}</strong>
                  </Trans>
                ) : (
                  <Trans>
                    From <strong>{sender.name}</strong>
                  </Trans>
                )}
              </span>
              <span className="muted">
                <When at={created_at} />
                {description !== null && ` · ${description}`}
              </span>
              <span className={styles.files}>
                <Price value={direction === 'sent' ? `-${amount}` : `${amount}`} currency={currency} />
              </span>
            </li>
          ))}
        </ul>
      )}
      {list.more && (
        <Button variant="default" mt="md" onClick={list.more}>
          <Trans>Show earlier</Trans>
        </Button>
      )}
      {isSending && <Send onClose={() => setSending(false)} />}
    </MoneyPage>
  )
}

function Send({ onClose }: { onClose: () => void }) {
  const { t } = useLingui()
  const { account } = useSession()
  const { currency } = account
  const client = useQueryClient()
  const wallet = useQuery(walletQuery)
  const [receiver, setReceiver] = useState('')
  const [text, setText] = useState('')
  const [description, setDescription] = useState('')
  const coin = coinOf(currency)
  const amount = moneyAbove0(text, coin)
  const said = amount === undefined ? '…' : money(amount, currency)
  const to = receiver.trim()
  const act = async ({ key }: { key: string }) => {
    await answerOf(
      portal.POST('/api/transfer', {
        params: { header: { 'idempotency-key': key } },
        body: { receiver: receiver.trim(), amount: amount ?? '', description: description.trim() || null },
      }),
    )
    await client.invalidateQueries()
    notifications.show({ message: t`${said} went to ${to}.` })
  }
  return (
    <ActDialog
      title={t`Send money to another account`}
      button={t`Send ${said}`}
      isReady={amount !== undefined}
      untouched={<Trans>Nothing was sent. Your balance is unchanged.</Trans>}
      act={act}
      onClose={onClose}
    >
      <Stack>
        <p>
          {wallet.data && (
            <Trans>You have {money(priced(wallet.data.balance, currency), currency)} available now.</Trans>
          )}{' '}
          {amount !== undefined && to !== '' ? (
            <Trans>
              {said} goes to {to} at once. This cannot be taken back.
            </Trans>
          ) : (
            <Trans>It goes to the other account at once, and cannot be taken back.</Trans>
          )}
        </p>
        <TextInput
          field="receiver"
          label={t`Receiver`}
          description={t`User name or e-mail address of an account in ${currency}, whole`}
          value={receiver}
          onChange={({ currentTarget }) => setReceiver(currentTarget.value)}
          autoComplete="off"
          maxLength={254}
          required
          data-autofocus
        />
        <AmountInput
          {...{ field: 'amount', coin, value: text, onValue: setText }}
          label={t`Amount in ${currency}`}
          required
        />
        <TextInput
          field="description"
          label={t`Note, which both accounts read`}
          value={description}
          onChange={({ currentTarget }) => setDescription(currentTarget.value)}
          maxLength={500}
        />
      </Stack>
    </ActDialog>
  )
}
