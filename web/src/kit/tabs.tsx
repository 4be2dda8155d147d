import { Link, useLocation } from '@tanstack/react-router'
import { type ReactNode, useEffect, useRef } from 'react'
import styles from './tabs.module.css'

export interface Tab {
  to: string
  label: string
  /** `isExact`: it is not the one that is open on pages below its own. */
  isExact?: boolean
}

/** `Tabs` leads to pages that belong together; `children` are further links behind them. */
export function Tabs({
  label,
  tabs,
  children,
}: {
  label: string
  tabs: readonly Tab[]
  children?: ReactNode
}) {
  const around = useRef<HTMLElement>(null)
  const path = useLocation({ select: ({ pathname }) => pathname })
  // On a phone not all of them fit: the open one is brought into sight.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another one is open then.
  useEffect(() => {
    const nav = around.current
    const open = nav?.querySelector('[aria-current]')?.getBoundingClientRect()
    if (!nav || !open) return
    const { left, width } = nav.getBoundingClientRect()
    nav.scrollLeft += open.left + open.width / 2 - left - width / 2
  }, [path])
  return (
    <nav ref={around} className={styles.tabs} aria-label={label}>
      {tabs.map(({ to, label: words, isExact = true }) => (
        <Link
          key={to}
          to={to}
          activeOptions={{ exact: isExact, includeSearch: false }}
          activeProps={{ 'aria-current': 'page' }}
        >
          {words}
        </Link>
      ))}
      {children}
    </nav>
  )
}
