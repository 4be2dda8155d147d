import { Table, type TableProps } from '@mantine/core'
import { useLayoutEffect, useRef } from 'react'
import styles from './card-table.module.css'
import { Scrolling } from './scrolling.tsx'

/** NOTHING is what a cell shows that has no value. */
const NOTHING = '–'

const put = (cell: HTMLElement, name: 'card' | 'label' | 'nothing', value: string | undefined): void => {
  if (cell.dataset[name] === value) return
  if (value === undefined) delete cell.dataset[name]
  else cell.dataset[name] = value
}

/** `placeOf` gives the place on a card of the cells below a head. */
const placeOf = (head: HTMLTableCellElement): string | undefined => {
  if (head.dataset['card']) return head.dataset['card']
  // A head that only those hear who do not see it stands above buttons.
  return head.textContent === '' || head.querySelector('.visually-hidden') ? 'acts' : undefined
}

/** `mark` tells the styles of each cell what is above it, which a card has no room to show as a row of heads. */
function mark(table: HTMLTableElement): void {
  const heads = [...(table.tHead?.rows[0]?.cells ?? [])]
  for (const head of heads) {
    const input = head.querySelector('input')
    if (!input) continue
    put(head, 'card', 'check')
    put(head, 'label', input.getAttribute('aria-label') ?? undefined)
  }
  const hasWhat = heads.some(({ dataset }) => dataset['card'] === 'what')
  for (const row of [...table.tBodies].flatMap(({ rows }) => [...rows])) {
    let at = 0
    let isFirst = !hasWhat
    for (const cell of row.cells) {
      const head = heads[at]
      at += cell.colSpan
      let place = cell.colSpan > 1 ? 'words' : head ? placeOf(head) : undefined
      if (!head && cell.querySelector('button')) place = 'acts'
      if (isFirst && place === undefined) place = 'what'
      if (place !== 'check') isFirst = false
      put(cell, 'card', place)
      const isNamed = cell.colSpan === 1 && (place === undefined || place === 'words')
      put(cell, 'label', isNamed ? (head?.textContent ?? undefined) : undefined)
      put(cell, 'nothing', isNamed && cell.textContent === NOTHING ? '' : undefined)
    }
  }
}

/**
 * `CardTable` is a table that is not windowed. On a phone each of its rows is a card: its first cell and its state, then its other cells, each with the
 * words of its head before it, then its buttons. A head with `data-card="state"` has the state below it; one with `data-card="words"` has long texts, which
 * get a line of their own; one with `data-card="what"` says what a row is about, in place of the first. Between a phone and its own width the table scrolls.
 */
export function CardTable({ label, className = '', ...props }: TableProps & { label: string }) {
  const ref = useRef<HTMLTableElement>(null)
  useLayoutEffect(() => {
    const table = ref.current
    if (!table) return
    mark(table)
    // Rows are drawn anew without this component.
    const watcher = new MutationObserver(() => mark(table))
    watcher.observe(table, { childList: true, characterData: true, subtree: true })
    return () => watcher.disconnect()
  }, [])
  return (
    <Scrolling label={label} className={styles.frame ?? ''}>
      <Table {...props} ref={ref} className={`${styles.table} ${className}`} />
    </Scrolling>
  )
}
