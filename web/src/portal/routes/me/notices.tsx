import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Checkbox, Group, Stack, Table } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { dataOf } from '../../../api/client.ts'
import { portal } from '../../../api/portal.ts'
import { money } from '../../../kit/amount.tsx'
import { AmountInput } from '../../../kit/amount-input.tsx'
import { AtFields, TextInput } from '../../../kit/inputs.tsx'
import { FaultNote, Loading } from '../../../kit/notes.tsx'
import { coinOf, readMoney } from '../../../kit/read-amount.ts'
import { Section } from '../../../kit/section.tsx'
import { useMay } from '../../session.tsx'

const KEY = ['me', 'notices']

const readNotices = (signal: AbortSignal) => dataOf(portal.GET('/api/portal/me/notices', { signal }))
type Notices = Awaited<ReturnType<typeof readNotices>>
type Event = Notices['all'][number]

/** `words` say what there is to be told of, money first. */
const words: Readonly<Record<Event, MessageDescriptor>> = {
  'balance.low': msg`The balance is low`,
  'deposit.credited': msg`A deposit was credited`,
  'deposit.refused': msg`A deposit was not credited, and why`,
  'order.refunded': msg`Money was given back for an order`,
  'order.done': msg`Orders are done`,
  'price.changed': msg`Prices have changed`,
  'news.written': msg`There is news from the shop`,
  'webhook.paused': msg`A webhook was paused, because it failed for too long`,
}

/** `NoticesSection` is what one is told of, by mail and by Telegram. */
export function NoticesSection() {
  const { t } = useLingui()
  const notices = useQuery({ queryKey: KEY, queryFn: ({ signal }) => readNotices(signal) })
  const { data } = notices
  return (
    <Section
      title={t`Notifications`}
      about={data?.email.possible && <Trans>Mails go to {data.email.address}, in your language.</Trans>}
    >
      <FaultNote fault={notices.error} onRetry={() => void notices.refetch()} />
      {notices.isPending && <Loading rows={3} />}
      {data && !data.email.possible && !data.telegram.possible && (
        <p className="muted">
          <Trans>Nothing is sent from here yet.</Trans>
        </p>
      )}
      {data && (data.email.possible || data.telegram.possible) && <Choice notices={data} />}
    </Section>
  )
}

/** `switched` has an event chosen that was not, or the other way round. */
const switched = (chosen: readonly Event[], event: Event): Event[] =>
  chosen.includes(event) ? chosen.filter((one) => one !== event) : [...chosen, event]

