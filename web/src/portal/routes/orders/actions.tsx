import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { Button, Group } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { dataOf } from '../../../api/client.ts'
import { portal } from '../../../api/portal.ts'
import { ActDialog } from '../../../kit/act-dialog.tsx'
import { money } from '../../../kit/amount.tsx'
import { brand } from '../../../kit/brand.ts'
import { Copy } from '../../../kit/copy.tsx'
import { Dialog } from '../../../kit/dialog.tsx'
import { When } from '../../../kit/when.tsx'
import type { OrderRow } from '../../order-list.tsx'
import { inputOf, type Ordered } from '../../results.ts'
import { useSession } from '../../session.tsx'
import styles from './order.module.css'

interface Summary {
  order: OrderRow
  cancel: { items: number; gives_back: string; asked: number }
  verify: { allowed: boolean; again_at: string | null }
  contact: string
}

/** `Actions` is what the buyer of an order can do about it now. What its state does not allow is shown with the reason. */
export function Actions({ summary, results }: { summary: Summary; results: Ordered }) {
  const { t } = useLingui()
  const { permissions } = useSession()
  const client = useQueryClient()
  const [open, setOpen] = useState<'cancel' | 'verify' | 'ask'>()
  const close = () => setOpen(undefined)
  const again = () => client.invalidateQueries({ queryKey: ['orders'] })
  const { order, cancel, verify, contact } = summary
  const { id, currency } = order
  const mayCancel = cancel.items + cancel.asked > 0
  const mayOrder = permissions.includes('order.create')
  const { items: unsent, asked: sent } = cancel
  const back = money(cancel.gives_back, currency)
  const params = { path: { id: String(id) } }
  // Who sells may have given other contacts than the one of the invoices.
  const written = brand.contacts.find(({ kind }) => kind === 'email') ?? brand.contacts[0]
  return (
    <>
      <Group gap="xs" mb="md">
        {mayOrder && mayCancel && (
          <Button variant="default" size="compact-md" onClick={() => setOpen('cancel')}>
            <Trans>Cancel…</Trans>
          </Button>
        )}
        {mayOrder && (verify.allowed || verify.again_at !== null) && (
          <Button
            variant="default"
            size="compact-md"
            disabled={!verify.allowed}
            onClick={() => setOpen('verify')}
          >
            <Trans>Have it checked again…</Trans>
          </Button>
        )}
        {mayOrder && order.service_code !== '' && (
          <Button
            component={Link}
            to={`/order/${encodeURIComponent(order.service_code)}` as string}
            search={{ again: String(id) } as never}
            variant="default"
            size="compact-md"
          >
            <Trans>Order again</Trans>
          </Button>
        )}
        {contact !== '' && (order.late || order.finished_at !== null) && (
          <Button variant={order.late ? 'filled' : 'subtle'} size="compact-md" onClick={() => setOpen('ask')}>
            <Trans>Ask us</Trans>
          </Button>
        )}
      </Group>
      {order.late && contact === '' && (
        <p className={styles.asked}>
          {written ? (
            <Trans>
              It takes longer than expected. Ask {brand.name}: <a href={written.url}>{written.text}</a>
            </Trans>
          ) : (
            <Trans>
              It takes longer than expected. {brand.name} has left no address here: ask where you otherwise
              reach them. What is not done stays held, and is never charged twice.
            </Trans>
          )}
        </p>
      )}
      {verify.again_at !== null && (
        <p className={styles.about}>
          <Trans>
            It was checked again a short while ago. Next time from <When at={verify.again_at} exact />.
          </Trans>
        </p>
      )}
      {open === 'cancel' && (
        <ActDialog
          title={t`Cancel order ${id}`}
          button={unsent > 0 ? t`Cancel, and get ${back} back` : t`Ask to cancel`}
          isDangerous
          untouched={t`Nothing was given back.`}
          act={({ key }) =>
            dataOf(portal.POST('/api/order/{id}/cancel', { params, headers: { 'idempotency-key': key } }))
          }
          onDone={again}
          onClose={close}
        >
          {unsent > 0 && (
            <p>
              <Plural
                value={unsent}
                one={`# item was not sent yet: it is cancelled, and ${back} is given back now.`}
                other={`# items were not sent yet: they are cancelled, and ${back} is given back now.`}
              />
            </p>
          )}
          {sent > 0 && (
            <p>
              <Plural
                value={sent}
                one="# item is being worked on: we ask for its cancellation. Its price is held until there is an answer."
                other="# items are being worked on: we ask for their cancellation. Their price is held until there is an answer."
              />
            </p>
          )}
        </ActDialog>
      )}
      {open === 'verify' && (
        <ActDialog
          title={t`Have order ${id} checked again`}
          button={t`Ask for another check`}
          act={({ key }) =>
            dataOf(portal.POST('/api/order/{id}/verify', { params, headers: { 'idempotency-key': key } }))
          }
          onDone={again}
          onClose={close}
        >
          <p>
            <Trans>
              Whoever answered is asked again, or one of us looks. It costs nothing, and moves no money by
              itself. An item is checked again every ten minutes at most.
            </Trans>
          </p>
        </ActDialog>
      )}
      {open === 'ask' && <Ask {...{ order, contact, results }} onClose={close} />}
    </>
  )
}

/** `Ask` says where the operator is asked, with the words that name the order. */
function Ask({
  order,
  contact,
  results,
  onClose,
}: {
  order: OrderRow
  contact: string
  results: Ordered
  onClose: () => void
}) {
  const { t } = useLingui()
  const [first] = results.result
  const id = order.id
  const service = order.service_name
  const input = first ? inputOf(first) : ''
  const placed = order.created_at.slice(0, 16).replace('T', ' ')
  const words = t`Order ${id}, ${service} ${input}, placed ${placed} UTC`
  const isMail = /^[^\s@]+@[^\s@]+$/.test(contact)
  return (
    <Dialog opened onClose={onClose} title={t`Ask us`}>
      <p>
        <Trans>Write to</Trans>{' '}
        {isMail ? (
          <a href={`mailto:${contact}?subject=${encodeURIComponent(words)}`}>{contact}</a>
        ) : (
          <strong>{contact}</strong>
        )}
      </p>
      <p className={styles.words}>{words}</p>
      <Group justify="flex-end">
        <Copy value={words} variant="filled">{t`Copy these words`}</Copy>
      </Group>
    </Dialog>
  )
}
