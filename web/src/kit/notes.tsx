import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import { ApiFault, type Problem } from '../api/client.ts'
import { Copy } from './copy.tsx'
import { detailOf, problemText, reasonText, refusalText } from './faults.ts'
import { useUnshown } from './form-faults.ts'
import styles from './notes.module.css'
import { Saying } from './saying.tsx'

/**
 * `FaultNote` says, where the fault is, what happened and what did not. `untouched` says what did not happen to the money; it is left out where
 * nothing could have moved. Where nobody knows whether it happened, that is said instead. `isOnce`: the same button sends the same request
 * again, under the same key.
 */
export function FaultNote({
  fault,
  untouched,
  isOnce = false,
  onRetry,
}: {
  fault: unknown
  untouched?: ReactNode
  isOnce?: boolean
  onRetry?: () => void
}) {
  const { t } = useLingui()
  const known = fault instanceof ApiFault ? fault : undefined
  const unshown = useUnshown(fault)
  if (!fault) return null
  const { message } = fault as Error
  const isUnknown = untouched !== undefined && known?.mayHaveBeenDone === true
  // A reason says more than the code of its refusal.
  const reasons = unshown.flatMap((one) => reasonText(one) ?? [])
  const meaning =
    known?.code === 'NO_ANSWER'
      ? t`The server gave no answer. Look at the connection.`
      : known && isUnknown && known.code !== 'INTERNAL_ERROR'
        ? t`The server gave no clear answer.`
        : reasons.join(' ') ||
          (known && (isSaidAtFields(known, unshown) ? t`Some values are not valid.` : refusalText(known)))
  const problems = unshown.filter((one) => !reasonText(one))
  // What the address asks for is not valid: it stays so, however often it is asked for.
  const isOfAddress = (known?.problems.length ?? 0) > 0 && window.location.search !== ''
  // What is said field by field, or as a reason, is not said twice.
  const detail = known && meaning && !isUnknown && known.problems.length === 0 ? detailOf(known) : undefined
  return (
    <div className={styles.note} role="alert">
      <p>
        {meaning ?? message}{' '}
        {!isUnknown
          ? untouched
          : isOnce
            ? t`We do not know whether this was done. Press the same button again: it is done once only.`
            : t`We do not know whether this was done. Load the page again to see.`}
      </p>
      {detail && (
        <p className="muted">
          <Saying text={detail} />
        </p>
      )}
      {problems.map((one) => (
        <p key={`${one.field} ${one.code}`}>{problemText(one)}</p>
      ))}
      <div className={styles.foot}>
        {onRetry && isOfAddress && (
          <Button size="compact-sm" variant="default" component="a" href={window.location.pathname}>
            <Trans>Clear filters</Trans>
          </Button>
        )}
        {onRetry && !isOfAddress && (
          <Button size="compact-sm" variant="default" onClick={onRetry}>
            <Trans>Try again</Trans>
          </Button>
        )}
        {known?.traceId && (
          <Copy value={known.traceId} size="compact-sm" variant="subtle">
            <span className="code">{known.traceId}</span>
          </Copy>
        )}
      </div>
    </div>
  )
}

/** VAGUE are codes that say less than what stands at the fields. */
const VAGUE = ['CONFLICT_ERROR', 'NOT_FOUND_ERROR']

/** `isSaidAtFields` tells that inputs show all that is wrong, and say why. */
const isSaidAtFields = ({ code, problems }: ApiFault, unshown: readonly Problem[]): boolean =>
  VAGUE.includes(code) && problems.length > 0 && unshown.length === 0

/** `Empty` says what would be here, and has the one button that makes it so. */
export function Empty({ children, action }: { children: ReactNode; action?: ReactNode }) {
  return (
    <div className={styles.empty}>
      <p>{children}</p>
      {action}
    </div>
  )
}

/** `Loading` holds the place of rows that are being read; it is seen only when that takes a moment. */
export function Loading({ rows = 8 }: { rows?: number }) {
  const { t } = useLingui()
  return (
    <div className={styles.skeleton} role="status" aria-label={t`Loading`}>
      {Array.from({ length: rows }, (_, row) => row).map((row) => (
        <i key={row} />
      ))}
    </div>
  )
}
