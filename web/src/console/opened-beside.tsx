import { Trans, useLingui } from '@lingui/react/macro'
import { Button, CloseButton } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { type ReactNode, useEffect } from 'react'
import type { Values } from '../kit/filters.tsx'
import { WIDE } from '../kit/table.tsx'
import styles from './opened-beside.module.css'

interface Beside {
  /** `beside` is the row that is open beside the list, 0: none; undefined: there is no room beside it, and rows open as pages. */
  beside: number | undefined
  /** `openBeside` opens a row, or closes what is open. */
  openBeside: (id?: number) => void
}

/**
 * `useOpenedBeside` has in the URL which row of a list is open beside it. `list` is the address of the list, and the page of a row has the row's number after it;
 * undefined: the rows of this list open as pages always.
 */
export function useOpenedBeside(list: string | undefined): Beside {
  const { open, ...query } = useSearch({ strict: false }) as Values
  const navigate = useNavigate()
  const isWide = useMediaQuery(WIDE, window.matchMedia(WIDE).matches)
  useEffect(() => {
    if (list && open !== undefined && !isWide) void navigate({ to: `${list}/${open}`, replace: true })
  }, [open, isWide, navigate, list])
  return {
    beside: list && isWide ? Number(open ?? 0) : undefined,
    openBeside: (id) =>
      void navigate({
        to: list ?? '.',
        search: id ? { ...query, open: String(id) } : query,
        replace: true,
        resetScroll: false,
      }),
  }
}

/** `Split` has a list and beside it what was opened in it, if anything is. */
export function Split({ children, opened }: { children: ReactNode; opened: ReactNode }) {
  return (
    <div className={opened ? styles.split : undefined}>
      {children}
      {opened}
    </div>
  )
}

interface OpenedBesideProps {
  /** `name` says what is open, and `heading` is the same as the page shows it; left out: the name. */
  name: string
  heading?: ReactNode
  /** `page` is the address where the same is a page of its own. */
  page: string
  actions?: ReactNode
  onClose: () => void
  children: ReactNode
}

/** `OpenedBeside` is the frame of what was opened in a list and stands beside it. */
export function OpenedBeside({ name, heading = name, page, actions, onClose, children }: OpenedBesideProps) {
  const { t } = useLingui()
  return (
    <section className={styles.opened} aria-label={name}>
      <div className={styles.head}>
        <h2>{heading}</h2>
        <Button component={Link} to={page} variant="subtle" size="compact-sm">
          <Trans>As a page</Trans>
        </Button>
        <CloseButton aria-label={t`Close`} onClick={onClose} />
      </div>
      {actions && <div className={styles.actions}>{actions}</div>}
      {children}
    </section>
  )
}
