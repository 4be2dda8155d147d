import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { Button, Checkbox, Menu } from '@mantine/core'
import { useElementSize, useMediaQuery } from '@mantine/hooks'
import { Link } from '@tanstack/react-router'
import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { type MouseEvent, type ReactNode, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { Icon } from '../identity/icons.tsx'
import { useKeys } from './keys.tsx'
import styles from './table.module.css'

/** Column is one of a list. `width` is in pixels at least; those that `grow` share what is left. */
export interface Column<Row> {
  id: string
  head: string
  cell: (row: Row) => ReactNode
  width: number
  grow?: boolean
  /** `end`: numbers and amounts stand below each other at the end of the cell. */
  end?: boolean
  /** `sort` is what the API sorts by for it. */
  sort?: string
  /** `rank`: the higher, the sooner it makes room on a narrow screen; 0 never does. */
  rank: number
  /** `isOptional`: it is shown once the person chooses it. */
  isOptional?: boolean
}

/** Look is how a person has a list: which columns, and how dense. */
interface Look {
  columns?: string[] | undefined
  isDense?: boolean | undefined
}

/** `useLook` keeps how a person has a list, in this browser. */
export function useLook(name: string): [Look, (look: Look) => void] {
  const kept = `list:${name}`
  const [look, setLook] = useState<Look>(() => {
    try {
      return JSON.parse(localStorage.getItem(kept) ?? '{}') as Look
    } catch {
      return {}
    }
  })
  return [
    look,
    (next) => {
      localStorage.setItem(kept, JSON.stringify(next))
      setLook(next)
    },
  ]
}

/** PHONE is the width up to which lists are cards. */
export const PHONE = '(max-width: 47.99em)'
/** WIDE is the width from which on an opened row stands beside its list. */
export const WIDE = '(min-width: 90em)'
const CHECK_WIDTH = 36
const HEIGHT = { dense: 32, normal: 40, touch: 48, card: 84 }

interface ListProps<Row> {
  /** `name` is what it is called for people who do not see it. */
  name: string
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  idOf: (row: Row) => number
  /** `card` is the row on a phone, in two lines. */
  card: (row: Row) => ReactNode
  /** `to` is the page where a row leads, or `file` the file that it is, and `label` what that link is called. */
  to?: (row: Row) => string
  file?: (row: Row) => string
  label: (row: Row) => string
  look: Look
  /** `sort` is the API's parameter: `-placed`. */
  sort?: string | undefined
  onSort?: (sort: string) => void
  /** `chosen` are the rows that an action is about; left out: nothing can be chosen. */
  chosen?: ReadonlySet<number>
  onChoose?: (chosen: ReadonlySet<number>) => void
  fresh?: ReadonlySet<number>
  gone?: ReadonlySet<number>
  /** `more` reads the next page. */
  more?: (() => void) | undefined
  onOpen: (row: Row) => void
  /** `beside` is the row that is open beside the list, 0: none yet; left out: rows open as pages of their own. */
  beside?: number | undefined
}

/**
 * `List` is a windowed list of rows: a table, or cards on a phone. `j` and `k` go from row to row, `x` chooses one, `Shift+x` all up to it, `Enter` opens
 * it. Columns that have no room make way in the order of their rank.
 */
export function List<Row>(props: ListProps<Row>) {
  const { rows, idOf, look, more, chosen, onChoose } = props
  const { t } = useLingui()
  const isPhone = useMediaQuery(PHONE, window.matchMedia(PHONE).matches)
  const isTouch = useMediaQuery('(pointer: coarse)')
  const { ref: sizeRef, width } = useElementSize()
  const bodyRef = useRef<HTMLDivElement>(null)
  const [margin, setMargin] = useState(0)
  const [active, setActive] = useState(-1)
  const last = useRef(-1)
  useLayoutEffect(() => {
    setMargin((bodyRef.current?.getBoundingClientRect().top ?? 0) + window.scrollY)
  }, [])
  const height = isPhone ? HEIGHT.card : isTouch ? HEIGHT.touch : look.isDense ? HEIGHT.dense : HEIGHT.normal
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => height,
    overscan: 10,
    scrollMargin: margin,
    getItemKey: (index) => (rows[index] === undefined ? index : idOf(rows[index] as Row)),
  })
  useEffect(() => {
    if (height > 0) virtual.measure()
  }, [virtual, height])
  const shown = virtual.getVirtualItems()
  const end = shown.at(-1)?.index ?? 0
  const isNearEnd = end >= rows.length - 15
  useEffect(() => {
    if (isNearEnd) more?.()
  }, [isNearEnd, more])

  const step = (by: number) => {
    const next = Math.min(Math.max(active + by, 0), rows.length - 1)
    if (next < 0) return
    setActive(next)
    virtual.scrollToIndex(next, { align: 'auto' })
    requestAnimationFrame(() =>
      bodyRef.current?.querySelector<HTMLElement>(`[data-row="${next}"] [data-open]`)?.focus(),
    )
  }
  const choose = (at: number, isRange: boolean) => {
    const row = rows[at]
    if (!chosen || !onChoose || row === undefined) return
    const next = new Set(chosen)
    if (isRange && last.current >= 0) {
      const [from, to] = [Math.min(last.current, at), Math.max(last.current, at)]
      for (const one of rows.slice(from, to + 1)) next.add(idOf(one))
    } else if (!next.delete(idOf(row))) next.add(idOf(row))
    last.current = at
    onChoose(next)
  }
  useKeys({
    j: [t`Next row`, () => step(1)],
    k: [t`Row before`, () => step(-1)],
    ...(chosen && {
      x: [t`Choose the row`, () => choose(active, false)],
      'Shift+x': [t`Choose all rows up to this one`, () => choose(active, true)],
    }),
  })

  const where = (row: Row) => ({
    to: props.to?.(row),
    file: props.file?.(row),
    // Beside the list a plain click opens the row there, and any other its page, as of every link.
    ...(props.beside !== undefined && {
      onClick: (event: MouseEvent) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return
        event.preventDefault()
        props.onOpen(row)
      },
    }),
  })
  const rowProps = (index: number) => {
    const row = rows[index] as Row
    const id = idOf(row)
    return {
      'data-row': index,
      'data-active': index === active || undefined,
      'data-fresh': props.fresh?.has(id) || undefined,
      'data-gone': props.gone?.has(id) || undefined,
      'data-chosen': chosen?.has(id) || undefined,
      'aria-current': id === props.beside ? true : undefined,
      onFocus: () => setActive(index),
      onClick: (event: MouseEvent) => {
        if (
          (event.target as HTMLElement).closest('a,button,input,label') ||
          `${window.getSelection()}` !== ''
        )
          return
        props.onOpen(row)
      },
    }
  }
  const check = (index: number) => {
    const row = rows[index] as Row
    return (
      <Checkbox
        size="xs"
        aria-label={t`Choose ${props.label(row)}`}
        checked={chosen?.has(idOf(row)) ?? false}
        onChange={({ nativeEvent }) =>
          choose(index, (nativeEvent as unknown as { shiftKey?: boolean }).shiftKey === true)
        }
        onClick={(event) => {
          if (event.shiftKey) {
            event.preventDefault()
            choose(index, true)
          }
        }}
      />
    )
  }
  const first = shown[0]
  const before = first ? first.start - margin : 0
  const after = virtual.getTotalSize() - ((shown.at(-1)?.end ?? margin) - margin)

  return (
    <div ref={sizeRef}>
      <div ref={bodyRef}>
        {isPhone ? (
          <ul className={styles.cards} aria-label={props.name}>
            {before > 0 && <li aria-hidden="true" style={{ blockSize: before }} />}
            {shown.map(({ index, key }) => {
              const row = rows[index] as Row
              return (
                <li
                  key={key}
                  className={styles.card}
                  ref={virtual.measureElement}
                  data-index={index}
                  {...rowProps(index)}
                >
                  {chosen && check(index)}
                  <RowLink {...where(row)} className={styles.cardBody} data-open>
                    {props.card(row)}
                  </RowLink>
                </li>
              )
            })}
            {after > 0 && <li aria-hidden="true" style={{ blockSize: after }} />}
          </ul>
        ) : (
          <Grid {...props} width={width} height={height} before={before} after={after}>
            {(columns) =>
              shown.map(({ index, key }) => {
                const row = rows[index] as Row
                return (
                  <tr key={key} aria-rowindex={index + 2} style={{ blockSize: height }} {...rowProps(index)}>
                    {chosen && <td className={styles.check}>{check(index)}</td>}
                    {columns.map((column, at) => (
                      <td key={column.id} className={column.end ? styles.end : undefined}>
                        {at === 0 ? (
                          <RowLink
                            {...where(row)}
                            className={styles.open}
                            data-open
                            aria-label={props.label(row)}
                          >
                            {column.cell(row)}
                          </RowLink>
                        ) : (
                          column.cell(row)
                        )}
                      </td>
                    ))}
                  </tr>
                )
              })
            }
          </Grid>
        )}
      </div>
    </div>
  )
}

