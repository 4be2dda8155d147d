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

/** `topics` are by what changes of each kind of thing are told; of none: they are read when it is opened. */
const topics = {
  account: ['accounts'],
  brand: [],
  channel: ['notices'],
  deposit: ['deposits'],
  'deposit provider': ['gateways'],
  item: ['orders'],
  key: ['accounts'],
  'message text': [],
  person: ['accounts'],
  rate: ['prices'],
  seller: [],
  service: ['services'],
  setting: [],
  staff: ['staff'],
  subscription: ['notices'],
  supplier: ['suppliers'],
  token: ['staff'],
  webhook: ['webhooks'],
} as const

const SHOWN = 20

/**
 * `History` shows, when it is opened, who changed a thing lately, and how it was before. Who may not read the trail does not see it. With `subjects` it is of
 * several things; without any it is of all things of the kind, of `account` alone where that is given, and each line says of which: as `nameOf` names it, or by its id. With `order` it is of all
 * that belongs to the order. Of what there is one, the subject is `true`.
 */
export function History({
  what,
  nameOf,
  title,
  subjects,
  ...narrowing
}: {
  what: keyof typeof topics
  subject?: string
  subjects?: readonly string[]
  account?: string
  order?: number
  nameOf?: (subject: string) => string | undefined
  /** `title` tells apart what stands on one page. */
  title?: string
}) {
  const { t } = useLingui()
  const may = useMay()
  const [isOpen, setOpen] = useState(false)
  const { subject, account, order } = narrowing
  const filter = {
    ...(order === undefined ? { what } : { order }),
    ...(subject !== undefined && { subject }),
    ...(account !== undefined && { account }),
  }
  const queryKey = ['audit', 'of', filter, subjects]
  useRefreshOn(topics[what], queryKey)
  const changes = useQuery({
    queryKey,
    queryFn: async ({ signal }) => {
      const read = async (of: object) => {
        const params = { query: { ...filter, ...of, limit: SHOWN } }
        return (await dataOf(api.GET('/api/operator/audit', { params, signal }))).page
      }
      const pages = await Promise.all(subjects ? subjects.map((one) => read({ subject: one })) : [read({})])
      const items = pages.flatMap((page) => page.items).toSorted((one, other) => other.id - one.id)
      const isWhole = items.length <= SHOWN && pages.every(({ next_cursor }) => next_cursor === null)
      return { items: items.slice(0, SHOWN), isWhole }
    },
    enabled: isOpen,
  })
  if (!may('audit.read')) return null
  return (
    <details className={styles.history} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{title ?? <Trans>History</Trans>}</summary>
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
              <When at={one.at} exact />
              &nbsp;· <strong>{one.actor_name ?? one.actor}</strong>
              <span className="muted">
                {' '}
                {one.before === null ? t`made` : one.after === null ? t`removed` : t`changed`}
              </span>
              {subject === undefined && (
                <>
                  {'\u00A0· '}
                  {order === undefined ? (
                    (nameOf?.(one.subject) ?? <span className="code">{one.subject}</span>)
                  ) : (
                    <PartOfOrder what={one.what} subject={one.subject} />
                  )}
                </>
              )}
            </p>
            <Difference change={one} />
            {one.why && <p className="muted">{one.why}</p>}
          </li>
        ))}
      </ol>
      {changes.data?.isWhole === false && (
        <Link to="/settings/audit" search={ofUrl(filter)}>
          <Trans>All changes of it</Trans>
        </Link>
      )}
    </details>
  )
}

const ofUrl = (filter: object): Record<string, string> =>
  Object.fromEntries(Object.entries(filter).map(([name, value]) => [name, String(value)]))

/** `PartOfOrder` says which item of an order a line is about, or that it is about something else of it. */
function PartOfOrder({ what, subject }: { what: string; subject: string }) {
  const position = subject.split('/')[1]
  if (what === 'item') return <Trans>item {position}</Trans>
  if (what === 'order note') return <Trans>a note</Trans>
  return <Trans>the link to the result of item {position}</Trans>
}
