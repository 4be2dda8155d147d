import { useLingui } from '@lingui/react/macro'
import { Button, Chip, Group, Stack, Table } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { ActDialog } from '../../../kit/act-dialog.tsx'
import { Amount, money } from '../../../kit/amount.tsx'
import { CardTable } from '../../../kit/card-table.tsx'
import { Copy } from '../../../kit/copy.tsx'
import { Dialog } from '../../../kit/dialog.tsx'
import { Textarea, TextInput } from '../../../kit/inputs.tsx'
import { useKeys } from '../../../kit/keys.tsx'
import { FaultNote, Loading } from '../../../kit/notes.tsx'
import { whole } from '../../../kit/numbers.ts'
import { Badge, type Tone } from '../../../kit/state-badge.tsx'
import { When } from '../../../kit/when.tsx'
import { usePlanRows } from '../../plan-rows.ts'
import styles from './inbox.module.css'
import type { Entry } from './inbox.tsx'

const readWork = (query: { supplier: string; service: string; limit: number }, signal: AbortSignal) =>
  dataOf(api.GET('/api/operator/manual', { params: { query }, signal }))
type Item = Awaited<ReturnType<typeof readWork>>['items'][number]

/** MAX_CHIPS is how many of the remembered words are offered as a reason. */
const MAX_CHIPS = 6

