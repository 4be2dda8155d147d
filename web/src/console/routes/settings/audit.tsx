import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Table } from '@mantine/core'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { api, dataOf } from '../../../api/client.ts'
import type { paths } from '../../../api/made/operator.ts'
import { CardTable } from '../../../kit/card-table.tsx'
import { Copy } from '../../../kit/copy.tsx'
import { type Filter, FilterBar, type Values } from '../../../kit/filters.tsx'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { Page } from '../../../kit/page.tsx'
import { usePages } from '../../../kit/pages.ts'
import { roleWords } from '../../../kit/role-words.ts'
import { When } from '../../../kit/when.tsx'
import { Count, useCount } from '../../count.tsx'
import { Difference } from '../../difference.tsx'
import { ExportButton } from '../../export-button.tsx'
import { ListViews } from '../../list-views.tsx'
import { usePickFrom } from '../../pick-from.ts'
import styles from './settings.module.css'

type Query = Record<string, string>

const readChanges = async (query: Values, cursor: string | undefined, signal: AbortSignal) =>
  (
    await dataOf(
      api.GET('/api/operator/audit', {
        params: { query: { ...query, ...(cursor !== undefined && { cursor }) } as object },
        signal,
      }),
    )
  ).page
type Change = Awaited<ReturnType<typeof readChanges>>['items'][number]

type Noun = NonNullable<NonNullable<paths['/api/operator/audit']['get']['parameters']['query']>['what']>

/** `nouns` are the things whose changes are kept: all that the API names. */
const nouns: Readonly<Record<Noun, MessageDescriptor>> = {
  account: msg`account`,
  'answer rule': msg`answer rule`,
  news: msg`News`,
  'account note': msg`Note on a reseller`,
  application: msg`application`,
  backup: msg`backup`,
  channel: msg`notice channel`,
  'credit limit': msg`credit limit`,
  deposit: msg`deposit`,
  'deposit provider': msg`way to pay in`,
  export: msg`file of a list`,
  'field name': msg`name of a field`,
  'former order': msg`former order`,
  group: msg`price group`,
  invoice: msg`invoice`,
  item: msg`item`,
  key: msg`API key`,
  move: msg`move from a panel`,
  'order note': msg`order note`,
  passkey: msg`passkey`,
  person: msg`person of a reseller`,
  plan: msg`plan`,
  price: msg`price`,
  'price rule': msg`price rule`,
  rate: msg`exchange rate`,
  review: msg`review`,
  route: msg`supplier route`,
  'secret key': msg`secret key`,
  seller: msg`who sells`,
  brand: msg`brand`,
  setting: msg`setting`,
  'message text': msg`text of a message`,
  service: msg`service`,
  'service group': msg`group of services`,
  'sign-in': msg`sign-in`,
  'shared result': msg`shared result`,
  staff: msg`person of the staff`,
  'stray payment': msg`stray payment`,
  subscription: msg`who is told`,
  supplier: msg`supplier`,
  'supplier pause': msg`Pause of a supplier`,
  'supplier test': msg`supplier test`,
  'supplier top-up': msg`supplier top-up`,
  sync: msg`list of a supplier`,
  token: msg`operator token`,
  'shared view': msg`shared view`,
  view: msg`look at a portal`,
  webhook: msg`webhook`,
}

