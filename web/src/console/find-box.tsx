import { Trans, useLingui } from '@lingui/react/macro'
import { Kbd, UnstyledButton } from '@mantine/core'
import { type ComponentType, useEffect, useState } from 'react'
import { Icon } from '../identity/icons.tsx'
import { useKeys } from '../kit/keys.tsx'
import styles from './find-box.module.css'
import type { FindDialogProps, PageEntry } from './find-dialog.tsx'

/** `FindBox` is one box for orders, resellers, services and pages: `/` or Ctrl+K, paste, Enter. */
export function FindBox({
  pages,
  isOpen,
  onOpen: setOpen,
}: {
  pages: readonly PageEntry[]
  isOpen: boolean
  onOpen: (isOpen: boolean) => void
}) {
  const { t } = useLingui()
  const open = () => setOpen(true)
  useKeys({ '/': [t`Find`, open], 'Ctrl+k': [t`Find`, open] })
  // The window is loaded after the page, before anybody asks for it, and opens at once: what is typed after the key is not lost.
  const [FindDialog, setLoaded] = useState<ComponentType<FindDialogProps>>()
  useEffect(() => void import('./find-dialog.tsx').then((loaded) => setLoaded(() => loaded.FindDialog)), [])
  return (
    <>
      <UnstyledButton className={styles.button ?? ''} onClick={open}>
        <Icon name="find" size={16} />
        <span className={styles.hint}>
          <Trans>Find an IMEI, order, reseller</Trans>
        </span>
        <Kbd className={styles.key ?? ''} size="xs" aria-hidden="true">
          /
        </Kbd>
      </UnstyledButton>
      {isOpen && FindDialog && <FindDialog pages={pages} onClose={() => setOpen(false)} />}
    </>
  )
}
