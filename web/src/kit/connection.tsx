import { Trans } from '@lingui/react/macro'
import { usePollingWhileLost } from '../api/events.ts'
import styles from './connection.module.css'
import { When } from './when.tsx'

/** `Connection` says since when changes do not arrive by themselves. */
export function Connection() {
  const since = usePollingWhileLost()
  if (since === undefined) return null
  return (
    <div className={styles.lost} role="status">
      <Trans>
        No connection since <When at={new Date(since).toISOString()} exact />. What you see is read again
        every 15 seconds.
      </Trans>
    </div>
  )
}
