import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Group, Stack } from '@mantine/core'
import type { ReactNode } from 'react'
import { Copy } from './copy.tsx'
import { Dialog } from './dialog.tsx'
import styles from './once-shown.module.css'
import { HereOnly } from './site.tsx'

/** `OnceShown` shows a link, a secret or codes that cannot be shown again. `value`, null: it was shown before. */
export function OnceShown({
  title,
  value,
  copy,
  done,
  isLink = false,
  children,
  onClose,
}: {
  title: string
  value: string | null
  /** `copy` is what the button that copies it says, `done` what the one that closes says. */
  copy: string
  done?: string
  /** `isLink`: it is a link of this server, for somebody else. */
  isLink?: boolean
  /** `children` says what it is for, and that it is shown only now. */
  children: ReactNode
  onClose: () => void
}) {
  const { t } = useLingui()
  return (
    <Dialog opened onClose={onClose} title={title}>
      <Stack>
        <p>{children}</p>
        {isLink && <HereOnly />}
        <p className={`code ${styles.value}`}>{value ?? t`It was shown before.`}</p>
        <Group justify="flex-end">
          {value !== null && <Copy value={value}>{copy}</Copy>}
          <Button onClick={onClose}>{done ?? <Trans>I have kept it</Trans>}</Button>
        </Group>
      </Stack>
    </Dialog>
  )
}
