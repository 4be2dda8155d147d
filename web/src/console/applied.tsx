import type { MessageDescriptor } from '@lingui/core'
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Progress } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { api, dataOf } from '../api/client.ts'
import { Dialog } from '../kit/dialog.tsx'
import { FaultNote } from '../kit/notes.tsx'
import { Saying } from '../kit/saying.tsx'
import styles from './applied.module.css'
import { usePlanRows } from './plan-rows.ts'

const EVERY_MS = 700

interface AppliedProps {
  plan: number
  title: string
  /** `words` say the reasons for which an order was left out; any other is shown as the server says it. */
  words?: Readonly<Record<string, MessageDescriptor>>
  onClose: () => void
}

/** `Applied` shows how far a plan about orders has come, and what became of each that was not done. */
export function Applied({ plan, title, words = {}, onClose }: AppliedProps) {
  const { t, i18n } = useLingui()
  const params = { path: { id: plan } }
  const now = useQuery({
    queryKey: ['plan', plan],
    queryFn: ({ signal }) => dataOf(api.GET('/api/operator/plans/{id}', { params, signal })),
    refetchInterval: ({ state }) => (state.data?.finished_at ? false : EVERY_MS),
  })
  const isOver = Boolean(now.data?.finished_at)
  const others = usePlanRows(isOver ? plan : undefined, { isWhole: true, isOver: true })
  const { done = 0, skipped = 0, failed = 0 } = now.data?.outcomes ?? {}
  const all = now.data?.rows ?? 0
  const rest = others.rows.filter(({ outcome }) => outcome !== 'done')
  return (
    <Dialog opened onClose={onClose} title={title}>
      <FaultNote fault={now.error} />
      <p role="status">
        {isOver ? (
          <Trans>
            {done} done, {skipped} left out, {failed} failed.
          </Trans>
        ) : (
          <Trans>
            {done + skipped + failed} of {all}. It goes on when this is closed.
          </Trans>
        )}
      </p>
      <Progress
        value={all === 0 ? 0 : ((done + skipped + failed) / all) * 100}
        aria-label={t`How far it has come`}
      />
      {rest.length > 0 && (
        <ul className={styles.rest}>
          {rest.map(({ position, subject, reason, reason_said: said }) => {
            // A pasted line may name no order.
            const { order, line } = subject as { order?: number; line?: number }
            const known = words[reason ?? '']
            return (
              <li key={position}>
                {order === undefined ? (
                  <Trans>Line {line}</Trans>
                ) : (
                  <Link to="/orders/$id" params={{ id: String(order) }} className="code">
                    {order}
                  </Link>
                )}
                <span className="muted">
                  {known ? i18n._(known) : reason && <Saying text={reason} said={said} />}
                </span>
              </li>
            )
          })}
        </ul>
      )}
      <Button mt="md" variant="default" onClick={onClose}>
        <Trans>Close</Trans>
      </Button>
    </Dialog>
  )
}
