import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useRefreshOn } from '../../../api/events.ts'
import { type Filter, FilterBar, type Values } from '../../../kit/filters.tsx'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { Page } from '../../../kit/page.tsx'
import { type ReadPage, usePages } from '../../../kit/pages.ts'
import { type Column, List, LookMenu, useLook } from '../../../kit/table.tsx'
import { Count, useCount } from '../../count.tsx'
import { ExportButton } from '../../export-button.tsx'
import { ListViews } from '../../list-views.tsx'
import { Split, useOpenedBeside } from '../../opened-beside.tsx'

/** Shown is the list as it stands in the URL, for what a page puts around it. */
interface Shown {
  /** `query` is the filter and the order, under the names of the API. */
  query: Values
  /** `show` has another filter in the URL. */
  show: (query: Values) => void
}

interface MoneyListProps<Row> {
  /** `of` is what the list is called in the API and in the URL. */
  of: 'deposits' | 'adjustments' | 'transfers' | 'invoices'
  title: string
  exportTitle: string
  read: (query: Values, cursor: string | undefined, signal: AbortSignal) => Promise<ReadPage<Row>>
  /** `topics` are by what changes of the list are told. */
  topics?: readonly string[]
  columns: readonly Column<Row>[]
  filters: readonly Filter[]
  /** `none` says that there is nothing yet, and `misfit` that nothing fits the filters. */
  none: ReactNode
  misfit: ReactNode
  idOf: (row: Row) => number
  label: (row: Row) => string
  /** `to` is the page where a row leads, or `file` the file that it is. */
  to?: (row: Row) => string
  file?: (row: Row) => string
  card: (row: Row) => ReactNode
  /** `sort` is how the list is sorted at first; left out: it has one order. */
  sort?: string
  actions?: ReactNode
  /** `usual` are the filters that one looks through most, beside the one that shows all. */
  usual?: readonly (readonly [string, Values])[]
  /** `search` and `sums` stand above the list. */
  search?: (shown: Shown) => ReactNode
  sums?: (query: Values) => ReactNode
  /** `beside` is the row that was opened, beside the list on a wide screen; left out: rows open as pages of their own. */
  beside?: (id: number, close: () => void) => ReactNode
}

const NO_TOPICS: readonly string[] = []

/** `MoneyList` is a list of the page Money: its filter stands in the URL; the count, the sums and the file have the same. */
export function MoneyList<Row>({
  of,
  title,
  exportTitle,
  read,
  topics = NO_TOPICS,
  columns,
  filters,
  none,
  misfit,
  sort,
  actions,
  usual = [],
  search,
  sums,
  beside: besideOf,
  ...rows
}: MoneyListProps<Row>) {
  const { open: _, ...query } = useSearch({ strict: false }) as Values
  const { t } = useLingui()
  const navigate = useNavigate()
  const [look, setLook] = useLook(of)
  const key = [of, 'list']
  const list = usePages<Row>([...key, query], (cursor, signal) => read(query, cursor, signal))
  const count = useCount(of, key, query)
  useRefreshOn(topics, key)
  const path = `/money/${of}` as string
  const show = (next: Values) => void navigate({ to: path, search: next })
  const { beside, openBeside } = useOpenedBeside(besideOf && path)
  const { sort: sorted = sort, ...filter } = query
  const isNarrowed = Object.keys(filter).length > 0
  const shown: Shown = { query, show }
  const { to, file, idOf } = rows
  const onOpen = (row: Row) => {
    if (beside !== undefined) openBeside(idOf(row))
    else if (to) void navigate({ to: to(row) })
    else if (file) window.location.assign(file(row))
  }
  return (
    <Page
      title={title}
      actions={
        <>
          <LookMenu columns={columns} look={look} onLook={setLook} />
          <ExportButton list={`/api/operator/${of}`} query={query} title={exportTitle} />
          {actions}
        </>
      }
    >
      <ListViews list={of} usual={[[t`All`, {}], ...usual]} {...{ query, look }} onLook={setLook} />
      <FilterBar
        filters={filters}
        values={filter}
        onChange={(next) => show({ ...next, ...(query['sort'] !== undefined && { sort: query['sort'] }) })}
      >
        <Count count={count} />
        {search?.(shown)}
      </FilterBar>
      {sums?.(query)}
      <FaultNote fault={list.error} onRetry={list.again} />
      {!list.rows && !list.error && <Loading />}
      {list.rows?.length === 0 && list.isEnd && (
        <Empty
          action={
            isNarrowed && (
              <Button component={Link} to={path} variant="default">
                <Trans>Clear filters</Trans>
              </Button>
            )
          }
        >
          {isNarrowed ? misfit : none}
        </Empty>
      )}
      {list.rows && list.rows.length > 0 && (
        <Split opened={beside ? besideOf?.(beside, () => openBeside()) : null}>
          <List
            {...rows}
            {...{ columns, rows: list.rows, look, more: list.more, name: title, onOpen }}
            {...(sort !== undefined && { sort: sorted, onSort: (by) => show({ ...query, sort: by }) })}
            beside={beside}
          />
        </Split>
      )}
    </Page>
  )
}
