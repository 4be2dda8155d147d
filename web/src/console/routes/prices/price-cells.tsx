// biome-ignore-all lint/a11y/useSemanticElements: a grid of thousands of rows is drawn as it is scrolled, which no table can be.
// biome-ignore-all lint/a11y/useFocusableInteractive: of a grid its cells are focused, one at a time.
import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { useVirtualizer } from '@tanstack/react-virtual'
import {
  type ClipboardEvent,
  type KeyboardEvent,
  type ReactNode,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import { Amount, digitsOf } from '../../../kit/amount.tsx'
import { AmountSaid } from '../../../kit/amount-input.tsx'
import { percentOf, percentText } from '../../../kit/numbers.ts'
import { type Coin, readPrice } from '../../../kit/read-amount.ts'
import { block, type Edit, type Edits, isLess, padded, placeOf } from './edits.ts'
import styles from './prices.module.css'
import { useRuleText, useRuleWords } from './rule-words.ts'
import {
  coinOf,
  columnKey,
  type PriceColumn,
  type PriceGrid,
  type PriceRow,
  type PriceRule,
} from './use-price-grid.ts'

const ROW = 40
const GROUP = 30
const HEAD = 44
const PHONE = '(max-width: 47.99em)'
/** COST_DIGITS are shown behind the point of a cost at most. */
const COST_DIGITS = 4
/** PAGE_ROWS is how far PageUp and PageDown go. */
const PAGE_ROWS = 12

interface Place {
  row: number
  column: number
}

type Line = { group: string } | { row: PriceRow; at: number }

/**
 * `PriceCells` is the price grid as the ARIA pattern of a grid has it, and edited as in a spreadsheet: arrows move, typing begins, Enter goes on
 * below; blocks are copied and pasted, filled down, and undone until they are reviewed.
 */
export function PriceCells({
  grid,
  ruleOf,
  edits,
  mayEdit,
  onChange,
  onUndo,
  columnMenu,
  onRule,
  onHistory,
}: {
  grid: PriceGrid
  ruleOf: ReadonlyMap<number, PriceRule>
  edits: Edits
  mayEdit: boolean
  onChange: (changes: { place: string; edit: Edit; was: Edit }[]) => void
  onUndo: () => void
  /** `columnMenu` is what is done with a column; `row` is the one that the person is in. */
  columnMenu: (column: PriceColumn, label: string, row: PriceRow | undefined) => ReactNode
  onRule: (row: PriceRow, column: PriceColumn, label: string) => void
  /** `onHistory` shows what became of a price; left out: the person may not see it. */
  onHistory?: ((row: PriceRow, column: PriceColumn) => void) | undefined
}) {
  const { t } = useLingui()
  const words = useRuleWords()
  const { rows, columns, currencies } = grid
  const lines = linesOf(rows)
  const lineOf = new Map(lines.flatMap((line, at) => ('row' in line ? [[line.at, at] as const] : [])))
  const hasCosts = rows.some(({ costs }) => costs !== undefined)
  const costCount = hasCosts ? currencies.length : 0
  const scroller = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: (at) => (lines[at] && 'row' in lines[at] ? ROW : GROUP),
    overscan: 12,
    scrollPaddingStart: HEAD,
  })
  const [active, setActive] = useState<Place>({ row: 0, column: 0 })
  const [anchor, setAnchor] = useState<Place>({ row: 0, column: 0 })
  const [draft, setDraft] = useState<string>()
  const hasMoved = useRef(false)

  const items = virtual.getVirtualItems()
  useEffect(() => {
    if (!hasMoved.current || draft !== undefined) return
    scroller.current
      ?.querySelector<HTMLElement>(`[data-cell="${active.row} ${active.column}"]`)
      ?.focus({ preventScroll: true })
  })

  const go = (to: Place, isRange = false) => {
    const row = Math.max(0, Math.min(rows.length - 1, to.row))
    const column = Math.max(0, Math.min(columns.length - 1, to.column))
    hasMoved.current = true
    setActive({ row, column })
    if (!isRange) setAnchor({ row, column })
    virtual.scrollToIndex(lineOf.get(row) ?? 0)
    scroller.current
      ?.querySelector(`[data-head="${column}"]`)
      ?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }
  const range = {
    from: { row: Math.min(active.row, anchor.row), column: Math.min(active.column, anchor.column) },
    to: { row: Math.max(active.row, anchor.row), column: Math.max(active.column, anchor.column) },
  }
  const isChosen = (row: number, column: number): boolean =>
    row >= range.from.row && row <= range.to.row && column >= range.from.column && column <= range.to.column
  const wasOf = (row: number, column: number): Edit => ownPrice(rows[row], column)
  const shownOf = (row: number, column: number): Edit => {
    const [one, of] = [rows[row], columns[column]]
    if (!one || !of) return null
    const edit = edits.cells.get(placeOf(one.id, columnKey(of)))
    return edit === undefined ? (one.cells[column]?.p ?? null) : edit
  }
  const changeOf = (row: number, column: number, edit: Edit) => {
    const [one, of] = [rows[row], columns[column]]
    return one && of ? [{ place: placeOf(one.id, columnKey(of)), edit, was: wasOf(row, column) }] : []
  }
  const each = <T,>(make: (row: number, column: number) => T[]): T[] => {
    const made: T[] = []
    for (let row = range.from.row; row <= range.to.row; row++)
      for (let column = range.from.column; column <= range.to.column; column++)
        made.push(...make(row, column))
    return made
  }

  /** `editOf` reads what was typed or pasted into a column; what is no price stays as it is, and is marked. */
  const editOf = (column: number, text: string): Edit => {
    const of = columns[column]
    const read = of && readPrice(text, coinOf(grid, of))
    return read === undefined ? text.trim() : read
  }
  const commit = (down: number) => {
    if (draft !== undefined) {
      onChange(changeOf(active.row, active.column, editOf(active.column, draft)))
      setDraft(undefined)
    }
    go({ row: active.row + down, column: active.column })
  }
  const showHistory = () => {
    const [row, column] = [rows[active.row], columns[active.column]]
    if (row && column) onHistory?.(row, column)
  }
  const setRule = () => {
    const [row, column] = [rows[active.row], columns[active.column]]
    if (row && column) onRule(row, column, labelOf(column))
  }
  const press = (event: KeyboardEvent) => {
    if (event.target instanceof HTMLInputElement || !(event.target as HTMLElement).dataset['cell']) return
    const { key, shiftKey } = event
    const isChord = event.ctrlKey || event.metaKey
    const { row, column } = active
    const steps: Record<string, Place> = {
      ArrowUp: { row: row - 1, column },
      ArrowDown: { row: row + 1, column },
      ArrowLeft: { row, column: column - 1 },
      ArrowRight: { row, column: column + 1 },
      Home: { row: isChord ? 0 : row, column: 0 },
      End: { row: isChord ? rows.length - 1 : row, column: columns.length - 1 },
      PageUp: { row: row - PAGE_ROWS, column },
      PageDown: { row: row + PAGE_ROWS, column },
    }
    const step = steps[key]
    if (step) go(step, shiftKey)
    else if (key.toLowerCase() === 'h' && !isChord && !event.altKey) showHistory()
    else if (!mayEdit) return
    else if (key.toLowerCase() === 'r' && !isChord && !event.altKey) setRule()
    else if (isChord && key.toLowerCase() === 'z') onUndo()
    else if (isChord && key.toLowerCase() === 'd') {
      onChange(each((at, of) => (at === range.from.row ? [] : changeOf(at, of, shownOf(range.from.row, of)))))
    } else if (isChord && key.toLowerCase() === 'a') {
      setAnchor({ row: 0, column: 0 })
      setActive({ row: rows.length - 1, column: columns.length - 1 })
    } else if (isChord || event.altKey) return
    else if (key === 'Enter' || key === 'F2') setDraft(shownOf(row, column) ?? '')
    else if (key === 'Delete' || key === 'Backspace') {
      onChange(each((at, of) => changeOf(at, of, null)))
    } else if (/^[0-9.,]$/.test(key)) setDraft(key)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  const copy = (event: ClipboardEvent) => {
    if (event.target instanceof HTMLInputElement) return
    const text: string[] = []
    for (let row = range.from.row; row <= range.to.row; row++) {
      const cells: string[] = []
      for (let column = range.from.column; column <= range.to.column; column++)
        cells.push(shownOf(row, column) ?? '')
      text.push(cells.join('\t'))
    }
    event.clipboardData.setData('text/plain', text.join('\n'))
    event.preventDefault()
  }
  const paste = (event: ClipboardEvent) => {
    if (event.target instanceof HTMLInputElement || !mayEdit) return
    event.preventDefault()
    const given = block(event.clipboardData.getData('text/plain'))
    // One price fills everything that is chosen; a block stands at the first of it.
    const [[only] = []] = given
    const single = given.length === 1 && given[0]?.length === 1 ? only : undefined
    onChange(
      single !== undefined
        ? each((row, column) => changeOf(row, column, editOf(column, single)))
        : given.flatMap((cells, down) =>
            cells.flatMap((text, along) => {
              const column = range.from.column + along
              return changeOf(range.from.row + down, column, editOf(column, text))
            }),
          ),
    )
    if (single === undefined) {
      setAnchor(range.from)
      setActive({
        row: Math.min(rows.length - 1, range.from.row + given.length - 1),
        column: Math.min(
          columns.length - 1,
          range.from.column + Math.max(...given.map((one) => one.length)) - 1,
        ),
      })
    }
  }

  const labelOf = ({ account, username, group }: PriceColumn): string =>
    account !== null ? (username ?? '') : (group ?? t`Everyone`)
  // On a phone there is room for one column beside the services: that is a price.
  const isPhone = useMediaQuery(PHONE, window.matchMedia(PHONE).matches)
  const [costsAt, pricesAt] = isPhone ? [2 + columns.length, 2] : [2, 2 + costCount]
  const costTemplate = '96px '.repeat(costCount)
  const priceTemplate = `repeat(${columns.length}, minmax(160px, 1fr))`
  const template = {
    gridTemplateColumns: `minmax(${isPhone ? 150 : 180}px, 2.2fr) ${isPhone ? `${priceTemplate} ${costTemplate}` : `${costTemplate} ${priceTemplate}`}`,
  }
  // The amounts of a column have their points below each other.
  const [costDigits, priceDigits] = useMemo(
    () => [
      currencies.map((_, of) =>
        digitsOf(
          rows.map(({ costs }) => costs?.[of]),
          COST_DIGITS,
        ),
      ),
      columns.map((_, of) => digitsOf(rows.map(({ cells }) => cells[of]?.p))),
    ],
    [rows, columns, currencies],
  )
  const width = { minInlineSize: (isPhone ? 150 : 180) + costCount * 96 + columns.length * 160 }

  const costHeads =
    hasCosts &&
    currencies.map((currency, at) => (
      <span key={currency} role="columnheader" aria-colindex={costsAt + at} className={styles.costHead}>
        {t`Cost`} <small>{currency}</small>
      </span>
    ))
  const [activeRow, activeColumn] = [rows[active.row], columns[active.column]]
  const typed =
    draft ??
    (activeRow && activeColumn ? edits.cells.get(placeOf(activeRow.id, columnKey(activeColumn))) : undefined)
  return (
    <>
      <div
        ref={scroller}
        className={styles.scroller}
        role="grid"
        aria-label={t`Prices by service and audience`}
        aria-rowcount={rows.length + 1}
        aria-colcount={1 + costCount + columns.length}
        aria-multiselectable="true"
        aria-readonly={!mayEdit}
        onKeyDown={press}
        onCopy={copy}
        onPaste={paste}
        // The cells inside are what is focused; this is for a mouse that scrolls.
        tabIndex={-1}
      >
        <div role="rowgroup" className={styles.head} style={width}>
          <div role="row" aria-rowindex={1} className={styles.row} style={template}>
            <span role="columnheader" aria-colindex={1} className={styles.service}>
              {t`Service`}
            </span>
            {!isPhone && costHeads}
            {columns.map((column, at) => (
              <span
                key={columnKey(column)}
                role="columnheader"
                aria-colindex={pricesAt + at}
                className={styles.columnHead}
                data-head={at}
              >
                <span className={styles.audience} title={labelOf(column)}>
                  <span>{labelOf(column)}</span> <small>{column.currency}</small>
                </span>
                {columnMenu(column, labelOf(column), rows[active.row])}
              </span>
            ))}
            {isPhone && costHeads}
          </div>
        </div>
        <div role="rowgroup" className={styles.body} style={{ blockSize: virtual.getTotalSize(), ...width }}>
          {items.map(({ index, start, size }) => {
            const line = lines[index]
            if (!line) return null
            const place = { transform: `translateY(${start}px)`, blockSize: size }
            if ('group' in line) {
              return (
                <div key={`group ${line.group} ${index}`} role="row" className={styles.group} style={place}>
                  <span role="rowheader" aria-colindex={1}>
                    {line.group}
                  </span>
                </div>
              )
            }
            const { row, at } = line
            const costs = row.costs?.map((cost, of) => (
              <span key={currencies[of]} role="gridcell" aria-colindex={costsAt + of} className={styles.cost}>
                {cost === null ? (
                  <span className="muted">{row.no_rate ? t`no rate` : t`no cost`}</span>
                ) : (
                  <Amount value={cost} digits={costDigits[of]} />
                )}
              </span>
            ))
            return (
              <div
                key={row.id}
                role="row"
                aria-rowindex={at + 2}
                className={styles.row}
                style={{ ...template, ...place }}
                data-off={row.active ? undefined : ''}
              >
                <span role="rowheader" aria-colindex={1} className={styles.service} title={row.name}>
                  <span className={styles.name}>{row.name}</span>
                  <span className={`code ${styles.codeText}`}>{row.code}</span>
                </span>
                {!isPhone && costs}
                {columns.map((column, of) => {
                  const edit = edits.cells.get(placeOf(row.id, columnKey(column)))
                  const isActive = active.row === at && active.column === of
                  return (
                    <Cell
                      key={columnKey(column)}
                      at={at}
                      of={of}
                      index={pricesAt + of}
                      row={row}
                      cost={row.costs?.[currencies.indexOf(column.currency)] ?? null}
                      edit={edit}
                      coin={coinOf(grid, column)}
                      digits={priceDigits[of] ?? 0}
                      rule={ruleOf.get(row.cells[of]?.r ?? 0)}
                      isActive={isActive}
                      isChosen={isChosen(at, of)}
                      draft={isActive ? draft : undefined}
                      onDraft={setDraft}
                      onCommit={commit}
                      onCancel={() => setDraft(undefined)}
                      onPoint={(isRange) => {
                        if (draft !== undefined && !isActive) commit(0)
                        hasMoved.current = true
                        setActive({ row: at, column: of })
                        if (!isRange) setAnchor({ row: at, column: of })
                      }}
                      onOpen={() => mayEdit && setDraft(shownOf(at, of) ?? '')}
                    />
                  )
                })}
                {isPhone && costs}
              </div>
            )
          })}
        </div>
      </div>
      {activeRow && activeColumn && (
        <p className={styles.about}>
          <strong>{activeRow.name}</strong>
          <span className="muted">
            {labelOf(activeColumn)}, {activeColumn.currency}
            {typeof typed === 'string'
              ? ''
              : `: ${words(
                  activeRow.cells[active.column],
                  ruleOf.get(activeRow.cells[active.column]?.r ?? 0),
                  activeColumn,
                )}`}
          </span>
          {typeof typed === 'string' && (
            <AmountSaid text={typed} coin={coinOf(grid, activeColumn)} reader={readPrice} />
          )}
          {mayEdit && (
            <Button size="compact-sm" variant="subtle" onClick={setRule}>
              <Trans>Rule of this price…</Trans>
            </Button>
          )}
          {onHistory && (
            <Button size="compact-sm" variant="subtle" onClick={showHistory}>
              <Trans>History of this price</Trans>
            </Button>
          )}
        </p>
      )}
    </>
  )
}

