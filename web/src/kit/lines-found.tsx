import { Plural, Trans, useLingui } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import { Copy } from './copy.tsx'
import styles from './lines-found.module.css'

/** `LinesFound` says how many pasted lines name something, and shows those that do not. `back` leads to the list. */
export function LinesFound({
  found,
  missing,
  back,
}: {
  found: number
  missing: readonly string[]
  back: ReactNode
}) {
  const { t } = useLingui()
  return (
    <>
      <div className={styles.said} role="status">
        <p>
          <Plural value={found} one="# line found" other="# lines found" />
          {missing.length > 0 && (
            <>
              {'\u00A0· '}
              <Plural value={missing.length} one="# not found" other="# not found" />
            </>
          )}
        </p>
        {back}
      </div>
      {missing.length > 0 && (
        <details className={styles.missing} open={missing.length <= 20}>
          <summary>
            <Trans>Lines that name no order</Trans>
          </summary>
          <pre className="code">{missing.join('\n')}</pre>
          <Copy value={missing.join('\n')} size="compact-sm">{t`Copy these lines`}</Copy>
        </details>
      )}
    </>
  )
}
