import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { Button, Menu, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { useRefreshOn } from '../../../api/events.ts'
import { Icon } from '../../../identity/icons.tsx'
import { Amount } from '../../../kit/amount.tsx'
import { useDownload } from '../../../kit/download.ts'
import { duration, percent } from '../../../kit/duration.ts'
import { type Filter, FilterBar, type Values, withValue } from '../../../kit/filters.tsx'
import { useKeys } from '../../../kit/keys.tsx'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { Page } from '../../../kit/page.tsx'
import { usePages } from '../../../kit/pages.ts'
import { useMay } from '../../../kit/session.tsx'
import { Badge } from '../../../kit/state-badge.tsx'
import { ActionBar, type Column, List, LookMenu, useLook } from '../../../kit/table.tsx'
import { ListViews } from '../../list-views.tsx'
import { usePickFrom } from '../../pick-from.ts'
import { priceGroupsQuery } from '../../price-groups.ts'
import { BulkChange } from './bulk-change.tsx'
import { BulkRoute } from './bulk-route.tsx'
import styles from './catalogue.module.css'
import { NewService } from './new-service.tsx'
import { groupsQuery, kindWords, readServices, type ServiceRow } from './service-data.ts'

const TOPICS = ['services', 'prices', 'routes']
const KEY = ['services', 'list']

/** `Services` lists what can be bought: who does it, how it fares, and who sees it. */
export function Services() {
  const { t } = useLingui()
  const query = useSearch({ strict: false }) as Values
  const navigate = useNavigate()
  const may = useMay()
  const [look, setLook] = useLook('services')
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set())
  const [isEvery, setEvery] = useState(false)
  const [asked, setAsked] = useState<'new' | 'change' | 'route'>()
  const [count, setCount] = useState<{ value: number; capped: boolean }>()
  const list = usePages<ServiceRow>([...KEY, query], async (cursor, signal) => {
    const page = await readServices(query, cursor, signal)
    if (page.count) setCount(page.count)
    return page
  })
  useRefreshOn(TOPICS, KEY)
  const name = JSON.stringify(query)
  // Another filter clears the choice, so that nothing is chosen that is not seen.
  useEffect(() => {
    setChosen(name === '' ? new Set([0]) : new Set())
    setEvery(false)
  }, [name])
  const columns = useColumns()
  const filters = useFilters()
  const usual: [string, Values][] = [
    [t`All`, {}],
    [t`No route works`, { unrouted: 'yes' }],
    [t`Off`, { active: 'no' }],
  ]
  const rows = list.rows ?? []
  const picked = rows.filter(({ id }) => chosen.has(id))
  const mayEdit = may('catalogue.edit')
  const mayMake = mayEdit && may('prices.edit')
  const set = (values: Values) => void navigate({ to: '/catalogue/services', search: values })
  const open = ({ code }: ServiceRow) =>
    void navigate({ to: '/catalogue/services/$service', params: { service: code } })
  const { sort: _, ...filter } = query
  const bulk = {
    chosen: isEvery ? { filter } : { services: picked.map(({ code }) => code) },
    count: isEvery && count ? count : { value: picked.length, capped: false },
    onClose: () => setAsked(undefined),
  }
  const { download, ...file } = useDownload()
  const save = () => void download('/api/operator/services.csv', filter as Readonly<Record<string, string>>)
  useKeys({
    e: [t`Export what is listed`, save],
    ...(mayMake && { n: [t`New service`, () => setAsked('new')] }),
  })
  const newButton = mayMake && (
    <Button size="compact-md" onClick={() => setAsked('new')}>
      <Trans>New service</Trans>
    </Button>
  )
  return (
    <Page
      title={t`Services`}
      actions={
        <>
          <LookMenu columns={columns} look={look} onLook={setLook} />
          <Menu position="bottom-end">
            <Menu.Target>
              <Button variant="default" size="compact-md" loading={file.isBusy}>
                <Trans>More</Trans>
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={save}>
                <Trans>Export as CSV</Trans>
              </Menu.Item>
              {mayMake && (
                <Menu.Item component={Link} to="/catalogue/import">
                  <Trans>Read a CSV…</Trans>
                </Menu.Item>
              )}
              <Menu.Item component={Link} to="/catalogue/groups">
                <Trans>Groups</Trans>
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
          {newButton}
        </>
      }
    >
      <ListViews list="services" usual={usual} {...{ query, look }} onLook={setLook} />
      <FilterBar filters={filters} values={query} onChange={set}>
        {count && (
          <span className={styles.count}>
            {count.capped ? (
              t`${count.value}+ services`
            ) : (
              <Plural value={count.value} one="# service" other="# services" />
            )}
          </span>
        )}
        <TextInput
          key={query['search']}
          className={styles.search}
          aria-label={t`Name or code`}
          placeholder={t`Name or code`}
          defaultValue={query['search']}
          leftSection={<Icon name="find" size={16} />}
          onKeyDown={({ key, currentTarget }) => {
            if (key === 'Enter') set(withValue(query, 'search', currentTarget.value.trim()))
          }}
          onBlur={({ currentTarget }) => {
            const text = currentTarget.value.trim()
            if (text !== (query['search'] ?? '')) set(withValue(query, 'search', text))
          }}
        />
      </FilterBar>
      <FaultNote fault={file.fault} />
      <FaultNote fault={list.error} onRetry={list.again} />
      {!list.rows && !list.error && <Loading />}
      {list.rows?.length === 0 &&
        (Object.keys(filter).length > 0 ? (
          <Empty
            action={
              <Button variant="default" onClick={() => set({})}>
                <Trans>Clear filters</Trans>
              </Button>
            }
          >
            <Trans>No service fits these filters.</Trans>
          </Empty>
        ) : (
          <Empty action={newButton}>
            <Trans>No services yet. Import those of a supplier, read a file, or make the first one.</Trans>
          </Empty>
        ))}
      {rows.length > 0 && (
        <div className={list.isOld ? styles.old : undefined} aria-busy={list.isOld}>
          <List
            {...{ columns, rows, look, more: list.more }}
            {...(mayEdit && {
              chosen: isEvery ? new Set(rows.map(({ id }) => id)) : chosen,
              onChoose: (next: ReadonlySet<number>) => {
                setChosen(next)
                setEvery(false)
              },
            })}
            name={t`Services`}
            idOf={({ id }) => id}
            card={(service) => <Card service={service} />}
            to={({ code }) => `/catalogue/services/${code}`}
            label={({ name: called }) => called}
            sort={query['sort'] ?? 'group'}
            onSort={(sort) => set(sort === '-group' || sort === 'group' ? filter : { ...query, sort })}
            onOpen={open}
          />
        </div>
      )}
      {rows.length > 0 && list.isReading && <Loading rows={2} />}
      <ActionBar
        count={isEvery ? (count?.value ?? picked.length) : picked.length}
        onClear={() => {
          setChosen(new Set())
          setEvery(false)
        }}
        {...(count &&
          (isEvery || picked.length === rows.length) && {
            every: { ...count, isEvery, onEvery: () => setEvery(true) },
          })}
      >
        <Button size="compact-sm" variant="default" onClick={() => setAsked('change')}>
          <Trans>Change…</Trans>
        </Button>
        {may('suppliers.edit') && (
          <Button size="compact-sm" variant="default" onClick={() => setAsked('route')}>
            <Trans>Add a route…</Trans>
          </Button>
        )}
      </ActionBar>
      {asked === 'new' && <NewService onClose={() => setAsked(undefined)} />}
      {asked === 'change' && <BulkChange {...bulk} />}
      {asked === 'route' && <BulkRoute {...bulk} />}
    </Page>
  )
}

