import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { ActDialog } from '../../../kit/act-dialog.tsx'
import { money } from '../../../kit/amount.tsx'
import { Dialog } from '../../../kit/dialog.tsx'
import { FaultNote, Loading } from '../../../kit/notes.tsx'
import { sayingText } from '../../../kit/saying.tsx'
import { Applied } from '../../applied.tsx'
import { type BulkAction, bulkWords } from './bulk-actions.ts'
import styles from './order.module.css'
import { whyNot } from './why-not.ts'

export interface BulkProps {
  action: BulkAction
  /** `chosen` are these orders, or all that fit a filter up to the newest one. */
  chosen: { orders: number[] } | { filter: Readonly<Record<string, string>>; newest: number }
  onClose: () => void
}

/** KINDS are those of actions that have a kind of plan of their own. */
const KINDS = {
  refund: 'orders.refund',
  resend: 'orders.resend',
  correct: 'orders.correct',
  deliver: 'orders.deliver',
  note: 'orders.note',
} as const

const kindOf = (action: BulkAction): (typeof KINDS)[keyof typeof KINDS] | 'orders.bulk' =>
  action in KINDS ? KINDS[action as keyof typeof KINDS] : 'orders.bulk'

/**
 * More is what is asked for beside the orders: the supplier that they go to, the note that they get, or the lines with their results, which name the
 * orders themselves.
 */
export type More = { supplier: string } | { note: string } | { lines: string }

/** `inputOf` gives the input of the plan. */
function inputOf(action: BulkAction, chosen: BulkProps['chosen'], more: More | undefined): object {
  if (!more) return action in KINDS ? chosen : { ...chosen, action }
  if ('lines' in more) return { text: more.lines }
  return 'note' in more ? { ...chosen, text: more.note } : { ...chosen, ...more }
}

/** `Planned` shows what would be done, and does it as shown, order by order. */
export function Planned({
  action,
  chosen,
  more,
  onBack,
  onClose,
}: BulkProps & {
  more?: More
  /** `onBack` leads to the lines again, which are kept. */
  onBack?: () => void
}) {
  const { t, i18n } = useLingui()
  const [applied, setApplied] = useState<number>()
  const key = useMemo(() => crypto.randomUUID(), [])
  const made = useQuery({
    queryKey: ['plan', key],
    queryFn: () => {
      const input = inputOf(action, chosen, more) as never
      return dataOf(api.POST('/api/operator/plans', { body: { kind: kindOf(action), input } }))
    },
    staleTime: Number.POSITIVE_INFINITY,
    meta: { isMade: true },
    retry: false,
  })
  // Behind a button follows more; a title stands for itself.
  const title = i18n._(bulkWords[action]).replace(/…$/, '')
  const lines = more && 'lines' in more ? more.lines : undefined
  const back = onBack && (
    <Button variant="default" size="compact-md" mt="md" onClick={onBack}>
      <Trans>Change the text</Trans>
    </Button>
  )
  if (applied !== undefined) return <Applied plan={applied} title={title} words={whyNot} onClose={onClose} />
  if (!made.data)
    return (
      <Dialog opened onClose={onClose} title={title}>
        <FaultNote fault={made.error} untouched={<Trans>Nothing was done.</Trans>} />
        {made.isPending && <Loading rows={2} />}
        {made.error && back}
      </Dialog>
    )
  const { id, verdicts, rows, summary } = made.data
  const fits = verdicts['fits'] ?? 0
  const given = Object.entries((summary['gives_back'] ?? summary['charges'] ?? {}) as Record<string, string>)
  const sum = given.map(([currency, amount]) => money(amount, currency)).join(' + ')
  const needsReason = action !== 'note' && (action === 'cancel' || action in KINDS)
  const supplier = more && 'supplier' in more ? more.supplier : ''
  const misfits =
    lines === undefined ? (
      <Misfits verdicts={verdicts} />
    ) : (
      <MisfitLines plan={id} lines={lines} verdicts={verdicts} />
    )
  if (fits === 0)
    return (
      <Dialog opened onClose={onClose} title={title}>
        {misfits}
        {back}
      </Dialog>
    )
  return (
    <ActDialog
      title={title}
      button={buttonOf()}
      isDangerous={action === 'refund' || action === 'cancel'}
      needsReason={needsReason}
      reasons={reasonsOf()}
      untouched={<Trans>No money has moved.</Trans>}
      act={async ({ key: once, why }) => {
        const params = { path: { id }, header: { 'idempotency-key': once } }
        await dataOf(
          api.POST('/api/operator/plans/{id}/apply', { params, body: { ...(why && { why }) } } as never),
        )
        setApplied(id)
      }}
      onClose={() => {
        // The dialog stays, with how far it has come.
        setApplied((old) => {
          if (old === undefined) onClose()
          return old
        })
      }}
    >
      <p>
        {action === 'deliver' ? (
          <Trans>
            {fits} of {rows} lines deliver an item. {sum} is charged to the resellers, whose shops are told;
            an item is charged anew once.
          </Trans>
        ) : action === 'note' ? (
          <Plural value={rows} one="# order gets this note:" other="# orders get this note:" />
        ) : action === 'correct' ? (
          <Trans>
            {fits} of {rows} lines replace a result. Prices stay charged, and the resellers are told.
          </Trans>
        ) : (
          <Trans>
            It fits {fits} of {rows} orders.
          </Trans>
        )}{' '}
        {action === 'refund' && (
          <Trans>{sum} goes back to the resellers, who read the reason; these orders have failed then.</Trans>
        )}
        {action === 'cancel' && sum !== '' && (
          <Trans>{sum} goes back at once; of what is with a supplier a person is asked first.</Trans>
        )}
        {action === 'cancel' && sum === '' && (
          <Trans>
            All of it is with suppliers: a person is asked, and nothing is given back before that is decided.
          </Trans>
        )}
        {(action === 'ask' || action === 'verify') && <Trans>No money moves by that.</Trans>}
        {action === 'resend' && (
          <Trans>Those that still wait go to {supplier} next. Their prices stay as they are.</Trans>
        )}
      </p>
      {more && 'note' in more && <p className={styles.noted}>{more.note}</p>}
      {misfits}
      {back}
    </ActDialog>
  )

  function reasonsOf(): string[] {
    if (action === 'deliver') return [t`The supplier delivered late`, t`Given back by mistake`]
    if (action === 'refund') return [t`The results were wrong`, t`They came too late`, t`Out of goodwill`]
    return action === 'cancel' ? [t`The reseller asked for it`, t`They take too long`] : []
  }

  function buttonOf(): string {
    switch (action) {
      case 'refund':
        return t`Refund ${sum}`
      case 'cancel':
        return sum === '' ? t`Ask for ${fits} cancellations` : t`Cancel and give back ${sum}`
      case 'ask':
        return t`Ask about ${fits}`
      case 'verify':
        return t`Have ${fits} verified`
      case 'resend':
        return t`Send ${fits} to ${supplier}`
      case 'deliver':
        return t`Deliver ${fits} and charge ${sum}`
      case 'note':
        return t`Write it down`
      case 'correct':
        return t`Replace ${fits} results`
      default:
        return t`Send ${fits} again`
    }
  }
}

