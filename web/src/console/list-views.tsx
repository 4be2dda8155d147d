import { useLingui } from '@lingui/react/macro'
import { Link } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import type { paths } from '../api/made/operator.ts'
import type { Values } from '../kit/filter-values.ts'
import type { useLook } from '../kit/table.tsx'
import styles from './list-views.module.css'

export type ViewedList = paths['/api/operator/me/views']['get']['parameters']['query']['list']

type Look = ReturnType<typeof useLook>[0]

export interface ListViewsProps {
  list: ViewedList
  query: Values
  /** `look` is how a list is shown whose columns are chosen. */
  look?: Look
  onLook?: (look: Look) => void
}

/** pageOf is where each list stands. */
export const pageOf: Readonly<Record<ViewedList, string>> = {
  orders: '/orders',
  resellers: '/resellers',
  services: '/catalogue/services',
  deposits: '/money/deposits',
  suppliers: '/suppliers',
  inbox: '/inbox',
  audit: '/settings/audit',
}

const OwnViews = lazy(async () => ({ default: (await import('./own-views.tsx')).OwnViews }))

/** `ListViews` are the filters of a list that one looks through most: `usual` come with the list, behind them stand those that people have kept. */
export function ListViews({
  usual = [],
  ...own
}: ListViewsProps & { usual?: readonly (readonly [string, Values])[] }) {
  const { t } = useLingui()
  return (
    <nav className={styles.views} aria-label={t`Views`}>
      {usual.map(([words, search]) => (
        <Link
          key={words}
          to={pageOf[own.list]}
          search={search as Record<string, string>}
          className={styles.view ?? ''}
          activeOptions={{ exact: true, includeSearch: true }}
        >
          {words}
        </Link>
      ))}
      <Suspense>
        <OwnViews {...own} />
      </Suspense>
    </nav>
  )
}
