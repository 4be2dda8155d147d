import { Trans, useLingui } from '@lingui/react/macro'
import { Anchor, Button, Group, Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { api, dataOf } from '../../../api/client.ts'
import { useRefreshOn } from '../../../api/events.ts'
import { BalanceChanges } from '../../../kit/balance-changes.tsx'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { usePages } from '../../../kit/pages.ts'
import { ExportButton } from '../../export-button.tsx'

const TOPICS = ['balances']
const KEY = ['balance-changes']
const NO_FILTER = {}

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
  return (
    <Stack gap="xl">
      <Statements username={username} />
      <section aria-label={t`Balance`}>
        <FaultNote fault={list.error} onRetry={list.again} />
        {!list.rows && !list.error && <Loading />}
        {list.rows?.length === 0 && (
          <Empty>
            <Trans>Nothing has moved this balance yet.</Trans>
          </Empty>
        )}
        {list.rows && list.rows.length > 0 && (
          <Stack>
            <Group justify="flex-end">
              <ExportButton
                list={`/api/operator/accounts/${encodeURIComponent(username)}/ledger`}
                query={NO_FILTER}
                title={t`Export what moved the balance`}
              />
            </Group>
            <BalanceChanges rows={list.rows} />
          </Stack>
        )}
        {list.more && (
          <Button variant="default" onClick={list.more}>
            <Trans>Show earlier</Trans>
          </Button>
        )}
      </section>
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
