import type { ReactNode } from 'react'
import styles from './finding.module.css'

/** `Finding` holds what a test has found: that it works, or what is to be mended. */
export function Finding({ isGood, children }: { isGood: boolean; children: ReactNode }) {
  return <div className={isGood ? styles.good : styles.bad}>{children}</div>
}
