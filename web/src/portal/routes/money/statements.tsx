import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { dataOf } from '../../../api/client.ts'
import { portal } from '../../../api/portal.ts'
import { monthName } from '../../../kit/months.ts'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { usePages } from '../../../kit/pages.ts'
import { Price } from '../../price.tsx'
import { useSession } from '../../session.tsx'
import styles from './money.module.css'
import { MoneyPage } from './money-page.tsx'

const readMonths = async (cursor: string | undefined, signal: AbortSignal) => {
  const query = { limit: 24, ...(cursor && { cursor: Number(cursor) }) }
  const { page } = await dataOf(portal.GET('/api/statement', { params: { query }, signal }))
  return { items: page.items, next_cursor: page.next_cursor === null ? null : String(page.next_cursor) }
}
type Month = Awaited<ReturnType<typeof readMonths>>['items'][number]

/** `Statements` are the months in which something moved, each as PDF and CSV. */
export function Statements() {
  const { t } = useLingui()
  const { account } = useSession()
  const list = usePages<Month>(['statements'], readMonths)
  return (
    <MoneyPage title={t`Statements`}>
      <p className="muted" style={{ margin: '0 0 12px' }}>
        <Trans>A month begins and ends at midnight in UTC. A month that goes on is as of now.</Trans>
      </p>
      <FaultNote fault={list.error} onRetry={list.again} />
      {!list.rows && !list.error && <Loading rows={4} />}
      {list.rows?.length === 0 && list.isEnd && (
        <Empty>
          <Trans>Nothing has moved the balance yet, so there is no statement.</Trans>
        </Empty>
      )}
      {list.rows && list.rows.length > 0 && (
        <ul className={styles.months} aria-label={t`Statements`}>
          {list.rows.map(({ month, complete, closing_balance: closing }) => (
            <li key={month}>
              <span>
                <strong>{monthName(month)}</strong>{' '}
                {!complete && (
                  <span className="muted">
                    <Trans>goes on</Trans>
                  </span>
                )}
              </span>
              <span>
                <span className="muted">{complete ? t`Balance at the end` : t`Balance so far`}</span>{' '}
                <Price value={closing} currency={account.currency} />
              </span>
              <span className={styles.files}>
                {['pdf', 'csv'].map((format) => (
                  <Button
                    key={format}
                    component="a"
                    href={`/api/statement/${month}?format=${format}`}
                    download
                    variant="default"
                    size="compact-md"
                    aria-label={`${monthName(month)}, ${format.toUpperCase()}`}
                  >
                    {format.toUpperCase()}
                  </Button>
                ))}
              </span>
            </li>
          ))}
        </ul>
      )}
      {list.more && (
        <Button variant="default" mt="md" onClick={list.more}>
          <Trans>Show earlier</Trans>
        </Button>
      )}
    </MoneyPage>
  )
}