/** `Audit` is the trail: who changed what, how it was before, and why. Nothing in it is ever changed or removed. */
export function Audit() {
  const { t, i18n } = useLingui()
  const query = useSearch({ strict: false }) as Query
  const navigate = useNavigate()
  const show = (next: Values) => void navigate({ to: '/settings/audit', search: next })
  const list = usePages<Change>(['audit', query], (cursor, signal) => readChanges(query, cursor, signal))
  const count = useCount('audit', ['audit'], query)
  const choices = Object.entries(nouns)
    .map(([value, words]) => ({ value, label: i18n._(words) }))
    .sort((a, b) => a.label.localeCompare(b.label))
  const pickFrom = usePickFrom()
  const filters: Filter[] = [
    {
      name: 'what',
      label: t`What`,
      kind: 'choice',
      choices,
    },
    {
      ...{ name: 'action', label: t`What was done`, kind: 'choice' },
      choices: [
        { value: 'made', label: t`made` },
        { value: 'changed', label: t`changed` },
        { value: 'removed', label: t`removed` },
      ],
    },
    {
      ...{ name: 'q', label: t`Words`, kind: 'text' },
      help: t`A part of the reason, of the name of who it was, of the thing or of its id.`,
    },
    { name: 'account', label: t`Reseller`, kind: 'pick', from: pickFrom.resellers },
    {
      ...{ name: 'supplier', label: t`Supplier`, kind: 'pick', from: pickFrom.suppliers },
      help: t`Its routes, list, pauses and top-ups are found, too.`,
    },
    { name: 'order', label: t`Order`, kind: 'text', help: t`Its number` },
    {
      ...{ name: 'actor', label: t`Who`, kind: 'text', placeholder: 'staff:3' },
      help: t`As the list names them: staff:3, token:2, key:7, cli:anna.`,
    },
    { name: 'subject', label: t`Its id`, kind: 'text' },
    { name: 'from', label: t`From`, kind: 'day' },
    { name: 'to', label: t`To`, kind: 'day' },
  ]
  const usual: [string, Values][] = [
    [t`All`, {}],
    [t`Prices`, { what: 'price' }],
    [t`Suppliers`, { what: 'supplier' }],
    [t`Staff`, { what: 'staff' }],
    [t`Settings`, { what: 'setting' }],
  ]
  const isNarrowed = Object.keys(query).length > 0
  return (
    <Page title={t`Audit`}>
      <ListViews list="audit" usual={usual} query={query} />
      <FilterBar filters={filters} values={query} onChange={show}>
        <Count count={count} />
        <ExportButton list="/api/operator/audit" query={query} title={t`Export the changes`} />
      </FilterBar>
      <FaultNote fault={list.error} onRetry={list.again} />
      {!list.rows && !list.error && <Loading />}
      {list.rows?.length === 0 && list.isEnd && (
        <Empty>
          {isNarrowed ? (
            <Trans>Nothing was changed that fits these filters.</Trans>
          ) : (
            <Trans>Nothing was changed yet.</Trans>
          )}
        </Empty>
      )}
      {list.rows && list.rows.length > 0 && (
        <CardTable label={t`Changes, the newest first`} className={styles.top ?? ''}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t`When`}</Table.Th>
              <Table.Th>{t`Who`}</Table.Th>
              <Table.Th data-card="what">{t`What`}</Table.Th>
              <Table.Th data-card="words">{t`Before → after`}</Table.Th>
              <Table.Th data-card="words">{t`Why`}</Table.Th>
              <Table.Th data-card="words">{t`Trace id`}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {list.rows.map((change) => (
              <Row key={change.id} change={change} query={query} />
            ))}
          </Table.Tbody>
        </CardTable>
      )}
      {list.more && (
        <Button variant="default" onClick={list.more} mt="md">
          <Trans>Show earlier</Trans>
        </Button>
      )}
    </Page>
  )
}

function Row({ change, query }: { change: Change; query: Query }) {
  const { t, i18n } = useLingui()
  const { at, actor, actor_name: name, role, address, what, subject, before, after, why, plan } = change
  const { trace_id: trace } = change
  return (
    <Table.Tr>
      <Table.Td className={styles.line}>
        <When at={at} exact />
      </Table.Td>
      <Table.Td>
        <Link to="/settings/audit" search={{ ...query, actor }} title={t`Only what ${actor} changed`}>
          {name ?? <span className="code">{actor}</span>}
        </Link>
        <div className="muted">
          {[name && actor, role && i18n._(roleWords(role)), address].filter(Boolean).join('\u00A0· ')}
        </div>
      </Table.Td>
      <Table.Td>
        {i18n._(nouns[what as Noun])}{' '}
        <Link
          to="/settings/audit"
          search={{ ...query, what, subject }}
          className="code"
          title={t`Only changes of ${what} ${subject}`}
        >
          {subject}
        </Link>
        <div className="muted">
          {before === null ? t`made` : after === null ? t`removed` : t`changed`}
          {plan !== null && (
            <>
              {'\u00A0· '}
              <Link to={`/plans/${plan}`}>
                <Trans>plan {plan}</Trans>
              </Link>
            </>
          )}
        </div>
      </Table.Td>
      <Table.Td className={styles.words}>
        <Difference change={change} />
      </Table.Td>
      <Table.Td className={styles.words}>{why}</Table.Td>
      <Table.Td>
        {trace !== null && (
          <Copy value={trace} size="compact-sm" variant="subtle" aria-label={t`Copy the trace id ${trace}`}>
            <span className="code">{trace.slice(0, 8)}…</span>
          </Copy>
        )}
      </Table.Td>
    </Table.Tr>
  )
}
