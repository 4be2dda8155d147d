import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Group, NumberInput, Stack } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { Copy } from '../../../kit/copy.tsx'
import { Dialog } from '../../../kit/dialog.tsx'
import { FaultNote } from '../../../kit/notes.tsx'
import { When } from '../../../kit/when.tsx'
import styles from './order.module.css'
import type { OrderRow } from './order-data.ts'

/** `Share` makes a link by which anybody sees the result of an item, and ends all links that there are to it. */
export function Share({ order: { id, states }, onClose }: { order: OrderRow; onClose: () => void }) {
  const { t } = useLingui()
  const items = Object.values(states).reduce((sum, count) => sum + (count ?? 0), 0)
  const [item, setItem] = useState(1)
  const given = { params: { path: { id } }, body: { item } }
  const share = useMutation({
    mutationFn: () => dataOf(api.POST('/api/operator/orders/{id}/share', given)),
  })
  const stop = useMutation({
    mutationFn: () => dataOf(api.POST('/api/operator/orders/{id}/stop-sharing', given)),
    onSuccess: () => share.reset(),
  })
  const link = share.data && new URL(share.data.url, window.location.origin).href
  return (
    <Dialog opened onClose={onClose} title={t`Share the result`}>
      <Stack>
        <p>
          <Trans>
            Whoever has the link sees the service, the IMEI and the result for 90 days: no price, and not who
            ordered it. Search engines are told to leave it out.
          </Trans>
        </p>
        {items > 1 && (
          <NumberInput
            label={t`Which item`}
            value={item}
            onChange={(chosen) => setItem(Number(chosen))}
            min={1}
            max={items}
            w={120}
          />
        )}
        {link && share.data && (
          <div className={styles.link}>
            <p className="code">{link}</p>
            <p className="muted">
              <Trans>
                It holds until <When at={share.data.until} exact />.
              </Trans>
            </p>
          </div>
        )}
        <p role="status">
          {stop.data &&
            (stop.data.ended ? (
              <Trans>All links to this result have ended.</Trans>
            ) : (
              <Trans>There was no link to this result.</Trans>
            ))}
        </p>
        <FaultNote fault={share.error ?? stop.error} />
        <Group justify="flex-end">
          <Button variant="subtle" loading={stop.isPending} onClick={() => stop.mutate()}>
            <Trans>Stop sharing</Trans>
          </Button>
          {link ? (
            <Copy value={link} variant="filled">{t`Copy the link`}</Copy>
          ) : (
            <Button
              loading={share.isPending}
              onClick={() => {
                stop.reset()
                share.mutate()
              }}
            >
              <Trans>Make a link</Trans>
            </Button>
          )}
        </Group>
      </Stack>
    </Dialog>
  )
}