function Choice({ notices: { all, email, telegram } }: { notices: Notices }) {
  const { t, i18n } = useLingui()
  const client = useQueryClient()
  const inOrder = (Object.keys(words) as Event[]).filter((event) => all.includes(event))
  const [mailed, setMailed] = useState<Event[]>(email.chosen)
  const [chatted, setChatted] = useState<Event[]>(telegram.chosen)
  const [chat, setChat] = useState(telegram.address ?? '')
  const save = useMutation({
    mutationFn: () =>
      dataOf(
        portal.PATCH('/api/portal/me/notices', {
          body: {
            ...(email.possible && { email: mailed }),
            ...(telegram.possible && { telegram: chatted, telegram_chat: chat.trim() || null }),
          },
        }),
      ),
    onSuccess: (saved) => {
      client.setQueryData(KEY, saved)
      notifications.show({ message: t`The notifications are saved.` })
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save.mutate()
  }
  return (
    <form onSubmit={submit}>
      <AtFields fault={save.error}>
        <Stack>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t`What happens`}</Table.Th>
                {email.possible && <Table.Th w={90}>{t`By mail`}</Table.Th>}
                {telegram.possible && <Table.Th w={90}>{t`Telegram`}</Table.Th>}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {inOrder.map((event) => {
                const what = i18n._(words[event])
                return (
                  <Table.Tr key={event}>
                    <Table.Td>{what}</Table.Td>
                    {email.possible && (
                      <Table.Td>
                        <Checkbox
                          aria-label={t`${what}: by mail`}
                          checked={mailed.includes(event)}
                          onChange={() => setMailed(switched(mailed, event))}
                        />
                      </Table.Td>
                    )}
                    {telegram.possible && (
                      <Table.Td>
                        <Checkbox
                          aria-label={t`${what}: by Telegram`}
                          checked={chatted.includes(event)}
                          onChange={() => setChatted(switched(chatted, event))}
                        />
                      </Table.Td>
                    )}
                  </Table.Tr>
                )
              })}
            </Table.Tbody>
          </Table>
          {telegram.possible && (
            <TextInput
              field="telegram_chat"
              label={t`Telegram chat`}
              description={t`The number of your own chat with our bot. Write something to the bot first: bots may not begin.`}
              value={chat}
              onChange={({ currentTarget }) => setChat(currentTarget.value)}
              maxLength={100}
              maw={360}
            />
          )}
          <FaultNote fault={save.error} />
          <Group>
            <Button type="submit" variant="default" loading={save.isPending}>
              <Trans>Save notifications</Trans>
            </Button>
            {telegram.address !== null && telegram.possible && <Test address={telegram.address} />}
          </Group>
        </Stack>
      </AtFields>
    </form>
  )
}

function Test({ address }: { address: string }) {
  const { t } = useLingui()
  const test = useMutation({
    mutationFn: () => dataOf(portal.POST('/api/portal/me/notices/test', { body: {} })),
    onSuccess: ({ problem }) =>
      notifications.show(
        problem === null
          ? { message: t`Telegram has taken the message to ${address}.` }
          : { color: 'red', message: t`The message did not get to ${address}: ${problem}` },
      ),
  })
  return (
    <>
      <Button variant="subtle" onClick={() => test.mutate()} loading={test.isPending}>
        <Trans>Send a test to Telegram</Trans>
      </Button>
      <FaultNote fault={test.error} />
    </>
  )
}

const MARK = ['low-balance']
const readMark = (signal: AbortSignal) => dataOf(portal.GET('/api/portal/low-balance', { signal }))

/** `LowBalance` is the mark of the account below which its balance is low. Owners set it. */
export function LowBalance() {
  const { t } = useLingui()
  const may = useMay()
  const mark = useQuery({ queryKey: MARK, queryFn: ({ signal }) => readMark(signal) })
  const said = mark.data?.low_balance ? money(mark.data.low_balance, mark.data.currency) : null
  return (
    <Section
      title={t`Low balance`}
      about={
        <Trans>
          For the whole account: when less than this can be spent, those who want to be told are told once.
        </Trans>
      }
    >
      <FaultNote fault={mark.error} onRetry={() => void mark.refetch()} />
      {mark.isPending && <Loading rows={1} />}
      {mark.data && may('account.mark') && <MarkForm mark={mark.data} />}
      {mark.data && !may('account.mark') && (
        <p>
          {said === null ? (
            <Trans>There is no mark yet. An owner sets it.</Trans>
          ) : (
            <Trans>The mark is {said}. An owner sets it.</Trans>
          )}
        </p>
      )}
    </Section>
  )
}

function MarkForm({
  mark: { currency, low_balance: low },
}: {
  mark: { currency: string; low_balance: string | null }
}) {
  const { t } = useLingui()
  const client = useQueryClient()
  const [text, setText] = useState(low ?? '')
  const coin = coinOf(currency)
  // What it was stays as it was written.
  const given = text === (low ?? '') ? low : readMoney(text, coin)
  const save = useMutation({
    mutationFn: () =>
      dataOf(portal.PATCH('/api/portal/low-balance', { body: { low_balance: given ?? null } })),
    onSuccess: (mark) => {
      client.setQueryData(MARK, mark)
      setText(mark.low_balance ?? '')
      notifications.show({ message: t`The mark is saved.` })
    },
  })
  return (
    <form
      onSubmit={(event: FormEvent) => {
        event.preventDefault()
        if (given !== undefined) save.mutate()
      }}
    >
      <AtFields fault={save.error}>
        <Stack>
          <Group align="end">
            <AmountInput
              {...{ field: 'low_balance', coin, value: text, onValue: setText }}
              label={t`Tell me when the balance is below (${currency})`}
              description={t`Empty: do not tell me.`}
              w={320}
            />
            <Button type="submit" variant="default" loading={save.isPending} disabled={given === undefined}>
              <Trans>Save the mark</Trans>
            </Button>
          </Group>
          <FaultNote fault={save.error} />
        </Stack>
      </AtFields>
    </form>
  )
}
