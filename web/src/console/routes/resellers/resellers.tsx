import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { Button, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useRefreshOn } from '../../../api/events.ts'
import { Amount } from '../../../kit/amount.tsx'
import { type Filter, FilterBar, type Values, withValue } from '../../../kit/filters.tsx'
import { useKeys } from '../../../kit/keys.tsx'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { linkTo, OnceShown } from '../../../kit/once-shown.tsx'
import { Page } from '../../../kit/page.tsx'
import { usePages } from '../../../kit/pages.ts'
import { useMay } from '../../../kit/session.tsx'
import { Badge } from '../../../kit/state-badge.tsx'
import { SumAmount } from '../../../kit/sum.tsx'
import { ActionBar, type Column, List, LookMenu, useLook } from '../../../kit/table.tsx'
import { When } from '../../../kit/when.tsx'
import { Count, useCount } from '../../count.tsx'
import { ExportButton } from '../../export-button.tsx'
import { MAKING_FIRST } from '../../first-steps.ts'
import { inboxCountsQuery } from '../../inbox-counts.ts'
import { ListViews } from '../../list-views.tsx'
import { priceGroupsQuery } from '../../price-groups.ts'
import { GroupDialog } from './group-dialog.tsx'
import { NewReseller } from './new-reseller.tsx'
import styles from './reseller.module.css'
import { type Reseller, readResellers } from './reseller-data.ts'

const TOPICS = ['accounts', 'balances']
const KEY = ['resellers']
/** MANY_REFUSED is from how many refused requests of a day on a reseller is marked. */
const MANY_REFUSED = 10

/** OF_PLANS are the filters that a plan takes, too: what changes by itself, such as balances, is chosen one by one. */
const OF_PLANS = new Set(['search', 'group', 'status', 'currency', 'webhook'])

