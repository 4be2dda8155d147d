import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Group, Stack } from '@mantine/core'
import type { ReactNode } from 'react'
import { Copy } from './copy.tsx'
import { Dialog } from './dialog.tsx'
import styles from './once-shown.module.css'

const given = document.querySelector<HTMLMetaElement>('meta[name="public-url"]')?.content

/** `site` is where people and programs reach the server: as its operator says (PUBLIC_URL), else as this page was opened. It has no slash at its end. */
export const site = given ?? window.location.origin

/** `isHereOnly` tells that nobody reaches that from another computer. */
const isHereOnly = /^(localhost|127(\.\d+){3}|\[::1\]|.+\.localhost)$/.test(new URL(site).hostname)

/** `linkTo` is a link of the server, of which it may have said the path alone. */
export const linkTo = (link: string): string => new URL(link, site).href

/** `HereOnly` says of a link or an address of the server that it is of no use to others, and what mends that. */
export function HereOnly() {
  if (!isHereOnly) return null
  return (
    <p role="note" className={styles.here}>
      <Trans>
        Nobody else can open this: <span className="code">{site}</span> is your own computer. Set{' '}
        <span className="code">PUBLIC_URL=https://…</span> in the server’s file{' '}
        <span className="code">imeigate.env</span> to the address by which others reach it, and start it
        again.
      </Trans>
    </p>
  )
}

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
