import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { Amount } from '../../../kit/amount.tsx'
import { monthName } from '../../../kit/months.ts'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { Page } from '../../../kit/page.tsx'
import { PickOne } from '../../../kit/pick.tsx'
import { usePickFrom } from '../../pick-from.ts'
import styles from './money.module.css'

/** `Statements` are those of one reseller, which the URL names. */
export function Statements() {
  const { t } = useLingui()
  const navigate = useNavigate()
  const { account = '' } = useSearch({ strict: false }) as { account?: string }
  const [text, setText] = useState(account)
  const pickFrom = usePickFrom()
  const show = (name: string) =>
    void navigate({ to: '/money/statements', search: name.trim() ? { account: name.trim() } : {} })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    show(text)
  }
  return (
    <Page title={t`Statements`}>
      <form onSubmit={submit} className={styles.filters}>
        <PickOne
          from={pickFrom.resellers}
          label={t`Reseller`}
          w={{ base: '100%', sm: 320 }}
          placeholder={t`Name or user name`}
          value={text}
          onChange={setText}
          onPick={show}
        />
        <Button type="submit" variant="default">
          <Trans>Show</Trans>
        </Button>
      </form>
      {account === '' ? (
        <Empty>
          <Trans>Name a reseller: its months are listed here, each as PDF and CSV. Months are in UTC.</Trans>
        </Empty>
      ) : (
        <Months account={account} />
      )}
    </Page>
  )
}

function Months({ account }: { account: string }) {
  const { t } = useLingui()
  const months = useQuery({
    queryKey: ['statements', account],
    queryFn: ({ signal }) =>
      dataOf(
        api.GET('/api/operator/accounts/{account}/statements', { params: { path: { account } }, signal }),
      ),
  })
  if (months.error) return <FaultNote fault={months.error} onRetry={() => void months.refetch()} />
  if (!months.data) return <Loading rows={4} />
  if (months.data.items.length === 0)
    return (
      <Empty>
        <Trans>Nothing has moved the balance of {account} yet.</Trans>
      </Empty>
    )
  return (
    <ul className={styles.months} aria-label={t`Statements`}>
      {months.data.items.map(({ month, complete, closing_balance, opening_balance, currency }) => (
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
            <span className="muted">{t`From`}</span> <Amount value={opening_balance} />{' '}
            <span className="muted">{t`to`}</span> <Amount value={closing_balance} currency={currency} />
          </span>
          <span className={styles.files}>
            {['pdf', 'csv'].map((format) => (
              <Button
                key={format}
                component="a"
                href={`/api/operator/accounts/${encodeURIComponent(account)}/statements/${month}?format=${format}`}
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
  )
}
