import { useLingui } from '@lingui/react/macro'
import { useQueryClient } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useRefreshOn } from '../../../api/events.ts'
import { Page } from '../../../kit/page.tsx'
import { DepositPane } from '../../deposit-pane.tsx'
import { History } from '../../history.tsx'
import styles from './money.module.css'

const TOPICS = ['deposits']
const KEY = ['deposit']

/** `Deposit` is one deposit, as the inbox has it, whatever its state. */
export function Deposit() {
  const { t } = useLingui()
  const { id = '' } = useParams({ strict: false }) as { id?: string }
  const client = useQueryClient()
  useRefreshOn(TOPICS, KEY)
  return (
    <Page title={t`Deposit ${id}`}>
      <div className={styles.pane}>
        <DepositPane
          key={id}
          id={Number(id)}
          onDone={() =>
            void Promise.all([
              client.invalidateQueries({ queryKey: KEY }),
              client.invalidateQueries({ queryKey: ['deposits'] }),
            ])
          }
        />
        <History what="deposit" subject={id} />
      </div>
    </Page>
  )
}