/** `ManualPane` is the table of what people do by hand of one service: copied out, and pasted back after a preview. */
export function ManualPane({
  entry,
  onDone,
  onStay,
}: {
  entry: Entry
  onDone: () => void
  /** `onStay` is called where something of it was done, and the rest waits on. */
  onStay: () => void
}) {
  const { t } = useLingui()
  const query = { supplier: entry.supplier?.name ?? '', service: entry.service?.code ?? '', limit: 1000 }
  const client = useQueryClient()
  const work = useQuery({
    queryKey: ['manual', query],
    queryFn: ({ signal }) => readWork(query, signal),
  })
  const [isPasting, setPasting] = useState(false)
  const [fault, setFault] = useState<unknown>()
  const [answering, setAnswering] = useState<{ item: Item; isRefusal: boolean }>()
  const items = work.data?.items ?? []
  const words = work.data?.refusing_words ?? []
  const refresh = () => {
    void client.invalidateQueries({ queryKey: ['manual'] })
    onDone()
  }
  const answered = () => {
    // Nothing is left of it: what waits behind it is next.
    if (items.length <= 1) return refresh()
    void client.invalidateQueries({ queryKey: ['manual'] })
    onStay()
  }
  const take = async () => {
    setFault(undefined)
    try {
      const orders = [...new Set(items.map(({ order }) => order))].slice(0, 1000)
      await dataOf(api.POST('/api/operator/manual/take', { body: { orders } }))
      await work.refetch()
    } catch (error) {
      setFault(error)
    }
  }
  useKeys({ p: [t`Paste results`, () => setPasting(true)] })
  if (work.isPending) return <Loading rows={4} />
  const hasFields = items.some(({ fields }) => fields !== null && Object.keys(fields).length > 0)
  // What no row has takes no room.
  const hasReferences = items.some(({ reference }) => reference !== null)
  const hasTimes = items.some(({ due_at }) => due_at !== null)
  const hasTakers = items.some(({ taken_at }) => taken_at !== null)
  const inputs = items.map(({ input }) => input).join('\n')
  const withFields = items
    .map(({ input, fields }) => [input, ...Object.values(fields ?? {})].join('\t'))
    .join('\n')
  return (
    <>
      <FaultNote fault={work.error ?? fault} untouched={t`Nothing was taken.`} />
      <p className={styles.lead}>
        {t`${entry.supplier?.name ?? ''} does these by hand. Copy the IMEIs, and paste what comes back: nothing is charged or given back before you have seen every line.`}
      </p>
      <Group gap="sm">
        <Copy value={inputs}>{t`Copy IMEIs`}</Copy>
        {hasFields && <Copy value={withFields}>{t`Copy with fields`}</Copy>}
        <Button
          component="a"
          variant="default"
          href={`/api/operator/manual.csv?${new URLSearchParams({ supplier: query.supplier, service: query.service })}`}
          download
        >{t`Download CSV`}</Button>
        <Button variant="default" onClick={() => void take()}>{t`Mark those shown as mine`}</Button>
        <Button onClick={() => setPasting(true)}>{t`Paste results`}</Button>
      </Group>
      {work.data?.more && (
        <p className="muted">{t`The oldest ${whole(items.length)} are shown. The file has the oldest 10,000.`}</p>
      )}
      <CardTable label={t`Work by hand`}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t`IMEI`}</Table.Th>
            {hasFields && <Table.Th data-card="words">{t`Fields`}</Table.Th>}
            <Table.Th>{t`Reseller`}</Table.Th>
            {hasReferences && <Table.Th>{t`Reference`}</Table.Th>}
            <Table.Th ta="end">{t`Price`}</Table.Th>
            <Table.Th>{t`Since`}</Table.Th>
            {hasTimes && <Table.Th>{t`Due`}</Table.Th>}
            {hasTakers && <Table.Th>{t`Taken`}</Table.Th>}
            <Table.Th>
              <span className="visually-hidden">{t`Actions`}</span>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {items.map((one) => (
            <Table.Tr key={`${one.order} ${one.item}`}>
              <Table.Td className="code">{one.input}</Table.Td>
              {hasFields && <Table.Td>{Object.values(one.fields ?? {}).join(', ')}</Table.Td>}
              <Table.Td>{one.username}</Table.Td>
              {hasReferences && <Table.Td>{one.reference}</Table.Td>}
              <Table.Td ta="end">
                <Amount value={one.price} currency={one.currency} />
              </Table.Td>
              <Table.Td className={styles.time}>
                <When at={one.sent_at} />
              </Table.Td>
              {hasTimes && (
                <Table.Td className={styles.time}>{one.due_at && <When at={one.due_at} />}</Table.Td>
              )}
              {hasTakers && (
                <Table.Td className={styles.time}>
                  {one.taken_at && (
                    <>
                      {one.taken_by} · <When at={one.taken_at} />
                    </>
                  )}
                </Table.Td>
              )}
              <Table.Td>
                <Group gap="xs" wrap="nowrap" justify="flex-end">
                  <Button
                    size="compact-sm"
                    variant="default"
                    aria-label={t`Answer ${one.input}`}
                    onClick={() => setAnswering({ item: one, isRefusal: false })}
                  >{t`Answer…`}</Button>
                  <Button
                    size="compact-sm"
                    variant="subtle"
                    aria-label={t`Refuse ${one.input}`}
                    onClick={() => setAnswering({ item: one, isRefusal: true })}
                  >{t`Refuse…`}</Button>
                </Group>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </CardTable>
      {isPasting && (
        <Paste
          query={{ supplier: query.supplier, service: query.service }}
          words={words}
          onClose={() => setPasting(false)}
          onDone={refresh}
        />
      )}
      {answering && (
        <Answering {...answering} words={words} onDone={answered} onClose={() => setAnswering(undefined)} />
      )}
    </>
  )
}

/** `Answering` takes the result of one item, or why it cannot be done. */
function Answering({
  item: { order, item, input, username, price, currency },
  isRefusal,
  words,
  onDone,
  onClose,
}: {
  item: Item
  isRefusal: boolean
  words: readonly string[]
  onDone: () => void
  onClose: () => void
}) {
  const { t } = useLingui()
  const [result, setResult] = useState('')
  const sum = money(price, currency)
  return (
    <ActDialog
      title={isRefusal ? t`Refuse ${input}` : t`Answer ${input}`}
      button={isRefusal ? t`Refuse it` : t`Answer, and charge ${sum}`}
      isDangerous={isRefusal}
      needsReason={isRefusal}
      reasons={isRefusal ? words.slice(0, MAX_CHIPS) : []}
      untouched={t`No money has moved.`}
      act={({ key, why }) =>
        dataOf(
          api.POST('/api/operator/manual/answer', {
            params: { header: { 'idempotency-key': key } },
            body: { order, item, ...(isRefusal ? { refusal: why } : { result }) },
          }),
        )
      }
      onDone={onDone}
      onClose={onClose}
    >
      {isRefusal ? (
        <p>{t`The next supplier of order ${order} gets it. Where there is none, ${sum} goes back to ${username}.`}</p>
      ) : (
        <Stack gap="sm">
          <p>{t`${username} gets this as the result of order ${order}, and is charged ${sum}.`}</p>
          <Textarea
            field="result"
            label={t`Result`}
            value={result}
            onChange={({ currentTarget }) => setResult(currentTarget.value)}
            required
            autosize
            minRows={2}
            maxRows={10}
            maxLength={20_000}
            data-autofocus
          />
        </Stack>
      )}
    </ActDialog>
  )
}

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
function Paste({
  query,
  words: remembered,
  onClose,
  onDone,
}: {
  query: { supplier: string; service: string }
  /** `words` are those that mean refused, as this supplier's sheets had them before. */
  words: readonly string[]
  onClose: () => void
  onDone: () => void
}) {
  const { t } = useLingui()
  const [text, setText] = useState('')
  const [refused, setRefused] = useState(() => remembered.join(', ') || 'not found, rejected')
  const [plan, setPlan] = useState<number>()
  const [fault, setFault] = useState<unknown>()
  const [isBusy, setBusy] = useState(false)
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
  const doing = async (work: () => Promise<void>) => {
    setBusy(true)
    setFault(undefined)
    try {
      await work()
    } catch (error) {
      setFault(error)
    } finally {
      setBusy(false)
    }
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
              label={t`Lines of an IMEI and its result`}
              description={t`As they are copied from chats and sheets: numbering, quotes, dashes and any separator are forgiven.`}
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
                  <Table.Th>{t`IMEI`}</Table.Th>
                  <Table.Th data-card="state">{t`Becomes`}</Table.Th>
                  <Table.Th data-card="words">{t`With`}</Table.Th>
                  <Table.Th ta="end">{t`Money`}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {rows.rows.map((row) => {
                  const { line, input } = row.subject as { line: number; input?: string }
                  const after = row.after as { result?: string; refusal?: string } | null
                  const { currency = 'USD', charged, back } = (row.money ?? {}) as Record<string, string>
                  return (
                    <Table.Tr key={row.position}>
                      <Table.Td>{line}</Table.Td>
                      <Table.Td className="code">{input}</Table.Td>
                      <Table.Td>
                        <Badge tone={verdictTones[row.verdict] ?? 'off'}>
                          {verdicts[row.verdict] ?? row.verdict}
                        </Badge>
                      </Table.Td>
                      <Table.Td>{row.reason ?? after?.result ?? after?.refusal ?? row.warnings[0]}</Table.Td>
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