function useColumns(): Column<ServiceRow>[] {
  const { t, i18n } = useLingui()
  return [
    {
      ...{ id: 'name', head: t`Name`, width: 220, grow: true, rank: 0, sort: 'name' },
      cell: ({ name }) => name,
    },
    {
      ...{ id: 'code', head: t`Code`, width: 150, rank: 2 },
      cell: ({ code }) => <span className="code">{code}</span>,
    },
    { id: 'id', head: t`Id`, width: 90, end: true, rank: 8, isOptional: true, cell: ({ id }) => id },
    { id: 'group', head: t`Group`, width: 150, rank: 4, cell: ({ group }) => group },
    { id: 'kind', head: t`For`, width: 110, rank: 7, cell: ({ kind }) => i18n._(kindWords[kind]) },
    {
      ...{ id: 'price', head: t`Everyone's price`, width: 140, end: true, rank: 1 },
      cell: ({ price, currency }) => <Amount value={price} currency={currency ?? ''} />,
    },
    {
      id: 'routes',
      head: t`Routes`,
      width: 90,
      end: true,
      rank: 1,
      cell: (service) => <Routes service={service} />,
    },
    {
      ...{ id: 'success', head: t`Success`, width: 90, end: true, rank: 3, sort: 'success' },
      cell: ({ success_rate: rate }) => (rate === null ? <None /> : percent(rate)),
    },
    {
      ...{ id: 'median', head: t`Median time`, width: 110, end: true, rank: 5 },
      cell: ({ median_seconds: seconds }) => (seconds === null ? <None /> : duration(seconds)),
    },
    {
      ...{ id: 'delivery_time', head: t`Promised`, width: 120, rank: 6 },
      cell: ({ delivery_time: words, promised_seconds: seconds }) =>
        words || (seconds === null ? <None /> : duration(seconds)),
    },
    { id: 'active', head: t`State`, width: 130, rank: 0, cell: (service) => <State service={service} /> },
    {
      ...{ id: 'visible_to', head: t`Visible to`, width: 140, rank: 8, isOptional: true },
      cell: ({ visible_to: groups }) => groups?.join(', ') ?? t`Everyone`,
    },
  ]
}

