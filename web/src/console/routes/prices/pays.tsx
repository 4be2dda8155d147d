import { msg } from '@lingui/core/macro'
import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { Button, Select, Table, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { useRefreshOn } from '../../../api/events.ts'
import { Amount, digitsOf } from '../../../kit/amount.tsx'
import { CardTable } from '../../../kit/card-table.tsx'
import { Copy } from '../../../kit/copy.tsx'
import { FileLink } from '../../../kit/file-link.tsx'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { percentText } from '../../../kit/numbers.ts'
import { Page } from '../../../kit/page.tsx'
import { PickOne, type Source } from '../../../kit/pick.tsx'
import { useMay } from '../../../kit/session.tsx'
import { fitting, usePickFrom } from '../../pick-from.ts'
import { priceGroupsQuery } from '../../price-groups.ts'
import { isLess } from './edits.ts'
import { PriceHistory } from './history.tsx'
import styles from './prices.module.css'
import { useRuleWords } from './rule-words.ts'
import { type PriceColumn, type PriceRow, rulesQuery } from './use-price-grid.ts'

const TOPICS = ['prices', 'routes', 'accounts']
const KEY = ['prices', 'for']
/** FIRST is how many services are drawn at first, and more at a time. */
const FIRST = 200

/** `PricesFor` is what one reseller pays, as a page of the price book. */
export function PricesFor() {
  const { t } = useLingui()
  const { username = '' } = useParams({ strict: false }) as { username?: string }
  const account = useQuery({
    queryKey: ['resellers', username],
    queryFn: ({ signal }) =>
      dataOf(
        api.GET('/api/operator/accounts/{account}', { params: { path: { account: username } }, signal }),
      ),
  })
  const name = account.data?.name ?? username
  return (
    <Page
      title={t`What ${name} pays`}
      actions={
        <Button
          variant="default"
          size="compact-md"
          renderRoot={(props) => <Link to="/resellers/$username" params={{ username }} {...props} />}
        >
          <Trans>The reseller</Trans>
        </Button>
      }
    >
      <Pays username={username} />
    </Page>
  )
}

/** `ResellerPrices` is the same as a tab of the reseller's page. */
export function ResellerPrices() {
  const { username = '' } = useParams({ strict: false }) as { username?: string }
  return <Pays username={username} />
}

function Pays({ username }: { username: string }) {
  const { t } = useLingui()
  const may = useMay()
  const search = useSearch({ strict: false }) as Record<string, string>
  const navigate = useNavigate()
  const words = useRuleWords()
  const [asked, setAsked] = useState<PriceRow>()
  const [shown, setShown] = useState(FIRST)
  const { compare, ...filter } = search
  const path = { account: username }
  const read = useQuery({
    queryKey: [...KEY, username, search],
    queryFn: ({ signal }) =>
      dataOf(
        api.GET('/api/operator/prices/for/{account}', { params: { path, query: search as object }, signal }),
      ),
  })
  const rules = useQuery(rulesQuery)
  useRefreshOn(TOPICS, KEY)
  const ruleOf = new Map(rules.data?.rules.map((rule) => [rule.id, rule]))
  const set = (changes: Record<string, string | undefined>) => {
    const next = Object.entries({ ...search, ...changes }).filter(
      (one): one is [string, string] => one[1] !== undefined && one[1] !== '',
    )
    void navigate({ to: '.', search: Object.fromEntries(next) as never, replace: true })
  }
  const grid = read.data
  const [own, other] = grid?.columns ?? []
  const hasCosts = grid?.rows.some(({ costs }) => costs !== undefined) ?? false
  const rows = grid?.rows ?? []
  const costDigits = digitsOf(rows.map(({ costs }) => costs?.[0]))
  const priceDigits = digitsOf(rows.map(({ cells: [cell] }) => cell?.p))
  const copied = () =>
    rows.flatMap(({ code, name, cells: [cell] }) => (cell ? [`${code}\t${name}\t${cell.p}`] : [])).join('\n')
  return (
    <>
      <div className={styles.filters}>
        <TextInput
          key={search['q'] ?? ''}
          className={styles.search}
          label={t`Service`}
          placeholder={t`Name or code`}
          defaultValue={search['q'] ?? ''}
          onBlur={({ currentTarget }) =>
            currentTarget.value !== (search['q'] ?? '') && set({ q: currentTarget.value })
          }
          onKeyDown={({ key, currentTarget }) => key === 'Enter' && set({ q: currentTarget.value })}
        />
        <Select
          label={t`Show`}
          w={{ base: 'auto', sm: 190 }}
          value={
            ['below_cost', 'no_price'].find((name) => filter[name]) ?? (filter['rule'] ? 'fixed' : 'all')
          }
          allowDeselect={false}
          data={[
            { value: 'all', label: t`All services` },
            { value: 'fixed', label: t`With a fixed price` },
            ...(may('costs.read') ? [{ value: 'below_cost', label: t`Below the cost` }] : []),
            { value: 'no_price', label: t`Without a price` },
          ]}
          onChange={(value) =>
            set({
              ...{ below_cost: undefined, no_price: undefined, rule: undefined },
              ...(value === 'fixed' && { rule: 'fixed' }),
              ...((value === 'below_cost' || value === 'no_price') && { [value]: 'yes' }),
            })
          }
        />
        <CompareWith value={compare ?? ''} onChange={(value) => set({ compare: value })} />
        <div className={styles.end}>
          <Copy value={grid ? copied() : ''} disabled={rows.length === 0}>{t`Copy`}</Copy>
          <FileLink
            href={`/api/operator/prices/for/${encodeURIComponent(username)}/prices.csv?${new URLSearchParams(search)}`}
          />
        </div>
      </div>
      <FaultNote fault={read.error} onRetry={() => void read.refetch()} />
      {read.isPending && <Loading />}
      {grid && rows.length === 0 && (
        <Empty
          action={
            Object.keys(filter).length > 0 && (
              <Button
                variant="default"
                onClick={() => set({ q: '', below_cost: '', no_price: '', rule: '' })}
              >
                <Trans>Clear the filters</Trans>
              </Button>
            )
          }
        >
          {Object.keys(filter).length > 0 ? t`No service fits these filters.` : t`No services yet.`}
        </Empty>
      )}
      {rows.length > 0 && (
        <CardTable label={t`Prices of ${username}`} verticalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t`Service`}</Table.Th>
              <Table.Th ta="end" data-card="state">{t`Pays, in ${own?.currency ?? ''}`}</Table.Th>
              <Table.Th data-card="words">{t`Because`}</Table.Th>
              {other && <Table.Th ta="end">{nameOf(other, t`Everyone`)}</Table.Th>}
              {hasCosts && <Table.Th ta="end">{t`Cost`}</Table.Th>}
              {hasCosts && <Table.Th ta="end">{t`Margin`}</Table.Th>}
              <Table.Th>
                <span className="visually-hidden">{t`Actions`}</span>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.slice(0, shown).map((row) => {
              const { id, code, name, costs, cells } = row
              const [cell, beside] = cells
              return (
                <Table.Tr key={id}>
                  <Table.Td>
                    {name} <span className="code muted">{code}</span>
                  </Table.Td>
                  <Table.Td ta="end" className={cell?.b ? styles.below : undefined}>
                    {cell?.b && <span title={t`Below the cost`}>▼ </span>}
                    <Amount value={cell?.p} digits={priceDigits} />
                  </Table.Td>
                  <Table.Td className="muted">{words(cell, ruleOf.get(cell?.r ?? 0), own)}</Table.Td>
                  {other && (
                    <Table.Td ta="end">
                      <Beside own={cell?.p} other={beside?.p} />
                    </Table.Td>
                  )}
                  {hasCosts && (
                    <Table.Td ta="end" className="muted">
                      <Amount value={costs?.[0]} digits={costDigits} />
                    </Table.Td>
                  )}
                  {hasCosts && <Table.Td ta="end">{percentText(cell?.m ?? '–')}</Table.Td>}
                  <Table.Td ta="end">
                    {may('costs.read') && (
                      <Button
                        size="compact-sm"
                        variant="subtle"
                        aria-label={t`History of ${name}`}
                        onClick={() => setAsked(row)}
                      >
                        <Trans>History</Trans>
                      </Button>
                    )}
                  </Table.Td>
                </Table.Tr>
              )
            })}
          </Table.Tbody>
        </CardTable>
      )}
      {rows.length > shown && (
        <Button mt="md" variant="default" onClick={() => setShown(shown + FIRST)}>
          <Plural value={rows.length - shown} one="Show # more service" other="Show # more services" />
        </Button>
      )}
      {asked && own && <PriceHistory row={asked} column={own} onClose={() => setAsked(undefined)} />}
    </>
  )
}

