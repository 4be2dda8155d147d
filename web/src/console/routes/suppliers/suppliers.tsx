import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { Button, Checkbox, Group, Table, TextInput } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useRefreshOn } from '../../../api/events.ts'
import { Amount } from '../../../kit/amount.tsx'
import { CardTable } from '../../../kit/card-table.tsx'
import { duration, percent } from '../../../kit/duration.ts'
import { type Filter, FilterBar, type Values, withValue } from '../../../kit/filters.tsx'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { Page } from '../../../kit/page.tsx'
import { Saying } from '../../../kit/saying.tsx'
import { useSearchText } from '../../../kit/search-text.ts'
import { useMay } from '../../../kit/session.tsx'
import { Badge } from '../../../kit/state-badge.tsx'
import { Sum } from '../../../kit/sum.tsx'
import { ActionBar } from '../../../kit/table.tsx'
import { When } from '../../../kit/when.tsx'
import { ExportButton } from '../../export-button.tsx'
import { ListViews } from '../../list-views.tsx'
import { suppliersQuery } from '../../suppliers-query.ts'
import { type Asked, useAsking } from './ask-several.ts'
import { faultWords } from './faults.ts'
import { type AllFigures, readAllFigures, type Supplier } from './supplier-data.ts'
import styles from './suppliers.module.css'
import { SwitchDialog } from './switch-dialog.tsx'
import { TopUpDialog } from './top-up-dialog.tsx'

const TOPICS = ['suppliers']

/** `worst` puts those first that need somebody: paused, then those whose balance ends soonest. */
const worst = (a: Supplier, b: Supplier): number =>
  Number(b.enabled) - Number(a.enabled) ||
  Number(b.health.open) - Number(a.health.open) ||
  (a.health.days_left ?? 1e9) - (b.health.days_left ?? 1e9) ||
  a.name.localeCompare(b.name)

const stateOf = ({ enabled, health }: Supplier): 'off' | 'paused' | 'in_use' =>
  !enabled ? 'off' : health.open ? 'paused' : 'in_use'

const fits =
  ({ state, kind, low, q = '' }: Values) =>
  (one: Supplier): boolean =>
    (state === undefined || state.split(',').includes(stateOf(one))) &&
    (kind === undefined || kind.split(',').includes(one.kind)) &&
    (low === undefined || one.low === true) &&
    one.name.toLowerCase().includes(q.trim().toLowerCase())

const toggled = (chosen: ReadonlySet<number>, id: number): ReadonlySet<number> =>
  new Set(chosen.has(id) ? [...chosen].filter((one) => one !== id) : [...chosen, id])