const None = () => <span className="muted">–</span>

/** `Routes` says by how many of its routes a service is done. */
function Routes({
  service: { processing, working_routes: working, route_count: all },
}: {
  service: ServiceRow
}) {
  const { t } = useLingui()
  if (processing === 'manual' && all === 0) return <span className="muted">{t`by hand`}</span>
  return (
    <span
      className={working === 0 && processing !== 'manual' ? styles.broken : undefined}
      title={t`${working} of ${all} work`}
    >
      {working}/{all}
    </span>
  )
}

export function State({
  service: { active, unrouted_since: since },
}: {
  service: Pick<ServiceRow, 'active' | 'unrouted_since'>
}) {
  const { t } = useLingui()
  if (!active) return <Badge tone="off">{t`Off`}</Badge>
  return since === null ? <Badge tone="done">{t`On`}</Badge> : <Badge tone="needs">{t`No route`}</Badge>
}

function Card({ service }: { service: ServiceRow }) {
  const { name, code, price, currency } = service
  return (
    <>
      <span className={styles.line}>
        <span className={styles.clip}>{name}</span> <State service={service} />
      </span>
      <span className={styles.line}>
        <span className={`code muted ${styles.clip}`}>{code}</span>
        <Amount value={price} currency={currency ?? ''} />
      </span>
    </>
  )
}

function useFilters(): Filter[] {
  const { t, i18n } = useLingui()
  const pickFrom = usePickFrom()
  const kinds = (Object.keys(kindWords) as ServiceRow['kind'][]).map((value) => ({
    ...{ value, label: i18n._(kindWords[value]) },
  }))
  const choicesOf = (items: readonly { name: string }[] = []) =>
    items.map(({ name }) => ({ value: name, label: name }))
  const groups = choicesOf(useQuery(groupsQuery).data?.items)
  const priceGroups = choicesOf(useQuery(priceGroupsQuery).data?.items)
  const one = (name: string, label: string, words: string): Filter => ({
    ...{ name, label, kind: 'choice', choices: [{ value: 'yes', label: words }] },
  })
  const filters: Filter[] = [
    {
      ...{ name: 'active', label: t`State`, kind: 'choice' },
      choices: [
        { value: 'yes', label: t`On` },
        { value: 'no', label: t`Off` },
      ],
    },
    one('unrouted', t`Routes`, t`No route works`),
    { name: 'kind', label: t`For`, kind: 'choice', choices: kinds },
    { name: 'group', label: t`Group`, kind: 'choice', choices: groups },
    {
      name: 'supplier',
      label: t`Supplier`,
      kind: 'pick',
      from: pickFrom.suppliers,
      help: t`Only services with a route to it.`,
    },
    {
      ...{ name: 'visible_to', label: t`Visible to`, kind: 'choice', choices: priceGroups },
      help: t`A price group that sees what others do not.`,
    },
    one('hours', t`Hours`, t`Not always open`),
  ]
  return filters.filter((filter) => filter.kind !== 'choice' || filter.choices.length > 0)
}