/** `RowLink` leads to the page of a row, or is its file. */
function RowLink({
  to = '.',
  file,
  ...rest
}: {
  to: string | undefined
  file: string | undefined
  className: string | undefined
  children: ReactNode
  'aria-label'?: string
  'data-open': boolean
  onClick?: (event: MouseEvent) => void
}) {
  const { className = '', children, ...others } = rest
  return file === undefined ? (
    <Link to={to} className={className} {...others}>
      {children}
    </Link>
  ) : (
    <a href={file} download className={className} {...others}>
      {children}
    </a>
  )
}

/** `roomFor` gives the columns that are wanted and have room. */
function roomFor<Row>(
  columns: readonly Column<Row>[],
  { chosen, width, reserved }: { chosen: readonly string[] | undefined; width: number; reserved: number },
): readonly Column<Row>[] {
  const wanted = columns.filter(({ id, isOptional }) => (chosen ? chosen.includes(id) : !isOptional))
  let left = [...wanted]
  const sum = (): number => left.reduce((all, one) => all + one.width, reserved)
  while (width > 0 && sum() > width) {
    const [widest] = left.filter(({ rank }) => rank > 0).sort((a, b) => b.rank - a.rank)
    if (!widest) break
    left = left.filter((one) => one !== widest)
  }
  return left
}

