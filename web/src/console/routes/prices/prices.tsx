import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { ActionIcon, Button, Menu, MultiSelect, Select, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { useRefreshOn } from '../../../api/events.ts'
import { Icon } from '../../../identity/icons.tsx'
import { AmountSaid } from '../../../kit/amount-input.tsx'
import { FileLink } from '../../../kit/file-link.tsx'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { Page } from '../../../kit/page.tsx'
import { type Coin, readPrice } from '../../../kit/read-amount.ts'
import { useMay } from '../../../kit/session.tsx'
import { Unsaved } from '../../../kit/unsaved.tsx'
import { When } from '../../../kit/when.tsx'
import { changed, type Edits, isLess, NO_EDITS, placeOf, undone } from './edits.ts'
import { FileDialog } from './file-dialog.tsx'
import { useHeldGrid } from './held-grid.ts'
import { PriceHistory } from './history.tsx'
import { PriceCells } from './price-cells.tsx'
import { PriceFilters } from './price-filters.tsx'
import styles from './prices.module.css'
import { RaiseDialog, RuleDialog } from './rule-dialog.tsx'
import {
  audienceOf,
  coinOf,
  columnKey,
  type PriceColumn,
  type PriceGrid,
  type PriceRow,
  type Scope,
  scopeOf,
  usePriceGrid,
} from './use-price-grid.ts'

const TOPICS = ['prices', 'routes']

type Asked =
  | { what: 'rule'; column: PriceColumn; label: string; scope: Scope }
  | { what: 'raise'; column: PriceColumn; label: string }
  | { what: 'history'; row: PriceRow; column: PriceColumn }
  | { what: 'file' }

/** `PricesImport` is the price book with the window in which a file of prices is read. */
export const PricesImport = () => <Prices isReading />

/** `Prices` is the price book: what everyone, each price group and chosen accounts pay for every service. `isReading`: a file is to be read, by the address. */
export function Prices({ isReading = false }: { isReading?: boolean }) {
  const { t } = useLingui()
  const search = useSearch({ strict: false }) as Record<string, string>
  const navigate = useNavigate()
  const may = useMay()
  const { groups, grid: read, question, file, ruleOf, error } = usePriceGrid(search)
  useRefreshOn(TOPICS, ['prices'])
  const [edits, setEdits] = useState<Edits>(NO_EDITS)
  const [asked, setAsked] = useState<Asked | undefined>(isReading ? { what: 'file' } : undefined)
  const { grid, changed: others, show } = useHeldGrid(read, question)
  const wrong = grid ? wrongIn(edits, grid) : []
  const [firstWrong] = wrong
  const mayEdit = may('prices.edit')
  const filter = (changes: Record<string, string | undefined>) => {
    const next = Object.entries({ ...search, ...changes }).filter(
      (one): one is [string, string] => one[1] !== undefined && one[1] !== '',
    )
    void navigate({ to: '/prices', search: Object.fromEntries(next), replace: true })
  }
  const toPlan = (id: number) => void navigate({ to: '/plans/$id', params: { id: String(id) } })
  const review = useMutation({
    mutationFn: () =>
      dataOf(api.POST('/api/operator/plans', { body: { kind: 'prices', input: inputOf(edits, grid) } })),
    onSuccess: ({ id }) => {
      toPlan(id)
    },
  })
  const menu = (column: PriceColumn, label: string, row: PriceRow | undefined) =>
    mayEdit &&
    grid &&
    row && (
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon
            variant="subtle"
            color="gray"
            size={28}
            aria-label={t`Change the column ${label} ${column.currency}`}
          >
            <Icon name="more" size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            onClick={() =>
              setAsked({
                what: 'rule',
                ...{ column, label, scope: { of: 'all', group: row.group, service: row.id } },
              })
            }
          >
            <Trans>Set a rule…</Trans>
          </Menu.Item>
          <Menu.Item onClick={() => setAsked({ what: 'raise', column, label })}>
            <Trans>Raise or lower…</Trans>
          </Menu.Item>
          <Menu.Sub>
            <Menu.Sub.Target>
              <Menu.Sub.Item>
                <Trans>Copy from</Trans>
              </Menu.Sub.Item>
            </Menu.Sub.Target>
            <Menu.Sub.Dropdown>
              {grid.columns
                .filter(
                  (other) => other.currency === column.currency && columnKey(other) !== columnKey(column),
                )
                .map((other) => (
                  <Menu.Item
                    key={columnKey(other)}
                    onClick={() => setEdits(changed(edits, copied(grid, other, column)))}
                  >
                    {other.username ?? other.group ?? t`Everyone`}
                  </Menu.Item>
                ))}
            </Menu.Sub.Dropdown>
          </Menu.Sub>
        </Menu.Dropdown>
      </Menu>
    )
  return (
    <Page
      title={t`Prices`}
      actions={
        <>
          <Button variant="default" renderRoot={(props) => <Link to="/prices/rules" {...props} />}>
            <Trans>Rules</Trans>
          </Button>
          {may('costs.read') && <FileLink href={file} />}
          {mayEdit && (
            <Button variant="default" onClick={() => setAsked({ what: 'file' })}>
              <Trans>Read a CSV…</Trans>
            </Button>
          )}
        </>
      }
    >
      <div className={styles.filters}>
        <TextInput
          key={search['q'] ?? ''}
          className={styles.search}
          label={t`Service`}
          placeholder={t`Name or code`}
          defaultValue={search['q'] ?? ''}
          onBlur={({ currentTarget }) =>
            currentTarget.value !== (search['q'] ?? '') && filter({ q: currentTarget.value })
          }
          onKeyDown={({ key, currentTarget }) => key === 'Enter' && filter({ q: currentTarget.value })}
        />
        <Select
          label={t`Show`}
          w={{ base: 'auto', sm: 190 }}
          value={['below_cost', 'no_price', 'no_cost'].find((name) => search[name]) ?? 'all'}
          allowDeselect={false}
          data={[
            { value: 'all', label: t`All services` },
            { value: 'below_cost', label: t`Below the cost` },
            { value: 'no_price', label: t`Without a price` },
            { value: 'no_cost', label: t`Without a cost` },
          ]}
          onChange={(value) =>
            filter({
              ...{ below_cost: undefined, no_price: undefined, no_cost: undefined },
              ...(value && value !== 'all' && { [value]: 'yes' }),
            })
          }
        />
        <Select
          label={t`Sorted by`}
          w={{ base: 'auto', sm: 170 }}
          value={search['sort'] ?? 'group'}
          allowDeselect={false}
          data={[
            { value: 'group', label: t`By group` },
            { value: 'name', label: t`By name` },
            { value: 'cost', label: t`Cheapest first` },
            { value: 'margin', label: t`Least margin first` },
            { value: '-changed', label: t`Changed last first` },
          ]}
          onChange={(value) => filter({ sort: value === 'group' || value === null ? undefined : value })}
        />
        {grid && grid.used_currencies.length > 1 && (
          <MultiSelect
            label={t`Currencies`}
            miw={{ base: 0, sm: 170 }}
            value={grid.currencies}
            data={grid.used_currencies}
            onChange={(value) => filter({ currencies: value.join(',') })}
          />
        )}
        <div className={styles.more}>
          <PriceFilters
            values={search}
            groups={groups}
            rules={ruleOf}
            onChange={(values) => void navigate({ to: '/prices', search: values, replace: true })}
          />
        </div>
      </div>
      <FaultNote fault={error} onRetry={() => void read.refetch()} />
      {!grid && !error && <Loading rows={12} />}
      {grid && grid.columns.length > 0 && grid.rows.length === 0 && (
        <Empty
          action={
            Object.keys(search).length > 0 && (
              <Button variant="default" onClick={() => void navigate({ to: '/prices', search: {} })}>
                <Trans>Clear the filters</Trans>
              </Button>
            )
          }
        >
          {Object.keys(search).length > 0
            ? t`No service fits these filters.`
            : t`No services yet. Import those of a supplier, or read a file of your own.`}
        </Empty>
      )}
      <div role="status">
        {others && (
          <p className={styles.others}>
            <span>
              {others.costs > 0 ? (
                <Trans>
                  Costs changed <When at={others.at.toISOString()} />:{' '}
                  <Plural value={others.costs + others.prices} one="# cell" other="# cells" />
                </Trans>
              ) : (
                <Trans>
                  Prices changed <When at={others.at.toISOString()} />:{' '}
                  <Plural value={others.prices} one="# cell" other="# cells" />
                </Trans>
              )}
            </span>
            <Button size="compact-sm" onClick={show}>
              <Trans>Show</Trans>
            </Button>
          </p>
        )}
      </div>
      {grid && grid.rows.length > 0 && (
        <PriceCells
          grid={grid}
          ruleOf={ruleOf}
          edits={edits}
          mayEdit={mayEdit}
          onChange={(changes) => setEdits((now) => changed(now, changes))}
          onUndo={() => setEdits(undone)}
          columnMenu={menu}
          onRule={(row, column, label) => {
            const cell = row.cells[grid.columns.indexOf(column)]
            const scope = scopeOf(row, cell?.i === undefined, ruleOf.get(cell?.r ?? 0))
            setAsked({ what: 'rule', column, label, scope })
          }}
          onHistory={
            may('costs.read') ? (row, column) => setAsked({ what: 'history', row, column }) : undefined
          }
        />
      )}
      {grid && grid.rows.length > 0 && (
        <p className={styles.legend}>
          <Trans>
            = fixed · % from the cost · −5 % from everyone's price · grey: of everyone, or of the price group
            · ▼ below the cost
          </Trans>
          {grid.is_cut && ' '}
          {grid.is_cut && <Trans>Only the first 10,000 services are shown.</Trans>}
        </p>
      )}
      <Unsaved isChanged={edits.cells.size > 0} goesOn={/\/plans\//} />
      {edits.cells.size > 0 && grid && (
        <section className={styles.bar} aria-label={t`Changes that are not reviewed yet`}>
          <p aria-live="polite">
            <Plural value={edits.cells.size} one="# change" other="# changes" />
            <BelowCost edits={edits} grid={grid} />
            {firstWrong && (
              <span className={styles.below}>
                {'\u00A0· '}
                <Plural value={wrong.length} one="# is no price" other="# are no prices" />
              </span>
            )}
          </p>
          <span className="muted">
            {firstWrong ? (
              <>
                <AmountSaid {...firstWrong} reader={readPrice} />{' '}
                <Trans>Write the crossed-out prices anew, then review all of them.</Trans>
              </>
            ) : (
              <Trans>Nothing is sold at them before you apply the plan.</Trans>
            )}
          </span>
          <div className={styles.end}>
            <Button variant="default" disabled={edits.past.length === 0} onClick={() => setEdits(undone)}>
              <Trans>Undo</Trans>
            </Button>
            <Button variant="default" onClick={() => setEdits(NO_EDITS)}>
              <Trans>Drop all</Trans>
            </Button>
            <Button
              loading={review.isPending}
              disabled={firstWrong !== undefined}
              onClick={() => review.mutate()}
            >
              <Trans>Review</Trans>
            </Button>
          </div>
          <FaultNote fault={review.error} untouched={t`No price was changed.`} />
        </section>
      )}
      {asked?.what === 'rule' && grid && (
        <RuleDialog
          {...asked}
          coin={coinOf(grid, asked.column)}
          rows={grid.rows}
          rules={[...ruleOf.values()]}
          onPlan={toPlan}
          onClose={() => setAsked(undefined)}
        />
      )}
      {asked?.what === 'raise' && grid && (
        <RaiseDialog
          {...asked}
          columns={grid.columns.filter(({ currency }) => currency === asked.column.currency)}
          groups={[...new Set(grid.rows.map(({ group }) => group))]}
          coin={coinOf(grid, asked.column)}
          onPlan={toPlan}
          onClose={() => setAsked(undefined)}
        />
      )}
      {asked?.what === 'history' && (
        <PriceHistory row={asked.row} column={asked.column} onClose={() => setAsked(undefined)} />
      )}
      {asked?.what === 'file' && mayEdit && (
        <FileDialog
          onPlan={toPlan}
          onClose={() => {
            setAsked(undefined)
            if (isReading) void navigate({ to: '/prices', search, replace: true })
          }}
        />
      )}
    </Page>
  )
}

/** `BelowCost` counts the changes that look as if they were below the cost. */
function BelowCost({ edits, grid }: { edits: Edits; grid: PriceGrid }) {
  const below = grid.rows.flatMap((row) =>
    grid.columns.filter((column) => {
      const edit = edits.cells.get(placeOf(row.id, columnKey(column)))
      const cost = row.costs?.[grid.currencies.indexOf(column.currency)]
      return typeof edit === 'string' && typeof cost === 'string' && isLess(edit, cost)
    }),
  ).length
  if (below === 0) return null
  return (
    <span className={styles.below}>
      {'\u00A0· ▼ '}
      <Plural value={below} one="# below the cost" other="# below the cost" />
    </span>
  )
}

/** `wrongIn` gives the changes that are no price, or may be two. */
function wrongIn({ cells }: Edits, grid: PriceGrid): { text: string; coin: Coin }[] {
  const coins = new Map(grid.columns.map((column) => [columnKey(column), coinOf(grid, column)]))
  return [...cells].flatMap(([place, text]) => {
    const coin = coins.get(place.slice(place.indexOf(' ') + 1))
    return text !== null && coin && readPrice(text, coin) === undefined ? [{ text, coin }] : []
  })
}

/** `inputOf` makes the input of a plan. */
function inputOf({ cells }: Edits, grid: PriceGrid | undefined) {
  const columns = new Map(grid?.columns.map((column) => [columnKey(column), column]))
  return {
    cells: [...cells].flatMap(([place, price]) => {
      const [service = '', ...key] = place.split(' ')
      const column = columns.get(key.join(' '))
      return column ? [{ service, ...audienceOf(column), currency: column.currency, price }] : []
    }),
  }
}

/** `copied` gives the changes by which a column has the prices of another one. */
function copied({ rows, columns }: PriceGrid, from: PriceColumn, to: PriceColumn) {
  const [source, target] = [columns.indexOf(from), columns.indexOf(to)]
  return rows.flatMap((row) => {
    const price = row.cells[source]?.p
    const now = row.cells[target]
    const was = now && !now.i && now.r === undefined ? now.p : null
    return price === undefined ? [] : [{ place: placeOf(row.id, columnKey(to)), edit: price, was }]
  })
}
