import { Trans, useLingui } from '@lingui/react/macro'
import { Button, CopyButton, Group, Stack } from '@mantine/core'
import type { ReactNode } from 'react'
import { Dialog } from '../../../kit/dialog.tsx'
import styles from './settings.module.css'

/** `OnceShown` shows a link or a secret that is kept as a hash, and cannot be shown again. `value`, null: it was shown before. */
export function OnceShown({
  title,
  value,
  copy,
  children,
  onClose,
}: {
  title: string
  value: string | null
  /** `copy` is what the button that copies it says. */
  copy: string
  children: ReactNode
  onClose: () => void
}) {
  const { t } = useLingui()
  return (
    <Dialog opened onClose={onClose} title={title}>
      <Stack>
        <p>{children}</p>
        <p className={`code ${styles.secret}`}>{value ?? t`It was shown before.`}</p>
        <p className="muted">
          <Trans>It is kept as a hash and is not shown again.</Trans>
        </p>
        <Group justify="flex-end">
          {value !== null && (
            <CopyButton value={value}>
              {({ copied, copy: take }) => (
                <Button variant="default" onClick={take}>
                  {copied ? t`Copied` : copy}
                </Button>
              )}
            </CopyButton>
          )}
          <Button onClick={onClose}>
            <Trans>I have kept it</Trans>
          </Button>
        </Group>
      </Stack>
    </Dialog>
  )
}
