import { Trans } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Figures } from '../../../kit/figures.tsx'
import { FaultNote } from '../../../kit/notes.tsx'
import styles from './money.module.css'

/** `Sums` shows what a list comes to, by currency, above it. `read` gives null where there is too much to add up, or nothing where nothing fits. */
export function Sums<Sum extends { currency: string }>({
  queryKey,
  read,
  figure,
}: {
  queryKey: readonly unknown[]
  read: (signal: AbortSignal) => Promise<{ sums: Sum[] | null }>
  figure: (sum: Sum) => { label: string; value: ReactNode }
}) {
  const { data, error, refetch } = useQuery({ queryKey, queryFn: ({ signal }) => read(signal) })
  if (error) return <FaultNote fault={error} onRetry={() => void refetch()} />
  if (!data || data.sums?.length === 0) return null
  return (
    <div className={styles.sums}>
      {data.sums ? (
        <Figures figures={data.sums.map(figure)} />
      ) : (
        <p className={`muted ${styles.lead}`}>
          <Trans>There is too much here to add up. Filter by days, or by a reseller, to see sums.</Trans>
        </p>
      )}
    </div>
  )
}