/** `Suppliers` lists who does the work, the worst first: whether items go there, how they fare, and how long the balance lasts. */
export function Suppliers() {
  const { t } = useLingui()
  const may = useMay()
  const query = useSearch({ strict: false }) as Values
  const navigate = useNavigate()
  const [switched, setSwitched] = useState<Supplier>()
  const [toppedUp, setToppedUp] = useState<Supplier>()
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set())
  const client = useQueryClient()
  const read = useQuery(suppliersQuery)
  const figures = useQuery({
    queryKey: ['suppliers', 'figures of all'],
    queryFn: ({ signal }) => readAllFigures(signal),
  })
  useRefreshOn(TOPICS, ['suppliers'])
  const { answers, ask } = useAsking()
  const all = read.data?.items ?? []
  const suppliers = all.filter(fits(query)).toSorted(worst)
  const picked = suppliers.filter(({ id }) => chosen.has(id))
  const seesBalances = may('costs.read')
  const chooses = may('suppliers.try') || may('suppliers.sync')
  const filters: Filter[] = [
    {
      ...{ name: 'state', label: t`State`, kind: 'choices' },
      choices: [
        { value: 'in_use', label: t`In use` },
        { value: 'paused', label: t`Paused` },
        { value: 'off', label: t`Off` },
      ],
    },
    {
      ...{ name: 'kind', label: t`Kind`, kind: 'choices' },
      choices: [...new Set(all.map(({ kind }) => kind))].sort().map((kind) => ({ value: kind, label: kind })),
    },
    ...(seesBalances
      ? [
          {
            ...{ name: 'low', label: t`Balance`, kind: 'choice' as const },
            choices: [{ value: 'yes', label: t`Low, or soon at its end` }],
          },
        ]
      : []),
  ]
  const usual: [string, Values][] = [
    [t`All`, {}],
    [t`Paused`, { state: 'paused' }],
    [t`Off`, { state: 'off' }],
    ...(seesBalances ? ([[t`Low balance`, { low: 'yes' }]] satisfies [string, Values][]) : []),
  ]
  const set = (search: Values) => void navigate({ to: '/suppliers', search, replace: true })
  const search = useSearchText(query['q'] ?? '', (text) => set(withValue(query, 'q', text)))
  const isEvery = suppliers.length > 0 && picked.length === suppliers.length
  const sum = figures.data?.balances
  return (
    <Page
      title={t`Suppliers`}
      actions={
        <>
          {all.length > 0 && (
            <ExportButton list="/api/operator/suppliers" query={query} title={t`Export the suppliers`} />
          )}
          {may('suppliers.edit') && (
            <Button component={Link} to="/suppliers/new" size="compact-md">
              <Trans>Add a supplier</Trans>
            </Button>
          )}
        </>
      }
    >
      <FaultNote fault={read.error} onRetry={() => void read.refetch()} />
      <FaultNote fault={figures.error} onRetry={() => void figures.refetch()} />
      {read.isPending && <Loading />}
      {read.data && all.length === 0 && (
        <Empty
          action={
            may('suppliers.edit') && (
              <Button component={Link} to="/suppliers/new">
                <Trans>Add your first supplier</Trans>
              </Button>
            )
          }
        >
          <Trans>
            No suppliers yet. A supplier does the work of services; a sandbox, which answers by itself, is a
            good one to practise with.
          </Trans>
        </Empty>
      )}
      {all.length > 0 && <ListViews list="suppliers" usual={usual} query={query} />}
      {all.length > 0 && (
        <FilterBar filters={filters} values={query} onChange={set}>
          <TextInput aria-label={t`Name of a supplier`} placeholder={t`Name`} {...search} w={180} size="xs" />
        </FilterBar>
      )}
      {sum && all.length > 0 && (
        <p className={styles.sum}>
          <Trans>
            All balances together:{' '}
            <strong>
              <Sum value={sum.total} currency={sum.currency} />
            </strong>
          </Trans>
          {sum.without_rate.length > 0 && (
            <span className="muted">
              {' '}
              <Trans>without those in {sum.without_rate.join(', ')}, which have no rate</Trans>
            </span>
          )}
        </p>
      )}
      {all.length > 0 && suppliers.length === 0 && (
        <Empty>
          <Trans>No supplier fits these filters.</Trans>
        </Empty>
      )}
      {suppliers.length > 0 && (
        <CardTable label={t`Suppliers, the worst first`} verticalSpacing={8}>
          <Table.Thead>
            <Table.Tr>
              {chooses && (
                <Table.Th w={36}>
                  <Checkbox
                    size="xs"
                    aria-label={t`Choose all rows shown`}
                    checked={isEvery}
                    indeterminate={!isEvery && picked.length > 0}
                    onChange={() => setChosen(new Set(isEvery ? [] : suppliers.map(({ id }) => id)))}
                  />
                </Table.Th>
              )}
              <Table.Th>{t`Supplier`}</Table.Th>
              <Table.Th data-card="state">{t`State`}</Table.Th>
              {seesBalances && <Table.Th ta="end">{t`Balance there`}</Table.Th>}
              <Table.Th ta="end">{t`Lasts`}</Table.Th>
              <Table.Th ta="end">{t`Success of attempts, 24 h`}</Table.Th>
              <Table.Th ta="end">{t`Median time, 24 h`}</Table.Th>
              <Table.Th ta="end">{t`Open`}</Table.Th>
              <Table.Th ta="end">{t`List read`}</Table.Th>
              <Table.Th>
                <span className="visually-hidden">{t`Actions`}</span>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {suppliers.map((one) => (
              <Row
                key={one.id}
                supplier={one}
                figures={figures.data?.items.find(({ id }) => id === one.id)}
                into={sum?.currency}
                seesBalances={seesBalances}
                answer={answers.get(one.id)}
                chosen={chooses ? chosen.has(one.id) : undefined}
                onChoose={() => setChosen(toggled(chosen, one.id))}
                onTest={() => void ask('test', [one])}
                onSwitch={() => setSwitched(one)}
                onTopUp={() => setToppedUp(one)}
              />
            ))}
          </Table.Tbody>
        </CardTable>
      )}
      <ActionBar count={picked.length} onClear={() => setChosen(new Set())}>
        {may('suppliers.try') && (
          <Button size="compact-md" onClick={() => void ask('test', picked)}>
            {seesBalances ? t`Test, and ask for balances` : t`Test`}
          </Button>
        )}
        {may('suppliers.sync') && (
          <Button size="compact-md" variant="default" onClick={() => void ask('list', picked)}>
            <Trans>Read their lists</Trans>
          </Button>
        )}
      </ActionBar>
      {toppedUp && <TopUpDialog supplier={toppedUp} onClose={() => setToppedUp(undefined)} />}
      {switched && (
        <SwitchDialog
          supplier={switched}
          onDone={() => void client.invalidateQueries({ queryKey: ['suppliers'] })}
          onClose={() => setSwitched(undefined)}
        />
      )}
    </Page>
  )
}

