import { useLingui } from '@lingui/react/macro'
import { Button, Chip, Group, Stack, Table } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { money } from '../../../kit/amount.tsx'
import { CardTable } from '../../../kit/card-table.tsx'
import { Dialog } from '../../../kit/dialog.tsx'
import { Textarea, TextInput } from '../../../kit/inputs.tsx'
import { useKeys } from '../../../kit/keys.tsx'
import { FaultNote } from '../../../kit/notes.tsx'
import { Saying } from '../../../kit/saying.tsx'
import { useSending } from '../../../kit/sending.ts'
import { Badge, type Tone } from '../../../kit/state-badge.tsx'
import { usePlanRows } from '../../plan-rows.ts'
import styles from './inbox.module.css'

const verdictTones: Record<string, Tone> = {
  answered: 'done',
  refused: 'failed',
  twice: 'needs',
  answered_before: 'off',
  no_fit: 'needs',
  ambiguous: 'needs',
  unreadable: 'off',
}

/** `Paste` shows where every line goes, and then does exactly that. */
export function Paste({
  query,
  hasInputs,
  words: remembered,
  onClose,
  onDone,
}: {
  query: { supplier: string; service: string }
  /** `hasInputs`: the work is about IMEIs or the like, and not about orders alone. */
  hasInputs: boolean
  /** `words` are those that mean refused, as this supplier's sheets had them before. */
  words: readonly string[]
  onClose: () => void
  onDone: () => void
}) {
  const { t } = useLingui()
  const [text, setText] = useState('')
  const [refused, setRefused] = useState(() => remembered.join(', ') || 'not found, rejected')
  const [plan, setPlan] = useState<number>()
  const { isBusy, fault, send: doing } = useSending()
  const [isApplying, setApplying] = useState(false)
  const made = useQuery({
    queryKey: ['plan', plan],
    enabled: plan !== undefined,
    refetchInterval: isApplying ? 1000 : false,
    queryFn: ({ signal }) =>
      dataOf(api.GET('/api/operator/plans/{id}', { params: { path: { id: plan ?? 0 } }, signal })),
  })
  const [verdict, setVerdict] = useState('')
  const rows = usePlanRows(plan, { verdict })
  const verdicts: Record<string, string> = {
    answered: t`Answered`,
    refused: t`Refused`,
    twice: t`Listed twice`,
    answered_before: t`Answered before`,
    no_fit: t`Matches nothing`,
    ambiguous: t`Matches several`,
    unreadable: t`No result in it`,
  }
  const preview = () =>
    void doing(async () => {
      const words = refused
        .split(',')
        .map((one) => one.trim())
        .filter(Boolean)
      const input = { ...query, text, refused: words }
      setVerdict('')
      setPlan(
        (
          await dataOf(
            api.POST('/api/operator/plans', { body: { kind: 'manual.paste', input: input as never } }),
          )
        ).id,
      )
    })
  const counts: Record<string, number> = made.data?.verdicts ?? {}
  const count = (counts['answered'] ?? 0) + (counts['refused'] ?? 0)
  const apply = () =>
    void doing(async () => {
      await dataOf(
        api.POST('/api/operator/plans/{id}/apply', { params: { path: { id: plan ?? 0 } }, body: {} }),
      )
      setApplying(true)
    })
  const isDone = made.data?.state === 'applied'
  const leave = () => {
    onDone()
    onClose()
  }
  useEffect(() => {
    if (isDone) setApplying(false)
  }, [isDone])
  useKeys({
    'Ctrl+Enter': [
      t`Carry out, and open the next`,
      () => (plan === undefined ? preview() : isDone ? leave() : apply()),
    ],
  })
  return (
    <Dialog opened onClose={isDone ? leave : onClose} title={t`Paste results`} size="xl">
      <Stack>
        {plan === undefined ? (
          <>
            <Textarea
              field="file"
              label={
                hasInputs ? t`Lines of an IMEI and its result` : t`Lines of an order number and its result`
              }
              description={
                hasInputs
                  ? t`As they are copied from chats and sheets: numbering, quotes, dashes and any separator are forgiven. The order number or the reseller’s reference may stand in place of the IMEI.`
                  : t`As they are copied from chats and sheets: numbering, quotes, dashes and any separator are forgiven. The reseller’s reference may stand in place of the order number.`
              }
              value={text}
              onChange={({ currentTarget }) => setText(currentTarget.value)}
              autosize
              minRows={8}
              maxRows={16}
              data-autofocus
              classNames={{ input: 'code' }}
            />
            <TextInput
              field="refused"
              label={t`Words that mean refused, with commas between`}
              description={t`A result that begins with one of these is refused: the next supplier may try, or the money goes back. They are remembered of this supplier.`}
              value={refused}
              onChange={({ currentTarget }) => setRefused(currentTarget.value)}
            />
            <FaultNote fault={fault} untouched={t`Nothing was written.`} />
            <div className={styles.foot}>
              <Button variant="default" onClick={onClose}>{t`Close`}</Button>
              <Button onClick={preview} loading={isBusy} disabled={text.trim() === ''}>{t`Preview`}</Button>
            </div>
          </>
        ) : (
          <>
            <Chip.Group value={verdict} onChange={(chosen) => setVerdict(String(chosen))}>
              <Group gap="xs" role="group" aria-label={t`Which lines`}>
                <Chip name="verdict" value="" size="xs" variant="outline">
                  {t`All ${made.data?.rows ?? 0}`}
                </Chip>
                {Object.entries(counts).map(([one, many]) => (
                  <Chip key={one} name="verdict" value={one} size="xs" variant="outline">
                    {many} {verdicts[one] ?? one}
                  </Chip>
                ))}
              </Group>
            </Chip.Group>
            <CardTable label={t`Lines`}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t`Line`}</Table.Th>
                  <Table.Th>{t`Is for`}</Table.Th>
                  <Table.Th data-card="state">{t`Becomes`}</Table.Th>
                  <Table.Th data-card="words">{t`With`}</Table.Th>
                  <Table.Th ta="end">{t`Money`}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {rows.rows.map((row) => {
                  const { line, ...found } = row.subject as Found
                  const after = row.after as { result?: string; refusal?: string } | null
                  const { currency = 'USD', charged, back } = (row.money ?? {}) as Record<string, string>
                  return (
                    <Table.Tr key={row.position}>
                      <Table.Td>{line}</Table.Td>
                      <Table.Td>
                        <FoundBy {...found} />
                      </Table.Td>
                      <Table.Td>
                        <Badge tone={verdictTones[row.verdict] ?? 'off'}>
                          {verdicts[row.verdict] ?? row.verdict}
                        </Badge>
                      </Table.Td>
                      <Table.Td>
                        {row.reason !== null ? (
                          <Saying text={row.reason} said={row.reason_said} />
                        ) : (
                          (after?.result ??
                          after?.refusal ??
                          row.warnings.map((one, at) => (
                            <Saying key={one} text={one} said={row.warnings_said[at]} />
                          )))
                        )}
                      </Table.Td>
                      <Table.Td ta="end">
                        {charged
                          ? t`${{ amount: money(charged, currency) }} charged`
                          : back
                            ? t`next supplier, or ${money(back, currency)} back`
                            : ''}
                      </Table.Td>
                    </Table.Tr>
                  )
                })}
              </Table.Tbody>
            </CardTable>
            {!rows.isEnd && (
              <Button variant="subtle" fullWidth disabled={!rows.more} onClick={rows.more}>
                {t`Show more`}
              </Button>
            )}

            <FaultNote fault={rows.error ?? fault} untouched={t`Nothing was written.`} />
            {isDone ? (
              <p className={styles.lead} role="status">
                {t`${made.data?.outcomes.done ?? 0} done, ${made.data?.outcomes.skipped ?? 0} left out.`}
              </p>
            ) : (
              <p
                className={styles.lead}
              >{t`Lines that fit nothing are left out. What is shown here is what is done.`}</p>
            )}
            <div className={styles.foot}>
              {isDone ? (
                <Button onClick={leave}>{t`Close`}</Button>
              ) : (
                <>
                  <Button
                    variant="default"
                    onClick={() => setPlan(undefined)}
                    disabled={isApplying}
                  >{t`Change the text`}</Button>
                  <Button
                    onClick={apply}
                    loading={isBusy || isApplying}
                    disabled={count === 0}
                  >{t`Apply ${count}`}</Button>
                </>
              )}
            </div>
          </>
        )}
      </Stack>
    </Dialog>
  )
}

/** Found is the item of a line, and by what the line names it. */
interface Found {
  line?: number
  order?: number
  item?: number
  input?: string
  reference?: string
  found_by?: 'input' | 'order' | 'reference'
}

/** `FoundBy` says what a line is for, and by what it was found where that is not the IMEI. */
function FoundBy({ order, input, reference, found_by: by }: Found) {
  const { t } = useLingui()
  if (by === undefined) return null
  if (by === 'input') return <span className="code">{input}</span>
  return (
    <>
      <div>{input ? <span className="code">{input}</span> : t`Order ${order ?? 0}`}</div>
      <div className={styles.by}>
        {by === 'reference'
          ? t`found by the reference ${reference ?? ''}`
          : input
            ? t`found by the order number ${order ?? 0}`
            : t`found by its number`}
      </div>
    </>
  )
}