function Grid<Row>({
  name,
  columns,
  rows,
  idOf,
  look,
  sort,
  onSort,
  chosen,
  onChoose,
  width,
  before,
  after,
  children,
}: ListProps<Row> & {
  width: number
  height: number
  before: number
  after: number
  children: (columns: readonly Column<Row>[]) => ReactNode
}) {
  const { t } = useLingui()
  const reserved = chosen ? CHECK_WIDTH : 0
  const fitting = roomFor(columns, { chosen: look.columns, width, reserved })
  const isAll = chosen !== undefined && rows.length > 0 && rows.every((row) => chosen.has(idOf(row)))
  const spanned = fitting.length + (chosen ? 1 : 0)
  return (
    <table className={styles.table} aria-label={name} aria-rowcount={-1}>
      <colgroup>
        {chosen && <col style={{ inlineSize: CHECK_WIDTH }} />}
        {fitting.map(({ id, width: wide, grow }) => (
          <col key={id} style={grow ? {} : { inlineSize: wide }} />
        ))}
      </colgroup>
      <thead>
        <tr aria-rowindex={1}>
          {chosen && (
            <th className={styles.check}>
              <Checkbox
                size="xs"
                aria-label={t`Choose all rows shown`}
                checked={isAll}
                indeterminate={!isAll && chosen.size > 0}
                onChange={() => onChoose?.(isAll ? new Set() : new Set(rows.map(idOf)))}
              />
            </th>
          )}
          {fitting.map((column) => (
            <HeadCell key={column.id} column={column} sort={sort} onSort={onSort} />
          ))}
        </tr>
      </thead>
      <tbody>
        {before > 0 && (
          // biome-ignore lint/a11y/noAriaHiddenOnFocusable: it only holds the place of rows, and nothing in it has the focus.
          <tr aria-hidden="true">
            <td colSpan={spanned} style={{ blockSize: before, padding: 0, border: 0 }} />
          </tr>
        )}
        {children(fitting)}
        {after > 0 && (
          // biome-ignore lint/a11y/noAriaHiddenOnFocusable: it only holds the place of rows, and nothing in it has the focus.
          <tr aria-hidden="true">
            <td colSpan={spanned} style={{ blockSize: after, padding: 0, border: 0 }} />
          </tr>
        )}
      </tbody>
    </table>
  )
}

