import { Trans, useLingui } from '@lingui/react/macro'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useRefreshOn } from '../../../api/events.ts'
import { isNone } from '../../../kit/faults.ts'
import { useKeys } from '../../../kit/keys.tsx'
import { Page } from '../../../kit/page.tsx'
import { DepositPane, depositQuery } from '../../deposit-pane.tsx'
import { History } from '../../history.tsx'
import { NoSuch } from '../../no-such.tsx'
import { OpenedBeside } from '../../opened-beside.tsx'
import styles from './money.module.css'

const TOPICS = ['deposits']
const KEY = ['deposit']

/** `Deposit` is one deposit, as the inbox has it, whatever its state. */
export function Deposit() {
  const { t } = useLingui()
  const { id = '' } = useParams({ strict: false }) as { id?: string }
  const readAgain = useReadAgain()
  useRefreshOn(TOPICS, KEY)
  const isNumber = /^\d{1,15}$/.test(id)
  const { error } = useQuery({
    ...depositQuery(Number(id)),
    // What is not there is not asked for again.
    enabled: ({ state }) => isNumber && !isNone(state.error),
  })
  if (!isNumber || isNone(error))
    return (
      <NoSuch title={t`Deposit ${id}`} to="/money/deposits" list={t`To the deposits`} isFound={false}>
        <Trans>There is no deposit {id} in this installation.</Trans>
      </NoSuch>
    )
  return (
    <Page title={t`Deposit ${id}`}>
      <div className={styles.pane}>
        <DepositPane key={id} id={Number(id)} onDone={readAgain} />
        <History what="deposit" subject={id} />
      </div>
    </Page>
  )
}

/** `DepositBeside` is a deposit beside the list that it was opened in. */
export function DepositBeside({ id, onClose }: { id: number; onClose: () => void }) {
  const { t } = useLingui()
  useRefreshOn(TOPICS, KEY)
  useKeys({ Escape: [t`Close`, onClose] })
  const readAgain = useReadAgain()
  return (
    <OpenedBeside name={t`Deposit ${id}`} page={`/money/deposits/${id}`} onClose={onClose}>
      <div className={styles.opened}>
        <DepositPane id={id} onDone={readAgain} />
        <History what="deposit" subject={String(id)} />
      </div>
    </OpenedBeside>
  )
}

/** `useReadAgain` reads again what a decision about a deposit has changed. */
function useReadAgain(): () => void {
  const client = useQueryClient()
  return () => void Promise.all([KEY, ['deposits']].map((queryKey) => client.invalidateQueries({ queryKey })))
}
