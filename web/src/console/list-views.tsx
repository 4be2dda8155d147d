import { useLingui } from '@lingui/react/macro'
import { Link } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import type { Values } from '../kit/filter-values.ts'
import styles from './list-views.module.css'
import { type ListViewsProps, pageOf } from './viewed-lists.ts'

const textOf = (values: Values): string => `${new URLSearchParams(values)}`

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
          // What is opened beside a list stands in the URL, too, and is no part of its filter.
          aria-current={textOf(search) === textOf(own.query) ? 'page' : undefined}
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
