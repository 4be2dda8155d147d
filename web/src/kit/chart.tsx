import { Trans } from '@lingui/react/macro'
import { Table, useComputedColorScheme } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import styles from './chart.module.css'

/** Series is a row of numbers of a chart. `token` is its colour in tokens.css, and `dash` tells it from the others beside. */
export interface Series {
  label: string
  token: string
  /** `values` are its points; null: nothing is known there. */
  values: readonly (number | null)[]
  /** `shown` writes a value as people read it, from what the server said. */
  shown: (index: number) => string
  dash?: readonly number[]
}

interface ChartProps {
  title: string
  /** `label` is what the points are called in the table, such as Day. */
  label: string
  /** `times` are the points, as the server said them; `nameOf` writes one for people. */
  times: readonly Date[]
  nameOf: (time: Date) => string
  series: readonly Series[]
  kind: 'bars' | 'lines'
  /** `onPick` opens what is behind a point. */
  onPick?: (index: number) => void
}

/**
 * `Chart` draws numbers over time: bars stand on each other, lines are apart. It is loaded when it is first drawn, and takes its colours anew when
 * the theme changes. Who cannot see it reads its table.
 */
export function Chart({ title, label, times, nameOf, series, kind, onPick }: ChartProps) {
  const box = useRef<HTMLDivElement>(null)
  const [at, setAt] = useState<number | null>(null)
  const scheme = useComputedColorScheme()
  const drawn = useRef({ nameOf, onPick })
  drawn.current = { nameOf, onPick }
  // biome-ignore lint/correctness/useExhaustiveDependencies: the scheme changes what the tokens are.
  useEffect(() => {
    const element = box.current
    if (!element || times.length === 0) return
    let isLeft = false
    let leave = () => {}
    void import('./plot.ts').then(({ draw }) => {
      if (isLeft) return
      leave = draw(element, {
        times,
        series,
        kind,
        onPoint: setAt,
        onPick: (index) => drawn.current.onPick?.(index),
      })
    })
    return () => {
      isLeft = true
      leave()
    }
  }, [times, series, kind, scheme])
  const time = at === null ? undefined : times[at]
  return (
    <figure className={styles.chart}>
      <figcaption>
        <h2>{title}</h2>
        <ul className={styles.legend}>
          {series.map(({ label: name, token, dash, shown }) => (
            <li key={name}>
              <svg width="16" height="8" aria-hidden="true">
                {kind === 'bars' ? (
                  <rect width="10" height="8" rx="1.5" fill={`var(--${token})`} />
                ) : (
                  <line
                    x1="0"
                    x2="16"
                    y1="4"
                    y2="4"
                    stroke={`var(--${token})`}
                    strokeWidth="2"
                    strokeDasharray={dash?.join(' ')}
                  />
                )}
              </svg>
              {name}
              {at !== null && <b>{shown(at)}</b>}
            </li>
          ))}
          {time && <li className={styles.time}>{nameOf(time)}</li>}
        </ul>
      </figcaption>
      <div ref={box} className={styles.plot} data-picks={onPick !== undefined} aria-hidden="true" />
      <details className={styles.table}>
        <summary>
          <Trans>As a table</Trans>
        </summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by keys. */}
        <section className={styles.scroll} tabIndex={0} aria-label={title}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{label}</Table.Th>
                {series.map(({ label: name }) => (
                  <Table.Th key={name} ta="end">
                    {name}
                  </Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {times.map((one, index) => (
                <Table.Tr key={one.getTime()}>
                  <Table.Th scope="row" fw={400}>
                    {nameOf(one)}
                  </Table.Th>
                  {series.map(({ label: name, shown }) => (
                    <Table.Td key={name} ta="end" className="amount">
                      {shown(index)}
                    </Table.Td>
                  ))}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </section>
      </details>
    </figure>
  )
}
