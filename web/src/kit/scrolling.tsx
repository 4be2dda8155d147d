import type { ReactNode } from 'react'
import styles from './scrolling.module.css'

/** `Scrolling` holds what may be wider than a phone. It can be focused, so that the keys scroll it, too. */
export function Scrolling({
  label,
  className = '',
  children,
}: {
  label: string
  className?: string
  children: ReactNode
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard (WCAG 2.1.1).
    <section className={`${styles.scrolling} ${className}`} aria-label={label} tabIndex={0}>
      {children}
    </section>
  )
}
