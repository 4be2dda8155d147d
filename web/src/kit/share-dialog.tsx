import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Group, NumberInput, Stack } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { Copy } from './copy.tsx'
import { Dialog } from './dialog.tsx'
import { FaultNote } from './notes.tsx'
import { HereOnly, linkTo } from './once-shown.tsx'
import { QrCode } from './qr-code.tsx'
import styles from './share-dialog.module.css'
import { When } from './when.tsx'

interface ShareDialogProps {
  /** `items` is how many items there are to choose from. */
  items: number
  share: (item: number) => Promise<{ url: string; until: string }>
  stop: (item: number) => Promise<{ ended: boolean }>
  onClose: () => void
}

/** `ShareDialog` makes a link by which anybody sees the result of an item, and ends all links that there are to it. */
export function ShareDialog({ items, share, stop, onClose }: ShareDialogProps) {
  const { t } = useLingui()
  const [item, setItem] = useState(1)
  const made = useMutation({ mutationFn: () => share(item) })
  const ended = useMutation({ mutationFn: () => stop(item), onSuccess: () => made.reset() })
  const link = made.data && linkTo(made.data.url)
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
            onChange={(chosen) => {
              setItem(Number(chosen))
              made.reset()
              ended.reset()
            }}
            min={1}
            max={items}
            w={120}
          />
        )}
        {link && made.data && (
          <div className={styles.link}>
            <QrCode text={link} label={t`QR code of the link`} size={120} />
            <div>
              <p className="code">{link}</p>
              <p className="muted">
                <Trans>
                  It holds until <When at={made.data.until} exact />.
                </Trans>
              </p>
            </div>
          </div>
        )}
        {link && <HereOnly />}
        <p role="status">
          {ended.data &&
            (ended.data.ended ? (
              <Trans>All links to this result have ended.</Trans>
            ) : (
              <Trans>There was no link to this result.</Trans>
            ))}
        </p>
        <FaultNote fault={made.error ?? ended.error} />
        <Group justify="flex-end">
          <Button variant="subtle" loading={ended.isPending} onClick={() => ended.mutate()}>
            <Trans>Stop sharing</Trans>
          </Button>
          {link ? (
            <Copy value={link} variant="filled">{t`Copy the link`}</Copy>
          ) : (
            <Button
              loading={made.isPending}
              onClick={() => {
                ended.reset()
                made.mutate()
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
