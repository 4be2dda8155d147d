import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { Link, useNavigate } from '@tanstack/react-router'
import { useRefreshOn } from '../../../api/events.ts'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { Page } from '../../../kit/page.tsx'
import { usePages } from '../../../kit/pages.ts'
import { useMay } from '../../../kit/session.tsx'
import { Badge } from '../../../kit/state-badge.tsx'
import { type Column, List, useLook } from '../../../kit/table.tsx'
import { When } from '../../../kit/when.tsx'
import { KEY, type Piece, readNews, TOPICS } from './news-data.ts'

/** `News` lists what was written for resellers. */
export function News() {
  const { t } = useLingui()
  const may = useMay()
  const navigate = useNavigate()
  const [look] = useLook('news')
  const list = usePages<Piece>([...KEY, 'list'], readNews)
  useRefreshOn(TOPICS, KEY)
  const columns = useColumns()
  const write = may('news.edit') && (
    <Button component={Link} to="/news/new" size="compact-md">
      <Trans>Write news</Trans>
    </Button>
  )
  return (
    <Page title={t`News`} actions={write}>
      <FaultNote fault={list.error} onRetry={list.again} />
      {!list.rows && !list.error && <Loading />}
      {list.rows?.length === 0 && (
        <Empty action={write}>
          <Trans>No news yet. What you write here stands in the portal of your resellers.</Trans>
        </Empty>
      )}
      {list.rows && list.rows.length > 0 && (
        <List
          {...{ columns, rows: list.rows, look, more: list.more }}
          name={t`News`}
          idOf={({ id }) => id}
          card={(piece) => <Card piece={piece} />}
          to={({ id }) => `/news/${id}`}
          label={({ title }) => title}
          onOpen={({ id }) => void navigate({ to: `/news/${id}` })}
        />
      )}
    </Page>
  )
}

function useColumns(): Column<Piece>[] {
  const { t } = useLingui()
  return [
    {
      ...{ id: 'title', head: t`Title`, width: 220, grow: true, rank: 0 },
      cell: ({ title }) => title,
    },
    { id: 'state', head: t`State`, width: 190, rank: 0, cell: (piece) => <Marks piece={piece} /> },
    { id: 'for', head: t`For`, width: 180, rank: 2, cell: (piece) => <Readers piece={piece} /> },
    { id: 'from', head: t`From`, width: 140, rank: 1, cell: ({ from }) => <When at={from} /> },
    {
      ...{ id: 'until', head: t`Until`, width: 140, rank: 3 },
      cell: ({ until }) => (until === null ? '–' : <When at={until} />),
    },
    {
      ...{ id: 'reads', head: t`Read by`, width: 90, end: true, rank: 2 },
      cell: ({ reads }) => reads,
    },
  ]
}

function Marks({ piece: { state, pinned } }: { piece: Piece }) {
  const { t } = useLingui()
  return (
    <span>
      {state === 'planned' && <Badge tone="waiting">{t`Planned`}</Badge>}
      {state === 'shown' && <Badge tone="done">{t`Shown`}</Badge>}
      {state === 'over' && <Badge tone="off">{t`Ended`}</Badge>}{' '}
      {pinned && <Badge tone="off">{t`Pinned`}</Badge>}
    </span>
  )
}

function Readers({ piece: { group, accounts } }: { piece: Piece }) {
  const { t } = useLingui()
  if (group !== null) return <>{t`Price group ${group}`}</>
  if (accounts === null) return <>{t`All resellers`}</>
  const [first, ...others] = accounts
  return <>{others.length === 0 ? first?.name : t`${first?.name ?? ''} and ${others.length} more`}</>
}

function Card({ piece }: { piece: Piece }) {
  return (
    <>
      <span>{piece.title}</span>
      <span>
        <Marks piece={piece} />{' '}
        <span className="muted">
          <Readers piece={piece} />
        </span>
      </span>
    </>
  )
}