function Row({
  supplier,
  figures,
  into,
  seesBalances,
  answer,
  chosen,
  onChoose,
  onTest,
  onSwitch,
  onTopUp,
}: {
  supplier: Supplier
  figures: AllFigures['items'][number] | undefined
  /** `into` is the currency of the sum of all balances. */
  into: string | undefined
  seesBalances: boolean
  answer: Asked | undefined
  /** `chosen`, undefined: nobody may choose it. */
  chosen: boolean | undefined
  onChoose: () => void
  onTest: () => void
  onSwitch: () => void
  onTopUp: () => void
}) {
  const { t, i18n } = useLingui()
  const may = useMay()
  const { id, name, kind, currency, enabled, health, open_items: open } = supplier
  const days = health.days_left
  return (
    <Table.Tr>
      {chosen !== undefined && (
        <Table.Td>
          <Checkbox size="xs" aria-label={t`Choose ${name}`} checked={chosen} onChange={onChoose} />
        </Table.Td>
      )}
      <Table.Td>
        <Link to="/suppliers/$supplier" params={{ supplier: String(id) } as never} className={styles.name}>
          {name}
        </Link>{' '}
        <span className="muted">{kind}</span>
      </Table.Td>
      <Table.Td className={styles.state}>
        {!enabled ? (
          <Badge tone="off">{t`Off`}</Badge>
        ) : health.open ? (
          <>
            <Badge tone="needs">{t`Paused`}</Badge>{' '}
            <span className="muted">
              {health.reason ? <Saying text={health.reason} /> : i18n._(faultWords(health.why))}&nbsp;·{' '}
              <When at={health.opened_at} />
            </span>
          </>
        ) : (
          <Badge tone="done">{t`In use`}</Badge>
        )}
      </Table.Td>
      {seesBalances && (
        <Table.Td ta="end" className={supplier.low ? styles.soon : undefined}>
          <Amount value={health.balance} currency={currency} />
          {into !== undefined && into !== currency && figures?.balance != null && (
            <span className={styles.usual}>
              <Sum value={figures.balance} currency={into} />
            </span>
          )}
        </Table.Td>
      )}
      <Table.Td ta="end" className={`${styles.lasts} ${supplier.low ? styles.soon : ''}`}>
        {days == null ? (
          <span className="muted">–</span>
        ) : (
          <Plural value={Math.floor(days)} one="# day" other="# days" />
        )}
      </Table.Td>
      <Beside
        now={figures?.success_rate}
        usual={figures?.usual_success_rate}
        shown={percent}
        isBad={(now, usual) => now < usual - 0.1}
      />
      <Beside
        now={figures?.median_seconds}
        usual={figures?.usual_median_seconds}
        shown={duration}
        isBad={(now, usual) => now > 2 * usual && now - usual > 10}
      />
      <Table.Td ta="end">
        {open}
        {figures !== undefined && figures.unknown > 0 && (
          <span className={`${styles.usual} ${styles.soon}`}>
            <Plural value={figures.unknown} one="# unknown" other="# unknown" />
          </span>
        )}
      </Table.Td>
      <Table.Td ta="end">
        {figures?.list_read_at ? <When at={figures.list_read_at} /> : <span className="muted">–</span>}
      </Table.Td>
      <Table.Td>
        <Group gap="sm" justify="flex-end" wrap="nowrap">
          {may('suppliers.edit') && supplier.low && (
            <Button size="compact-sm" aria-label={t`Top up ${name}`} onClick={onTopUp}>
              <Trans>Top up</Trans>
            </Button>
          )}
          {may('suppliers.try') && (
            <Button
              size="compact-sm"
              variant="default"
              loading={answer?.is === 'asked'}
              aria-label={t`Test ${name}: asks for our account there, buys nothing`}
              onClick={onTest}
            >
              <Trans>Test</Trans>
            </Button>
          )}
          {may('suppliers.edit') && (
            <Button
              size="compact-sm"
              variant="default"
              aria-label={enabled ? t`Switch off ${name}` : t`Switch on ${name}`}
              onClick={onSwitch}
            >
              {enabled ? <Trans>Switch off</Trans> : <Trans>Switch on</Trans>}
            </Button>
          )}
        </Group>
        <div role="status" className={styles.tested}>
          {answer?.is === 'good' && answer.words}
          {answer?.is === 'bad' && <span className={styles.soon}>{answer.words}</span>}
        </div>
        <FaultNote fault={answer?.is === 'fault' ? answer.fault : null} />
      </Table.Td>
    </Table.Tr>
  )
}

/** `Beside` shows a figure of the last 24 hours, and below it what is usual. */
function Beside({
  now,
  usual,
  shown,
  isBad,
}: {
  now: number | null | undefined
  usual: number | null | undefined
  shown: (value: number) => string
  isBad: (now: number, usual: number) => boolean
}) {
  return (
    <Table.Td ta="end">
      {now == null ? (
        <span className="muted">–</span>
      ) : (
        <span className={usual != null && isBad(now, usual) ? styles.soon : undefined}>{shown(now)}</span>
      )}
      {usual != null && (
        <span className={styles.usual}>
          <Trans>usually {shown(usual)}</Trans>
        </span>
      )}
    </Table.Td>
  )
}