/** `ownPrice` is the price that stands in a place now; one that is inherited is not of the place. */
const ownPrice = (row: PriceRow | undefined, column: number): Edit => {
  const cell = row?.cells[column]
  return cell && !cell.i && !cell.r ? cell.p : null
}

/** `linesOf` puts a heading before each group of services. */
function linesOf(rows: readonly PriceRow[]): Line[] {
  return rows.flatMap((row, at): Line[] =>
    row.group === rows[at - 1]?.group ? [{ row, at }] : [{ group: row.group }, { row, at }],
  )
}

interface CellProps {
  at: number
  of: number
  index: number
  row: PriceRow
  cost: string | null
  edit: Edit | undefined
  coin: Coin
  /** `digits` are those behind the point that all prices of the column have. */
  digits: number
  rule: PriceRule | undefined
  isActive: boolean
  isChosen: boolean
  draft: string | undefined
  onDraft: (text: string) => void
  onCommit: (down: number) => void
  onCancel: () => void
  onPoint: (isRange: boolean) => void
  onOpen: () => void
}

function Cell({
  at,
  of,
  index,
  row,
  cost,
  edit,
  coin,
  digits,
  rule,
  isActive,
  isChosen,
  draft,
  ...on
}: CellProps) {
  const { t } = useLingui()
  const ruleText = useRuleText()
  const cell = row.cells[of]
  const isEdited = edit !== undefined
  const isWrong = typeof edit === 'string' && readPrice(edit, coin) === undefined
  const isBelow = isEdited ? edit !== null && cost !== null && isLess(edit, cost) : cell?.b === 1
  const mark = isEdited ? '' : markOf(cell, rule)
  const said = [
    isWrong && t`This is no price`,
    isBelow && t`Below the cost`,
    isEdited && edit === null && t`The fixed price is taken away`,
    isEdited && !isWrong && edit !== null && t`Changed, not reviewed yet`,
    !isEdited && cell?.i === 'everyone' && t`Everyone's price`,
    !isEdited && cell?.i === 'group' && t`The price group's price`,
    !isEdited && rule && t`By a rule: ${ruleText(rule)}`,
    !isEdited && !cell && t`Not sold`,
  ].filter((one) => typeof one === 'string')
  if (draft !== undefined) {
    return (
      <span role="gridcell" aria-colindex={index} className={styles.cell} data-chosen="">
        <input
          // biome-ignore lint/a11y/noAutofocus: who types a price is in its field.
          autoFocus
          className={styles.input}
          value={draft}
          inputMode="decimal"
          aria-label={t`Price of ${row.name}`}
          onChange={({ currentTarget }) => on.onDraft(currentTarget.value)}
          onBlur={() => on.onCommit(0)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' || event.key === 'Tab') {
              event.preventDefault()
              on.onCommit(event.key === 'Enter' ? (event.shiftKey ? -1 : 1) : 0)
            } else if (event.key === 'Escape') on.onCancel()
            event.stopPropagation()
          }}
        />
      </span>
    )
  }
  return (
    <span
      role="gridcell"
      aria-colindex={index}
      aria-selected={isChosen}
      tabIndex={isActive ? 0 : -1}
      data-cell={`${at} ${of}`}
      data-chosen={isChosen ? '' : undefined}
      data-active={isActive ? '' : undefined}
      data-edited={isEdited ? '' : undefined}
      data-below={isBelow || isWrong ? '' : undefined}
      data-inherited={!isEdited && cell?.i ? '' : undefined}
      className={styles.cell}
      title={said.join('\n')}
      onMouseDown={(event) => on.onPoint(event.shiftKey)}
      onDoubleClick={on.onOpen}
    >
      {mark && (
        <span className={styles.mark} aria-hidden="true">
          {mark}
        </span>
      )}
      <span className={styles.price}>
        {isBelow && <span aria-hidden="true">▼ </span>}
        {isWrong ? (
          <s>{edit}</s>
        ) : (
          <Amount value={isEdited ? edit && padded(edit, digits) : cell && padded(cell.p, digits)} />
        )}
      </span>
      <small className={styles.margin}>{isEdited ? '' : percentText(cell?.m ?? '')}</small>
      <span className="visually-hidden">{said.join(', ')}</span>
    </span>
  )
}

/** `markOf` says in a sign where a price comes from: `=` it is fixed, `%` from the cost, `−5%` from everyone's price. */
function markOf(cell: PriceRow['cells'][number] | undefined, rule: PriceRule | undefined): string {
  if (!cell) return ''
  if (cell.r === undefined) return '='
  if (!rule || rule.of === 'cost') return '%'
  return percentOf(rule.percent, { signDisplay: 'always' })
}