function HeadCell<Row>({
  column: { head, end, sort: by },
  sort,
  onSort,
}: {
  column: Column<Row>
  sort: string | undefined
  onSort: ((sort: string) => void) | undefined
}) {
  const className = end ? styles.end : undefined
  if (by === undefined || !onSort)
    return (
      <th scope="col" className={className}>
        {head}
      </th>
    )
  const direction = sort === by ? 'ascending' : sort === `-${by}` ? 'descending' : 'none'
  return (
    <th scope="col" className={className} aria-sort={direction}>
      <button
        type="button"
        className={styles.sort}
        onClick={() => onSort(direction === 'descending' ? by : `-${by}`)}
      >
        {head}
        <span aria-hidden="true">{{ ascending: '↑', descending: '↓', none: '' }[direction]}</span>
      </button>
    </th>
  )
}

/** `LookMenu` chooses columns and density. */
export function LookMenu<Row>({
  columns,
  look,
  onLook,
}: {
  columns: readonly Column<Row>[]
  look: Look
  onLook: (look: Look) => void
}) {
  const { t } = useLingui()
  const isPhone = useMediaQuery(PHONE, window.matchMedia(PHONE).matches)
  if (isPhone) return null
  const usual = columns.filter(({ isOptional }) => !isOptional).map(({ id }) => id)
  const chosen = look.columns ?? usual
  const toggle = (id: string) => {
    const next = new Set(chosen)
    if (!next.delete(id)) next.add(id)
    onLook({ ...look, columns: columns.map((one) => one.id).filter((one) => next.has(one)) })
  }
  return (
    <Menu closeOnItemClick={false} position="bottom-end" width={220}>
      <Menu.Target>
        <Button variant="default" size="compact-md">{t`Columns`}</Button>
      </Menu.Target>
      <Menu.Dropdown>
        {columns.map(({ id, head, rank }) => (
          <Menu.Item
            key={id}
            role="menuitemcheckbox"
            aria-checked={chosen.includes(id)}
            disabled={rank === 0}
            rightSection={chosen.includes(id) ? '✓' : null}
            onClick={() => toggle(id)}
          >
            {head}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item
          role="menuitemcheckbox"
          aria-checked={look.isDense === true}
          rightSection={look.isDense ? '✓' : null}
          onClick={() => onLook({ ...look, isDense: !look.isDense })}
        >
          <Trans>Dense rows</Trans>
        </Menu.Item>
        <Menu.Item
          disabled={look.columns === undefined}
          onClick={() => onLook({ ...look, columns: undefined })}
        >
          <Trans>The usual columns</Trans>
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

/** `NewRows` says how many rows are new, and shows them when asked: they never push the list. */
export function NewRows({ count, onShow }: { count: number; onShow: () => void }) {
  return (
    <div role="status" className={styles.newRows}>
      {count > 0 && (
        <Button size="compact-sm" onClick={onShow}>
          <Plural value={count} one="# new · Show" other="# new · Show" />
        </Button>
      )}
    </div>
  )
}

/** Every is what is chosen beyond the rows shown: all that fit the filter, as the server finds them. */
interface Every {
  value: number
  /** `capped`: there are more than so many. */
  capped: boolean
  isEvery: boolean
  onEvery: () => void
}

/** `ActionBar` is what can be done with the chosen rows, or with all that fit the filter. */
export function ActionBar({
  count,
  every,
  onClear,
  children,
}: {
  count: number
  every?: Every
  onClear: () => void
  children: ReactNode
}) {
  const { t, i18n } = useLingui()
  if (count === 0) return null
  const all = every && `${new Intl.NumberFormat(i18n.locale).format(every.value)}${every.capped ? '+' : ''}`
  return (
    <section className={styles.bar} aria-label={t`The chosen rows`}>
      <strong>
        {every?.isEvery ? (
          <Trans>All {all} that match</Trans>
        ) : (
          <Plural value={count} one="# chosen" other="# chosen" />
        )}
      </strong>
      {every && !every.isEvery && every.value > count && (
        <Button size="compact-sm" variant="subtle" onClick={every.onEvery}>
          <Trans>Choose all {all} that match</Trans>
        </Button>
      )}
      {children}
      <Button
        size="compact-sm"
        variant="subtle"
        onClick={onClear}
        leftSection={<Icon name="close" size={14} />}
      >
        <Trans>Clear</Trans>
      </Button>
    </section>
  )
}