const nameOf = ({ username, group, account }: PriceColumn, everyone: string): string =>
  (account !== null ? username : group) ?? everyone

/** `Beside` shows what somebody else pays, and in words whether that is more. */
function Beside({ own, other }: { own: string | undefined; other: string | undefined }) {
  const { t } = useLingui()
  const said =
    own === undefined || other === undefined
      ? undefined
      : isLess(own, other)
        ? t`more`
        : isLess(other, own)
          ? t`less`
          : t`the same`
  return (
    <>
      <Amount value={other} /> {said && <span className="muted">{said}</span>}
    </>
  )
}

/** `CompareWith` chooses whose prices stand beside: everyone's, a price group's, or those of another reseller. */
function CompareWith({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const { t } = useLingui()
  const groups = useQuery(priceGroupsQuery)
  const [text, setText] = useState(shownOf(value))
  const names = groups.data?.items.map(({ name }) => name) ?? []
  const everyone = t`Everyone`
  const { resellers } = usePickFrom()
  const from: Source = {
    key: ['compare', names],
    none: msg`No price group or reseller has this in its name.`,
    isFew: true,
    read: async (typed, signal) => {
      const near = fitting(
        [everyone, ...names].map((name) => ({ value: name, name })),
        typed,
      )
      if (typed === '' || resellers.isOff) return near
      const others = await resellers.read(typed, signal)
      return [...near, ...others.filter(({ value }) => !near.some((one) => one.value === value))]
    },
  }
  const submit = (given: string) => {
    const wanted = given.trim()
    if (wanted === '') onChange('')
    else if (wanted === everyone) onChange('everyone')
    else onChange(names.includes(wanted) ? `group:${wanted}` : `account:${wanted}`)
  }
  return (
    <PickOne
      from={from}
      label={t`Compare with`}
      placeholder={t`A price group or reseller`}
      w={{ base: 'auto', sm: 220 }}
      value={text === 'everyone' ? everyone : text}
      onChange={(typed) => {
        setText(typed)
        if (typed === '') onChange('')
      }}
      onPick={submit}
    />
  )
}

const shownOf = (value: string): string => value.replace(/^(group|account):/, '')
