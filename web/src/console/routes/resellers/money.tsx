import { Trans, useLingui } from '@lingui/react/macro'
import { Anchor, Button, Stack, Table } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { api, dataOf } from '../../../api/client.ts'
import { useRefreshOn } from '../../../api/events.ts'
import { Amount } from '../../../kit/amount.tsx'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { usePages } from '../../../kit/pages.ts'
import { Scrolling } from '../../../kit/scrolling.tsx'
import { When } from '../../../kit/when.tsx'

const TOPICS = ['balances']
const KEY = ['balance-changes']

const readChanges = async (account: string, cursor: string | undefined, signal: AbortSignal) => {
  const { page } = await dataOf(
    api.GET('/api/operator/accounts/{account}/ledger', {
      params: { path: { account }, query: cursor === undefined ? {} : { cursor } },
      signal,
    }),
  )
  return page
}
type Change = Awaited<ReturnType<typeof readChanges>>['items'][number]

/** `Money` lists what moved a reseller's balance, and its monthly statements. */
export function Money() {
  const { t } = useLingui()
  const { username = '' } = useParams({ strict: false }) as { username?: string }
  const list = usePages<Change>([...KEY, username], (cursor, signal) => readChanges(username, cursor, signal))
  useRefreshOn(TOPICS, KEY)
  const reasons = {
    order: t`Order`,
    refund: t`Refund`,
    deposit: t`Deposit`,
    adjustment: t`Adjustment`,
    transfer: t`Transfer`,
  }
  return (
    <Stack gap="xl">
      <Statements username={username} />
      <Scrolling label={t`What moved the balance`}>
        <FaultNote fault={list.error} onRetry={list.again} />
        {!list.rows && !list.error && <Loading />}
        {list.rows?.length === 0 && (
          <Empty>
            <Trans>Nothing has moved this balance yet.</Trans>
          </Empty>
        )}
        {list.rows && list.rows.length > 0 && (
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t`When`}</Table.Th>
                <Table.Th>{t`Reason`}</Table.Th>
                <Table.Th>{t`Order`}</Table.Th>
                <Table.Th>{t`Note`}</Table.Th>
                <Table.Th ta="end">{t`Amount`}</Table.Th>
                <Table.Th ta="end">{t`Balance after`}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {list.rows.map(({ id, created_at, type, reason, order, note, amount, balance_after }) => (
                <Table.Tr key={id}>
                  <Table.Td>
                    <When at={created_at} />
                  </Table.Td>
                  <Table.Td>{reasons[reason]}</Table.Td>
                  <Table.Td>
                    {order !== null && (
                      <Link to="/orders/$id" params={{ id: String(order) }} className="code">
                        {order}
                      </Link>
                    )}
                  </Table.Td>
                  <Table.Td>{note}</Table.Td>
                  <Table.Td ta="end">
                    <Amount value={type === 'debit' && !amount.startsWith('-') ? `-${amount}` : amount} />
                  </Table.Td>
                  <Table.Td ta="end">
                    <Amount value={balance_after} />
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )}
        {list.more && (
          <Button variant="default" onClick={list.more}>
            <Trans>Show earlier</Trans>
          </Button>
        )}
      </Scrolling>
    </Stack>
  )
}

function Statements({ username }: { username: string }) {
  const { t } = useLingui()
  const months = useQuery({
    queryKey: ['statements', username],
    queryFn: ({ signal }) =>
      dataOf(
        api.GET('/api/operator/accounts/{account}/statements', {
          params: { path: { account: username } },
          signal,
        }),
      ),
  })
  if (months.error) return <FaultNote fault={months.error} onRetry={() => void months.refetch()} />
  const items = months.data?.items ?? []
  if (items.length === 0) return null
  const file = (month: string, format: string) =>
    `/api/operator/accounts/${encodeURIComponent(username)}/statements/${month}?format=${format}`
  return (
    <section aria-label={t`Statements`}>
      <ul>
        {items.slice(0, 12).map(({ month }) => (
          <li key={month}>
            {month}:{' '}
            <Anchor href={file(month, 'pdf')} download>
              PDF
            </Anchor>
            {' · '}
            <Anchor href={file(month, 'csv')} download>
              CSV
            </Anchor>
          </li>
        ))}
      </ul>
    </section>
  )
}
