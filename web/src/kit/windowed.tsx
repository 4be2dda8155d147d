import { useVirtualizer, useWindowVirtualizer } from '@tanstack/react-virtual'
import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react'
import styles from './windowed.module.css'

/** OVERSCAN is how many rows are drawn beside those in sight; a list of SMALL rows is drawn whole, so that the browser finds and prints all of it. */
const OVERSCAN = 10
const SMALL = 100

/**
 * `Windowed` is a long list of which only what is in sight is drawn; its rows are as high as their content. It scrolls with the window, or (`isBox`) in a
 * box of its own, where something stands below it.
 */
export function Windowed<Row>({
  name,
  rows,
  count,
  idOf,
  estimate,
  isBox = false,
  look,
  className,
  itemClassName,
  children,
}: {
  /** `name` is what the list is called for people who do not see it. */
  name: string
  rows: readonly Row[]
  /** `count` is how many rows there are, also those that were not read yet; undefined: that is not known. */
  count: number | undefined
  idOf: (row: Row) => number
  /** `estimate` is the height of a row in pixels, before it is drawn. */
  estimate: number
  isBox?: boolean
  /** `look` is told which rows are in sight, counted from 0. */
  look: (from: number, to: number) => void
  className?: string | undefined
  itemClassName?: string | undefined
  children: (row: Row) => ReactNode
}) {
  const boxRef = useRef<HTMLDivElement>(null)
  const [margin, setMargin] = useState(0)
  // What stands above the list may come later, or grow.
  useLayoutEffect(() => {
    if (isBox) return
    const measure = () => setMargin((boxRef.current?.getBoundingClientRect().top ?? 0) + window.scrollY)
    measure()
    const watcher = new ResizeObserver(measure)
    watcher.observe(document.body)
    return () => watcher.disconnect()
  }, [isBox])
  const options = {
    count: rows.length,
    estimateSize: () => estimate,
    overscan: (count ?? rows.length) <= SMALL ? SMALL : OVERSCAN,
    getItemKey: (index: number) => (rows[index] === undefined ? index : idOf(rows[index] as Row)),
  }
  const inWindow = useWindowVirtualizer<HTMLLIElement>({ ...options, scrollMargin: margin, enabled: !isBox })
  const inBox = useVirtualizer<HTMLDivElement, HTMLLIElement>({
    ...{ ...options, enabled: isBox },
    getScrollElement: () => boxRef.current,
  })
  const virtual = isBox ? inBox : inWindow
  const shown = virtual.getVirtualItems()
  const [from, to] = [shown[0]?.index ?? 0, shown.at(-1)?.index ?? 0]
  const start = isBox ? 0 : margin
  const before = (shown[0]?.start ?? start) - start
  const after = virtual.getTotalSize() - ((shown.at(-1)?.end ?? start) - start)
  useEffect(() => look(from, to), [look, from, to])
  const box = isBox ? { role: 'region', tabIndex: 0, 'aria-label': name, className: styles.box } : {}
  return (
    <div ref={boxRef} {...box}>
      <ol className={`${styles.list} ${className ?? ''}`} aria-label={name}>
        {before > 0 && <li aria-hidden="true" className={styles.room} style={{ blockSize: before }} />}
        {shown.map(({ index, key }) => (
          <li
            key={key}
            ref={virtual.measureElement}
            className={itemClassName}
            data-index={index}
            aria-posinset={index + 1}
            aria-setsize={count ?? -1}
          >
            {children(rows[index] as Row)}
          </li>
        ))}
        {after > 0 && <li aria-hidden="true" className={styles.room} style={{ blockSize: after }} />}
      </ol>
    </div>
  )
}
