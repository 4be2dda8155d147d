import { useLingui } from '@lingui/react/macro'
import { Table } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { Link } from '@tanstack/react-router'
import { Amount } from './amount.tsx'
import styles from './balance-changes.module.css'
import type { Filter } from './filters.tsx'
import { Scrolling } from './scrolling.tsx'
import { PHONE } from './table.tsx'
import { When } from './when.tsx'

/** BalanceChange is what moved the available balance, as both APIs of people give it. */
export interface BalanceChange {
  id: number
  type: 'credit' | 'debit'
  reason: 'order' | 'refund' | 'deposit' | 'adjustment' | 'transfer'
  amount: string
  balance_after: string
  /** `happening` is what it was; `words` are those of a person. */
  happening: keyof ReturnType<typeof useHappenings>
  item: number | null
  words: string | null
  order: number | null
  created_at: string
}

/** `useReasonWords` gives what the reasons of balance changes are called. */
function useReasonWords(): Record<BalanceChange['reason'], string> {
  const { t } = useLingui()
  return {
    order: t`Order`,
    refund: t`Given back`,
    deposit: t`Deposit`,
    adjustment: t`Adjustment`,
    transfer: t`Transfer`,
  }
}

/** `useHappenings` says what a balance change was, beyond its reason. */
function useHappenings() {
  const { t } = useLingui()
  return {
    held: () => t`Held until there are results`,
    charged: () => t`Charged`,
    charged_in_part: () => t`Charged in part; the rest was given back`,
    hold_given_back: () => t`Held, and given back since: never charged`,
    given_back: (item: number) => t`Item ${item} ended without a result: never charged`,
    refunded: (item: number) => t`Item ${item} had been charged`,
    charged_anew: (item: number) => t`Item ${item} was delivered after all`,
    deposit: () => null,
    adjustment: () => null,
    sent: () => t`Sent`,
    received: () => t`Received`,
    opening: () => t`Opening balance`,
  }
}

/** `useBalanceChangeFilters` gives what a list of balance changes may be narrowed to, by the names of both APIs. */
export function useBalanceChangeFilters(): Filter[] {
  const { t } = useLingui()
  const reasons = Object.entries(useReasonWords()).map(([value, label]) => ({ value, label }))
  const types = [
    { value: 'credit', label: t`Received` },
    { value: 'debit', label: t`Paid out` },
  ]
  return [
    { name: 'type', label: t`Direction`, kind: 'choice', choices: types },
    { name: 'reason', label: t`Reason`, kind: 'choice', choices: reasons },
    { name: 'from', label: t`From, a day in UTC`, kind: 'day' },
    { name: 'to', label: t`To, a day in UTC`, kind: 'day' },
  ]
}

/** `BalanceChanges` lists what moved a balance: a table, or cards on a phone. */
export function BalanceChanges({ rows, currency }: { rows: readonly BalanceChange[]; currency?: string }) {
  const { t } = useLingui()
  const reasons = useReasonWords()
  const happenings = useHappenings()
  const note = ({ happening, item, words }: BalanceChange) =>
    [happenings[happening](item ?? 1), words].filter(Boolean).join('\u00A0· ')
  const isPhone = useMediaQuery(PHONE, window.matchMedia(PHONE).matches)
  const moved = ({ type, amount }: BalanceChange) => (
    <span className={type === 'credit' ? styles.in : undefined}>
      <Amount value={type === 'debit' ? `-${amount}` : `${amount}`} />
    </span>
  )
  const order = ({ order: id }: BalanceChange) =>
    id !== null && (
      <Link to={`/orders/${id}` as string} className="code">
        {id}
      </Link>
    )
  if (isPhone)
    return (
      <ul className={styles.cards} aria-label={t`What moved the balance`}>
        {rows.map((row) => (
          <li key={row.id}>
            <span>
              {reasons[row.reason]} {order(row)}
            </span>
            {moved(row)}
            <span className={`muted ${styles.note}`}>
              <When at={row.created_at} />
              {note(row) !== '' && ` · ${note(row)}`}
            </span>
            <span className="muted">
              <Amount value={row.balance_after} />
            </span>
          </li>
        ))}
      </ul>
    )
  return (
    <Scrolling label={t`What moved the balance`}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t`When`}</Table.Th>
            <Table.Th>{t`Reason`}</Table.Th>
            <Table.Th>{t`Order`}</Table.Th>
            <Table.Th>{t`Note`}</Table.Th>
            <Table.Th ta="end">{currency === undefined ? t`Amount` : t`Amount in ${currency}`}</Table.Th>
            <Table.Th ta="end">{t`Balance after`}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.id}>
              <Table.Td>
                <When at={row.created_at} />
              </Table.Td>
              <Table.Td>{reasons[row.reason]}</Table.Td>
              <Table.Td>{order(row)}</Table.Td>
              <Table.Td className={styles.note}>{note(row)}</Table.Td>
              <Table.Td ta="end">{moved(row)}</Table.Td>
              <Table.Td ta="end">
                <Amount value={row.balance_after} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Scrolling>
  )
}
