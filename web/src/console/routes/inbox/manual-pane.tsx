import { useLingui } from '@lingui/react/macro'
import { Button, Group, Stack, Table } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { ActDialog } from '../../../kit/act-dialog.tsx'
import { Amount, money } from '../../../kit/amount.tsx'
import { CardTable } from '../../../kit/card-table.tsx'
import { Copy } from '../../../kit/copy.tsx'
import { Textarea } from '../../../kit/inputs.tsx'
import { useKeys } from '../../../kit/keys.tsx'
import { FaultNote, Loading } from '../../../kit/notes.tsx'
import { whole } from '../../../kit/numbers.ts'
import { Facts } from '../../../kit/section.tsx'
import { When } from '../../../kit/when.tsx'
import styles from './inbox.module.css'
import type { Entry } from './inbox.tsx'
import { Paste } from './manual-paste.tsx'

const readWork = (query: { supplier: string; service: string; limit: number }, signal: AbortSignal) =>
  dataOf(api.GET('/api/operator/manual', { params: { query }, signal }))
type Item = Awaited<ReturnType<typeof readWork>>['items'][number]

/** MAX_CHIPS is how many of the remembered words are offered as a reason. */
const MAX_CHIPS = 6

/** `ManualPane` is the table of what people do by hand of one service: copied out, and pasted back after a preview. */
export function ManualPane({
  entry,
  isOver,
  onDone,
  onStay,
}: {
  entry: Entry
  /** `isOver`: somebody else has done all of it. */
  isOver: boolean
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
  const [answering, setAnswering] = useState<{ item: Item; called: string; isRefusal: boolean }>()
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
  // What is being typed stays open.
  if (isOver && !isPasting && !answering) return null
  if (work.isPending) return <Loading rows={4} />
  const hasFields = items.some(({ fields }) => fields !== null && Object.keys(fields).length > 0)
  // What no row has takes no room.
  const hasReferences = items.some(({ reference }) => reference !== null)
  const hasTimes = items.some(({ due_at }) => due_at !== null)
  const hasTakers = items.some(({ taken_at }) => taken_at !== null)
  const hasInputs = items.some(({ input }) => input !== '')
  const named = items.map((one) => ({ ...one, name: nameOf(one, items) }))
  /** `called` is an item as nothing else here is called: an IMEI may wait in several orders. */
  const called = ({ name, input, order }: (typeof named)[number]) =>
    input === '' ? name : t`${name}, order ${order}`
  const names = named.map(({ name }) => name).join('\n')
  const withFields = named
    .map(({ name, fields }) => [name, ...Object.values(fields ?? {})].join('\t'))
    .join('\n')
  return (
    <>
      <FaultNote fault={work.error ?? fault} untouched={t`Nothing was taken.`} />
      <p className={styles.lead}>
        {hasInputs
          ? t`${entry.supplier?.name ?? ''} does these by hand. Copy the IMEIs, and paste what comes back: nothing is charged or given back before you have seen every line.`
          : t`${entry.supplier?.name ?? ''} does these by hand. Copy the order numbers, and paste what comes back behind them: nothing is charged or given back before you have seen every line.`}
      </p>
      <Group gap="xs">
        <Button size="compact-md" onClick={() => setPasting(true)}>{t`Paste results`}</Button>
        <Copy value={names} size="compact-md">
          {hasInputs ? t`Copy IMEIs` : t`Copy order numbers`}
        </Copy>
        {hasFields && <Copy value={withFields} size="compact-md">{t`Copy with fields`}</Copy>}
        <Button
          component="a"
          variant="default"
          size="compact-md"
          href={`/api/operator/manual.csv?${new URLSearchParams({ supplier: query.supplier, service: query.service })}`}
          download
        >{t`Download CSV`}</Button>
        <Button
          variant="default"
          size="compact-md"
          onClick={() => void take()}
        >{t`Mark those shown as mine`}</Button>
      </Group>
      {work.data?.more && (
        <p className="muted">{t`The oldest ${whole(items.length)} are shown. The file has the oldest 10,000.`}</p>
      )}
      <CardTable label={t`Work by hand`}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{hasInputs ? t`IMEI` : t`Order`}</Table.Th>
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
          {named.map((one) => (
            <Table.Tr key={`${one.order} ${one.item}`}>
              <Table.Td className="code">
                <Link to={`/orders/${one.order}`}>{one.name}</Link>
              </Table.Td>
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
                      {one.taken_by}&nbsp;· <When at={one.taken_at} />
                    </>
                  )}
                </Table.Td>
              )}
              <Table.Td>
                <Group gap="xs" wrap="nowrap" justify="flex-end">
                  <Button
                    size="compact-sm"
                    variant="default"
                    aria-label={t`Answer ${called(one)}`}
                    onClick={() => setAnswering({ item: one, called: called(one), isRefusal: false })}
                  >{t`Answer…`}</Button>
                  <Button
                    size="compact-sm"
                    variant="subtle"
                    aria-label={t`Refuse ${called(one)}`}
                    onClick={() => setAnswering({ item: one, called: called(one), isRefusal: true })}
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
          hasInputs={hasInputs}
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

/** `nameOf` is how an item is copied, so that its line is found again: the IMEI, or the order number where the service asks for none. */
const nameOf = ({ input, order, item }: Item, items: readonly Item[]): string => {
  if (input !== '') return input
  const isAlone = item === 1 && items.every((one) => one.order !== order || one.item === item)
  return isAlone ? String(order) : `${order}/${item}`
}

/** `Answering` takes the result of one item, or why it cannot be done. */
function Answering({
  item: { order, item, input, fields, reference, quantity, service_name, username, price, currency },
  called,
  isRefusal,
  words,
  onDone,
  onClose,
}: {
  item: Item
  called: string
  isRefusal: boolean
  words: readonly string[]
  onDone: () => void
  onClose: () => void
}) {
  const { t } = useLingui()
  const [result, setResult] = useState('')
  const sum = money(price, currency)
  const end = useQuery({
    queryKey: ['manual', 'refusal', order, item],
    enabled: isRefusal,
    retry: false,
    // What was true a moment ago is not shown again.
    ...{ staleTime: 0, gcTime: 0 },
    queryFn: ({ signal }) =>
      dataOf(api.GET('/api/operator/manual/refusal', { params: { query: { order, item } }, signal })),
  })
  const supplier = end.data?.supplier
  const isGivenBack = end.data?.end === 'given_back'
  return (
    <ActDialog
      title={isRefusal ? t`Refuse ${called}` : t`Answer ${called}`}
      button={
        isRefusal
          ? isGivenBack
            ? t`Refuse ${called}, and give back ${sum}`
            : t`Refuse ${called}`
          : t`Answer ${called}, and charge ${sum}`
      }
      isDangerous={isRefusal}
      isReady={!isRefusal || end.data !== undefined}
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
      <Facts
        of={[
          [t`Order`, `${order}/${item}`],
          [t`Service`, quantity === 1 ? service_name : `${service_name} × ${whole(quantity)}`],
          [
            t`IMEI`,
            input === '' ? undefined : (
              <span key="input" className="code">
                {input}
              </span>
            ),
          ],
          ...Object.entries(fields ?? {}).map(([name, value]): [string, string] => [name, value]),
          [t`Reseller`, username],
          [t`Reference`, reference ?? undefined],
        ]}
      />
      {isRefusal ? (
        <>
          <FaultNote fault={end.error} onRetry={() => void end.refetch()} />
          {end.data && (
            <p role="status">
              {supplier != null
                ? t`${supplier} gets it next. ${sum} stays held for ${username}.`
                : isGivenBack
                  ? t`No other supplier does it: ${sum} goes back to ${username} at once.`
                  : t`No supplier takes it at present: it waits, and ${sum} stays held for ${username}.`}
            </p>
          )}
        </>
      ) : (
        <Stack gap="sm">
          <p>{t`${username} gets this as the result, and is charged ${sum}.`}</p>
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
