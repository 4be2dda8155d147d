import { type ReactNode, useEffect } from 'react'
import { brand } from './brand.ts'
import styles from './page.module.css'

/** `Page` is the frame of each page: its heading, the buttons beside it, and the title of the browser's tab, which begins with the thing. */
export function Page({
  title,
  heading,
  actions,
  narrow = false,
  children,
}: {
  title: string
  /** `heading` stands in place of the title where that is more than a text. */
  heading?: ReactNode
  actions?: ReactNode
  narrow?: boolean
  children: ReactNode
}) {
  useEffect(() => {
    document.title = `${title} · ${brand.name}`
  }, [title])
  return (
    <div className={styles.page}>
      <div className={styles.head}>
        <h1>{heading ?? title}</h1>
        {actions && <div className={styles.actions}>{actions}</div>}
      </div>
      <div className={narrow ? styles.narrow : undefined}>{children}</div>
    </div>
  )
}