/** `Resellers` lists the accounts that order here. */
export function Resellers() {
  const { t } = useLingui()
  const query = useSearch({ strict: false }) as Values
  const navigate = useNavigate()
  const may = useMay()
  const [look, setLook] = useLook('resellers')
  const [invited, setInvited] = useState<{ username: string; link: string }>()
  const [isFirst] = useState(() => window.location.hash === `#${MAKING_FIRST}`)
  const [isMaking, setMaking] = useState(isFirst)
  const [isGrouping, setGrouping] = useState(false)
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set())
  /** `isEvery`: all that match are chosen, also those that are not read yet. */
  const [isEvery, setEvery] = useState(false)
  const list = usePages<Reseller>([...KEY, query], (cursor, signal) => readResellers(query, cursor, signal))
  useRefreshOn(TOPICS, KEY)
  const columns = useColumns()
  const priceGroups = useQuery(priceGroupsQuery)
  const groups = priceGroups.data?.items.map(({ name }) => ({ value: name, label: name })) ?? []
  const ofMoney: Filter[] = [
    {
      ...{ name: 'low_balance', label: t`Balance`, kind: 'choice' },
      choices: [{ value: 'yes', label: t`Below the low mark` }],
    },
    {
      ...{ name: 'in_credit', label: t`Credit`, kind: 'choice' },
      choices: [{ value: 'yes', label: t`In use: the balance is below 0` }],
    },
  ]
  const filters: Filter[] = [
    {
      ...{ name: 'status', label: t`State`, kind: 'choice' },
      choices: [
        { value: 'active', label: t`Active` },
        { value: 'invited', label: t`Invited` },
        { value: 'closed', label: t`Closed` },
      ],
    },
    ...(groups.length > 0
      ? [{ name: 'group', label: t`Price group`, kind: 'choice' as const, choices: groups }]
      : []),
    { name: 'currency', label: t`Currency`, kind: 'text', placeholder: 'USD' },
    ...(may('money.read') ? ofMoney : []),
    {
      ...{ name: 'webhook', label: t`Webhook`, kind: 'choice' },
      choices: [
        { value: 'failing', label: t`Fails` },
        { value: 'paused', label: t`Paused` },
      ],
    },
    {
      ...{ name: 'refused_gte', label: t`Refused requests`, kind: 'text', placeholder: '10' },
      help: t`So many within 24 hours, at least`,
    },
    {
      ...{ name: 'no_order_since', label: t`No order since`, kind: 'day' },
      help: t`Has not ordered from that day on, or never`,
    },
  ]
  const usual: [string, Values][] = [
    [t`All`, {}],
    ...(may('money.read') ? ([[t`Low balance`, { low_balance: 'yes' }]] satisfies [string, Values][]) : []),
    [t`Webhook fails`, { webhook: 'failing' }],
    [t`Invited`, { status: 'invited' }],
    [t`Closed`, { status: 'closed' }],
  ]
  const { sort, ...filter } = query
  const count = useCount('accounts', KEY, query)
  const mayEvery = count !== undefined && Object.keys(filter).every((name) => OF_PLANS.has(name))
  const set = (values: Values) => {
    setChosen(new Set())
    setEvery(false)
    void navigate({ to: '/resellers', search: values })
  }
  const picked = (list.rows ?? []).filter(({ id }) => chosen.has(id))
  const writeTo = () =>
    void navigate({ to: '/news/new', search: { to: picked.map(({ username }) => username).join() } })
  const mayMake = may('resellers.edit')
  useKeys(mayMake ? { n: [t`New reseller`, () => setMaking(true)] } : {})
  const newButton = mayMake && (
    <Button size="compact-md" onClick={() => setMaking(true)}>
      <Trans>New reseller</Trans>
    </Button>
  )
  return (
    <Page
      title={t`Resellers`}
      actions={
        <>
          <LookMenu columns={columns} look={look} onLook={setLook} />
          <Button component={Link} to="/news" variant="default" size="compact-md">
            <Trans>News</Trans>
          </Button>
          <ExportButton list="/api/operator/accounts" query={query} title={t`Export the resellers`} />
          {newButton}
        </>
      }
    >
      <ListViews list="resellers" usual={usual} {...{ query, look }} onLook={setLook} />
      <FilterBar filters={filters} values={query} onChange={set}>
        <Count count={count} />
        <TextInput
          key={query['search']}
          aria-label={t`Name, user name or e-mail address`}
          placeholder={t`Name, user name, e-mail`}
          defaultValue={query['search']}
          w={280}
          onKeyDown={({ key, currentTarget }) => {
            if (key === 'Enter') set(withValue(query, 'search', currentTarget.value.trim()))
          }}
          onBlur={({ currentTarget }) => set(withValue(query, 'search', currentTarget.value.trim()))}
        />
      </FilterBar>
      <Applied />
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
            <Trans>No reseller fits these filters.</Trans>
          </Empty>
        ) : (
          <Empty action={newButton}>
            <Trans>No resellers yet. Make the first one, and give it a key for its shop.</Trans>
          </Empty>
        ))}
      {list.rows && list.rows.length > 0 && (
        <List
          {...{ columns, rows: list.rows, look, more: list.more }}
          {...((may('resellers.terms') || may('news.edit')) && {
            chosen: isEvery ? new Set(list.rows.map(({ id }) => id)) : chosen,
            onChoose: (next: ReadonlySet<number>) => {
              setChosen(next)
              setEvery(false)
            },
          })}
          sort={sort ?? 'id'}
          onSort={(by) => set({ ...filter, sort: by })}
          name={t`Resellers`}
          idOf={({ id }) => id}
          card={(reseller) => <Card reseller={reseller} />}
          to={({ username }) => `/resellers/${username}`}
          label={({ name }) => name}
          onOpen={({ username }) => void navigate({ to: `/resellers/${username}` })}
        />
      )}
      <ActionBar
        count={picked.length}
        onClear={() => {
          setChosen(new Set())
          setEvery(false)
        }}
        {...(mayEvery &&
          may('resellers.terms') &&
          (isEvery || picked.length === list.rows?.length) && {
            every: { ...count, isEvery, onEvery: () => setEvery(true) },
          })}
      >
        {may('resellers.terms') && (
          <Button size="compact-sm" variant="default" onClick={() => setGrouping(true)}>
            <Trans>Price group…</Trans>
          </Button>
        )}
        {may('news.edit') && !isEvery && (
          <Button size="compact-sm" variant="default" onClick={writeTo}>
            <Trans>Write news…</Trans>
          </Button>
        )}
      </ActionBar>
      {isGrouping && (
        <GroupDialog
          chosen={isEvery ? { filter } : { accounts: picked.map(({ username }) => username) }}
          count={isEvery && count ? count : { value: picked.length, capped: false }}
          onClose={() => setGrouping(false)}
        />
      )}
      {isMaking && (
        <NewReseller
          invites={isFirst}
          onInvited={(username, link) => setInvited({ username, link })}
          onClose={() => setMaking(false)}
        />
      )}
      {invited && (
        <OnceShown
          title={t`The invitation`}
          value={linkTo(invited.link)}
          isLink
          copy={t`Copy the link`}
          onClose={() => void navigate({ to: `/resellers/${invited.username}/people` })}
        >
          <Trans>
            The reseller is made. Whoever has this link sets a password and is in the portal as its owner. It
            holds for 7 days, once.
          </Trans>
        </OnceShown>
      )}
    </Page>
  )
}

