import { Trans, useLingui } from '@lingui/react/macro'
import { Button, TextInput } from '@mantine/core'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { useRefreshOn } from '../../../api/events.ts'
import { Amount } from '../../../kit/amount.tsx'
import { type Filter, FilterBar, type Values, withValue } from '../../../kit/filters.tsx'
import { useKeys } from '../../../kit/keys.tsx'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { Page } from '../../../kit/page.tsx'
import { usePages } from '../../../kit/pages.ts'
import { useMay } from '../../../kit/session.tsx'
import { Badge } from '../../../kit/state-badge.tsx'
import { type Column, List, LookMenu, useLook } from '../../../kit/table.tsx'
import { When } from '../../../kit/when.tsx'
import { NewReseller } from './new-reseller.tsx'
import { type Reseller, readResellers } from './reseller-data.ts'

const TOPICS = ['accounts', 'balances']
const KEY = ['resellers']

/** `Resellers` lists the accounts that order here. */
export function Resellers() {
  const { t } = useLingui()
  const query = useSearch({ strict: false }) as Values
  const navigate = useNavigate()
  const may = useMay()
  const [look, setLook] = useLook('resellers')
  const [isMaking, setMaking] = useState(false)
  const list = usePages<Reseller>([...KEY, query], (cursor, signal) => readResellers(query, cursor, signal))
  useRefreshOn(TOPICS, KEY)
  const columns = useColumns()
  const filters: Filter[] = [
    {
      ...{ name: 'status', label: t`State`, kind: 'choices' },
      choices: [
        { value: 'active', label: t`Active` },
        { value: 'closed', label: t`Closed` },
      ],
    },
    { name: 'group', label: t`Price group`, kind: 'text' },
  ]
  const set = (values: Values) => void navigate({ to: '/resellers', search: values })
  const mayMake = may('resellers.edit')
  useKeys(mayMake ? { n: [t`New reseller`, () => setMaking(true)] } : {})
  const newButton = mayMake && (
    <Button onClick={() => setMaking(true)}>
      <Trans>New reseller</Trans>
    </Button>
  )
  return (
    <Page
      title={t`Resellers`}
      actions={
        <>
          <LookMenu columns={columns} look={look} onLook={setLook} />
          {newButton}
        </>
      }
    >
      <FilterBar filters={filters} values={query} onChange={set}>
        <TextInput
          key={query['search']}
          aria-label={t`Name, user name or e-mail address`}
          placeholder={t`Name, user name or e-mail address`}
          defaultValue={query['search']}
          w={280}
          onKeyDown={({ key, currentTarget }) => {
            if (key === 'Enter') set(withValue(query, 'search', currentTarget.value.trim()))
          }}
          onBlur={({ currentTarget }) => set(withValue(query, 'search', currentTarget.value.trim()))}
        />
      </FilterBar>
      <FaultNote fault={list.error} onRetry={list.again} />
      {!list.rows && !list.error && <Loading />}
      {list.rows?.length === 0 &&
        (Object.keys(query).length > 0 ? (
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
          name={t`Resellers`}
          idOf={({ id }) => id}
          card={(reseller) => <Card reseller={reseller} />}
          to={({ username }) => `/resellers/${username}`}
          label={({ name }) => name}
          onOpen={({ username }) => void navigate({ to: `/resellers/${username}` })}
        />
      )}
      {isMaking && <NewReseller onClose={() => setMaking(false)} />}
    </Page>
  )
}

function useColumns(): Column<Reseller>[] {
  const { t } = useLingui()
  const may = useMay()
  const money: Column<Reseller>[] = [
    {
      ...{ id: 'available', head: t`Available`, width: 130, end: true, rank: 0 },
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
  return [
    { id: 'name', head: t`Name`, width: 180, grow: true, rank: 0, cell: ({ name }) => name },
    {
      ...{ id: 'username', head: t`User name`, width: 200, rank: 3 },
      cell: ({ username }) => <span className="code">{username}</span>,
    },
    { id: 'status', head: t`State`, width: 100, rank: 2, cell: ({ status }) => <Status status={status} /> },
    { id: 'group', head: t`Price group`, width: 120, rank: 3, cell: ({ group }) => group ?? '–' },
    ...(may('money.read') ? money : []),
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

export function Status({ status }: { status: Reseller['status'] }) {
  const { t } = useLingui()
  return status === 'active' ? <Badge tone="done">{t`Active`}</Badge> : <Badge tone="off">{t`Closed`}</Badge>
}

function Card({ reseller: { name, username, status, available, currency } }: { reseller: Reseller }) {
  return (
    <>
      <span>
        {name} <span className="code muted">{username}</span>
      </span>
      <span>
        <Status status={status} />{' '}
        {available !== undefined && <Amount value={available} currency={currency} />}
      </span>
    </>
  )
}