/** `Misfits` says how many orders are left out, and why. */
function Misfits({ verdicts }: { verdicts: Record<string, number> }) {
  const { i18n } = useLingui()
  const rest = Object.entries(verdicts).filter(([name]) => name !== 'fits')
  if (rest.length === 0) return null
  return (
    <ul className={styles.earlier}>
      {rest.map(([name, count]) => {
        const words = whyNot[name]
        return (
          <li key={name}>
            <span>
              <Plural value={count} one="# order is left out" other="# orders are left out" />
            </span>
            <span className="muted">{words ? i18n._(words) : name}</span>
          </li>
        )
      })}
    </ul>
  )
}

/** MOST_LINES is how many lines that are left out for one reason are shown. */
const MOST_LINES = 100

/** `MisfitLines` shows the pasted lines that are left out, and why. */
function MisfitLines({
  plan: id,
  lines,
  verdicts,
}: {
  plan: number
  lines: string
  verdicts: Record<string, number>
}) {
  const { t, i18n } = useLingui()
  const names = Object.keys(verdicts).filter((name) => name !== 'fits')
  const rows = useQuery({
    queryKey: ['plan', id, 'rows', 'misfits'],
    enabled: names.length > 0,
    queryFn: async ({ signal }) => {
      const read = names.map((verdict) => {
        const params = { path: { id }, query: { limit: MOST_LINES, verdict } }
        return dataOf(api.GET('/api/operator/plans/{id}/rows', { params, signal }))
      })
      return (await Promise.all(read))
        .flatMap(({ page }) => page.items)
        .toSorted((one, other) => one.position - other.position)
    },
  })
  const texts = lines.split(/\r?\n/)
  const count = names.reduce((sum, name) => sum + (verdicts[name] ?? 0), 0)
  const rest = count - (rows.data?.length ?? count)
  if (names.length === 0) return null
  return (
    <>
      <p>
        <Plural value={count} one="# line is left out:" other="# lines are left out:" />
      </p>
      <FaultNote fault={rows.error} onRetry={() => void rows.refetch()} />
      {rows.isPending && <Loading rows={2} />}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it is scrolled by keys */}
      <section className={styles.misfits} tabIndex={0} aria-label={t`Lines`}>
        <ul>
          {rows.data?.map(({ position, subject, verdict, warnings_said: said }) => {
            const line = Number(subject['line'])
            const words = whyNot[verdict]
            return (
              <li key={position}>
                <span>
                  <Trans>Line {line}</Trans> <span className="code">{texts[line - 1]?.trim()}</span>
                </span>
                <span className="muted">{sayingText(said[0]) ?? (words ? i18n._(words) : verdict)}</span>
              </li>
            )
          })}
        </ul>
      </section>
      {rest > 0 && (
        <p className="muted">
          <Plural value={rest} one="and # more line" other="and # more lines" />
        </p>
      )}
    </>
  )
}