function useColumns(): Column<Reseller>[] {
  const { t } = useLingui()
  const may = useMay()
  const money: Column<Reseller>[] = [
    {
      ...{ id: 'available', head: t`Available`, width: 130, end: true, rank: 0, sort: 'available' },
      cell: ({ available, currency }) => <Amount value={available} currency={currency} />,
    },
    {
      ...{ id: 'held', head: t`Held`, width: 120, end: true, rank: 4 },
      cell: ({ held, currency }) => <Amount value={held} currency={currency} />,
    },
    {
      ...{ id: 'credit_limit', head: t`Credit limit`, width: 120, end: true, rank: 5 },
      cell: ({ credit_limit, currency }) => <Amount value={credit_limit} currency={currency} />,
    },
  ]
  const turnover: Column<Reseller> = {
    ...{ id: 'turnover_30d', head: t`Sold, 30 days`, width: 130, end: true, rank: 1, sort: 'turnover' },
    cell: ({ turnover_30d, currency }) => <SumAmount value={turnover_30d} currency={currency} />,
  }
  return [
    {
      ...{ id: 'name', head: t`Name`, width: 180, grow: true, rank: 0, sort: 'name' },
      cell: ({ name }) => name,
    },
    {
      ...{ id: 'username', head: t`User name`, width: 200, rank: 6 },
      cell: ({ username }) => <span className="code">{username}</span>,
    },
    {
      ...{ id: 'status', head: t`State`, width: 190, rank: 1 },
      cell: (reseller) => (
        <span className={styles.name}>
          {(reseller.status === 'closed' || reseller.invited) && <Status of={reseller} />}{' '}
          <Marks reseller={reseller} />
        </span>
      ),
    },
    { id: 'group', head: t`Price group`, width: 120, rank: 3, cell: ({ group }) => group ?? '–' },
    ...(may('money.read') ? money : []),
    ...(may('reports.read') ? [turnover] : []),
    {
      ...{ id: 'last_order_at', head: t`Last order`, width: 120, rank: 2, sort: 'last_order' },
      cell: ({ last_order_at }) => (last_order_at === null ? '–' : <When at={last_order_at} />),
    },
    {
      ...{ id: 'created_at', head: t`Since`, width: 120, rank: 6, isOptional: true },
      cell: ({ created_at }) => <When at={created_at} />,
    },
    {
      ...{ id: 'email', head: t`E-mail address`, width: 220, rank: 6, isOptional: true },
      cell: ({ email }) => email,
    },
  ]
}

/** `Status` says whether a reseller is active, closed, or invited: nobody of it has been in the portal yet. */
export function Status({ of: { status, invited } }: { of: Pick<Reseller, 'status' | 'invited'> }) {
  const { t } = useLingui()
  if (status === 'closed') return <Badge tone="off">{t`Closed`}</Badge>
  return invited ? <Badge tone="waiting">{t`Invited`}</Badge> : <Badge tone="done">{t`Active`}</Badge>
}

/** `Applied` leads to those who ask for an account, where somebody waits and the person decides about it. */
function Applied() {
  const { data } = useQuery(inboxCountsQuery)
  const count = data?.kinds.find(({ kind }) => kind === 'application')?.count ?? 0
  if (count === 0) return null
  return (
    <p className={styles.applied}>
      <Plural value={count} one="# person asks for an account." other="# people ask for an account." />{' '}
      <Link to="/inbox" search={{ kind: 'application' }}>
        <Trans>Decide</Trans>
      </Link>
    </p>
  )
}

/** `Marks` say what is wrong with a reseller. */
export function Marks({ reseller: { low, webhook, refused_24h: refused } }: { reseller: Reseller }) {
  const { t } = useLingui()
  return (
    <>
      {low && <Badge tone="needs">{t`Low balance`}</Badge>}
      {webhook === 'failing' && <Badge tone="failed">{t`Webhook fails`}</Badge>}
      {webhook === 'paused' && <Badge tone="needs">{t`Webhook paused`}</Badge>}
      {refused >= MANY_REFUSED && <Badge tone="needs">{t`${refused} refused`}</Badge>}
    </>
  )
}

function Card({ reseller }: { reseller: Reseller }) {
  const { name, username, available, currency } = reseller
  return (
    <>
      <span>
        {name} <span className="code muted">{username}</span>
      </span>
      <span>
        <Status of={reseller} /> <Marks reseller={reseller} />{' '}
        {available !== undefined && <Amount value={available} currency={currency} />}
      </span>
    </>
  )
}
