import { useLingui } from '@lingui/react/macro'
import { Drawer, type MantineSize, Modal } from '@mantine/core'
import type { ReactNode } from 'react'
import styles from './dialog.module.css'

/** ABOVE is higher than any other window: Mantine's stand at 200. */
const ABOVE = 400

interface DialogProps {
  opened: boolean
  /** `onClose` is left out where nothing but its own buttons closes it; such a window stands above all others. */
  onClose?: () => void
  title: ReactNode
  size?: MantineSize | number
  /** `isAbove`: it may come while another window is open, and stands above that. */
  isAbove?: boolean
  children: ReactNode
}

/** `Dialog` is every window over a page. Mantine's own head would be a second banner of the page, and its button to close would have no name. */
export function Dialog({ opened, onClose, title, size = 'md', isAbove = false, children }: DialogProps) {
  const { t } = useLingui()
  return (
    <Modal.Root
      opened={opened}
      onClose={onClose ?? (() => {})}
      size={size}
      {...(isAbove && { zIndex: onClose ? ABOVE : ABOVE + 1 })}
    >
      <Modal.Overlay />
      <Modal.Content>
        <div className={styles.head}>
          <Modal.Title>{title}</Modal.Title>
          {onClose && <Modal.CloseButton aria-label={t`Close`} />}
        </div>
        <Modal.Body>{children}</Modal.Body>
      </Modal.Content>
    </Modal.Root>
  )
}

/** `Sheet` is a window that comes in from the end of the page: a form beside what it is about. */
export function Sheet({
  onClose,
  title,
  children,
}: Pick<DialogProps, 'title' | 'children'> & { onClose: () => void }) {
  const { t } = useLingui()
  return (
    <Drawer.Root opened onClose={onClose} position="right" size="sm">
      <Drawer.Overlay />
      <Drawer.Content>
        <div className={styles.head}>
          <Drawer.Title>{title}</Drawer.Title>
          <Drawer.CloseButton aria-label={t`Close`} />
        </div>
        <Drawer.Body>{children}</Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  )
}
