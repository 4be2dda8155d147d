import { Trans, useLingui } from '@lingui/react/macro'
import { Kbd, UnstyledButton } from '@mantine/core'
import { lazy, Suspense, useEffect } from 'react'
import { Icon } from '../identity/icons.tsx'
import { useKeys } from '../kit/keys.tsx'
import styles from './find-box.module.css'
import type { PageEntry } from './find-dialog.tsx'

const load = () => import('./find-dialog.tsx')
const FindDialog = lazy(async () => ({ default: (await load()).FindDialog }))

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
  // The window is loaded after the page, before anybody asks for it: what is typed after the key must not be lost.
  useEffect(() => void load(), [])
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
      {isOpen && (
        <Suspense fallback={null}>
          <FindDialog pages={pages} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  )
}
