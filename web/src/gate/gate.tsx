import { Trans } from '@lingui/react/macro'
import { type ReactNode, useEffect } from 'react'
import { brand } from '../kit/brand.ts'
import { BrandFoot, BrandSign } from '../kit/brand-sign.tsx'
import styles from './gate.module.css'

/** `Gate` is the frame of the pages of somebody who is not signed in. */
export function Gate({ title, children }: { title: string; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · ${brand.name}`
  }, [title])
  const isPlain =
    window.location.protocol === 'http:' && !['localhost', '127.0.0.1'].includes(window.location.hostname)
  return (
    <main className={styles.gate}>
      <div className={styles.brand}>
        <BrandSign brand={brand} size={28} />
      </div>
      <div className={styles.panel}>
        <h1>{title}</h1>
        {isPlain && (
          <p className="muted" role="note">
            <Trans>This connection is not encrypted: everybody on this network can read what you type.</Trans>
          </p>
        )}
        {children}
      </div>
      <BrandFoot brand={brand} />
    </main>
  )
}

/** `ToSignIn` leads who has an account to the portal's sign-in. */
export function ToSignIn() {
  return (
    <a href="/portal/sign-in">
      <Trans>Sign in</Trans>
    </a>
  )
}
