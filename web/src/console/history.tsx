import { Trans, useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { api, dataOf } from '../api/client.ts'
import { useRefreshOn } from '../api/events.ts'
import { FaultNote, Loading } from '../kit/notes.tsx'
import { useMay } from '../kit/session.tsx'
import { When } from '../kit/when.tsx'
import { Difference } from './difference.tsx'
import styles from './history.module.css'

/** `topics` are by what changes of each kind of thing are told. */
const topics = { account: ['accounts'], service: ['services'], supplier: ['suppliers'] }

const SHOWN = 20

/** `History` shows, when it is opened, who changed a thing lately, and how it was before. Who may not read the trail does not see it. */
export function History({ what, subject }: { what: keyof typeof topics; subject: string }) {
  const { t } = useLingui()
  const may = useMay()
  const [isOpen, setOpen] = useState(false)
  const queryKey = ['audit', 'of', what, subject]
  useRefreshOn(topics[what], queryKey)
  const changes = useQuery({
    queryKey,
    queryFn: async ({ signal }) => {
      const params = { query: { what, subject, limit: SHOWN } }
      return (await dataOf(api.GET('/api/operator/audit', { params, signal }))).page
    },
    enabled: isOpen,
  })
  if (!may('audit.read')) return null
  return (
    <details className={styles.history} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        <Trans>History</Trans>
      </summary>
      <FaultNote fault={changes.error} onRetry={() => void changes.refetch()} />
      {isOpen && changes.isPending && <Loading rows={3} />}
      {changes.data?.items.length === 0 && (
        <p className="muted">
          <Trans>Nothing of it was changed yet.</Trans>
        </p>
      )}
      <ol>
        {changes.data?.items.map((one) => (
          <li key={one.id}>
            <p>
              <When at={one.at} exact /> · <strong>{one.actor_name ?? one.actor}</strong>
              <span className="muted">
                {' '}
                {one.before === null ? t`made` : one.after === null ? t`removed` : t`changed`}
              </span>
            </p>
            <Difference before={one.before} after={one.after} />
            {one.why && <p className="muted">{one.why}</p>}
          </li>
        ))}
      </ol>
      {changes.data && changes.data.next_cursor !== null && (
        <Link to="/settings/audit" search={{ what, subject }}>
          <Trans>All changes of it</Trans>
        </Link>
      )}
    </details>
  )
}
