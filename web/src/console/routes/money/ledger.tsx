import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { api, dataOf } from '../../../api/client.ts'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { Page } from '../../../kit/page.tsx'
import { Badge } from '../../../kit/state-badge.tsx'
import { When } from '../../../kit/when.tsx'
import styles from './money.module.css'

/** `Ledger` proves the books: every balance and figure computed anew, and every promise looked at. */
export function Ledger() {
  const { t } = useLingui()
  const check = useMutation({
    mutationFn: async () => {
      const found = await dataOf(api.POST('/api/operator/ledger/check', { body: {} }))
      return { ...found, at: new Date().toISOString() }
    },
  })
  const { data } = check
  const broken = data?.checks.filter(({ ok }) => !ok).length ?? 0
  const sorted = data?.checks.toSorted((a, b) => Number(a.ok) - Number(b.ok)) ?? []
  return (
    <Page
      title={t`Ledger`}
      actions={
        <Button onClick={() => check.mutate()} loading={check.isPending}>
          <Trans>Check now</Trans>
        </Button>
      }
    >
      <FaultNote fault={check.error} untouched={<Trans>Nothing was changed.</Trans>} />
      {check.isPending && <Loading rows={6} />}
      {!data && !check.isPending && !check.error && (
        <Empty>
          <Trans>
            Check now computes every balance and figure anew from the ledger, and looks at every promise and
            at the hash chain. It changes nothing, and may take minutes where there is much.
          </Trans>
        </Empty>
      )}
      {data && !check.isPending && (
        <>
          <p className={styles.lead} role="status">
            {data.ok ? (
              <Badge tone="done">{t`The books are right`}</Badge>
            ) : (
              <Badge tone="failed">
                <Plural value={broken} one="# promise is broken" other="# promises are broken" />
              </Badge>
            )}{' '}
            <Trans>
              Checked <When at={data.at} exact />; nothing was changed.
            </Trans>
          </p>
          <ul className={styles.checks} aria-label={t`What was checked`}>
            {sorted.map(({ name, ok, rows }) => (
              <li key={name}>
                {ok ? <Badge tone="done">{t`Right`}</Badge> : <Badge tone="failed">{t`Wrong`}</Badge>}
                <span>{name}</span>
                {rows.length > 0 && (
                  <pre className="code">{rows.map((row) => JSON.stringify(row)).join('\n')}</pre>
                )}
              </li>
            ))}
          </ul>
        </>
      )}
    </Page>
  )
}
