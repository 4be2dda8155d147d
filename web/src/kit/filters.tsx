import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { lazy, type ReactNode, Suspense, useState } from 'react'
import { Icon } from '../identity/icons.tsx'
import { type Filter, type Values, withValue } from './filter-values.ts'
import styles from './filters.module.css'
import { useKeys } from './keys.tsx'

export { type Filter, type Values, withValue } from './filter-values.ts'

// Its fields are much to load, and not wanted by who only reads.
const FilterSheet = lazy(async () => ({ default: (await import('./filter-sheet.tsx')).FilterSheet }))

/** `FilterBar` shows the filters of a list as chips, in words, with the button that changes them. `children` stand behind it. */
export function FilterBar({
  filters,
  values,
  onChange,
  children,
}: {
  filters: readonly Filter[]
  values: Values
  onChange: (values: Values) => void
  children?: ReactNode
}) {
  const { t } = useLingui()
  const [isOpen, setOpen] = useState(false)
  useKeys({ f: [t`Filter`, () => setOpen(true)] })
  const given = filters.filter(({ name }) => values[name] !== undefined)
  const names = new Set(filters.map(({ name }) => name))
  const cleared = Object.fromEntries(Object.entries(values).filter(([name]) => !names.has(name)))
  return (
    <div className={styles.bar}>
      <Button
        variant="default"
        size="compact-md"
        leftSection={<Icon name="filter" size={16} />}
        onClick={() => setOpen(true)}
      >
        <Trans>Filter</Trans>
      </Button>
      {given.map((filter) => {
        const words = wordsOf(filter, values[filter.name] ?? '')
        return (
          <span key={filter.name} className={styles.chip}>
            <button type="button" onClick={() => setOpen(true)}>
              <span className="muted">{filter.label}</span> {words}
            </button>
            <button
              type="button"
              aria-label={t`Leave out ${filter.label}: ${words}`}
              onClick={() => onChange(withValue(values, filter.name, ''))}
            >
              <Icon name="close" size={14} />
            </button>
          </span>
        )
      })}
      {given.length > 1 && (
        <Button variant="subtle" size="compact-sm" onClick={() => onChange(cleared)}>
          <Trans>Clear all</Trans>
        </Button>
      )}
      <div className={styles.rest}>{children}</div>
      {isOpen && (
        <Suspense>
          <FilterSheet {...{ filters, values, onChange }} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </div>
  )
}

function wordsOf(filter: Filter, value: string): string {
  if (filter.kind === 'percent') return `${value}%`
  if (filter.kind === 'pick') return filter.said ?? value
  if (filter.kind !== 'choices' && filter.kind !== 'choice') return value
  return value
    .split(',')
    .map((one) => filter.choices.find(({ value: given }) => given === one)?.label ?? one)
    .join(', ')
}
