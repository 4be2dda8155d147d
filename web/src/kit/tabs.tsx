import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
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
  return (
    <nav className={styles.tabs} aria-label={label}>
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
