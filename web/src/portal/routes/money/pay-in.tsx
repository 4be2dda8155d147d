import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Stack } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { ApiFault, answerOf, dataOf } from '../../../api/client.ts'
import { portal } from '../../../api/portal.ts'
import { money } from '../../../kit/amount.tsx'
import { AmountInput } from '../../../kit/amount-input.tsx'
import { faultText } from '../../../kit/faults.ts'
import { AtFields } from '../../../kit/inputs.tsx'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { usePages } from '../../../kit/pages.ts'
import { PayWays } from '../../../kit/pay-in.tsx'
import { coinOf, moneyAbove0 } from '../../../kit/read-amount.ts'
import { type Column, List, useLook } from '../../../kit/table.tsx'
import { When } from '../../../kit/when.tsx'
import { forgetKey, keyFor } from '../../kept-key.ts'
import { Price } from '../../price.tsx'
import { useSession } from '../../session.tsx'
import { type Deposit, DepositState } from './deposit-data.tsx'
import styles from './money.module.css'
import { MoneyPage } from './money-page.tsx'

const readWays = (signal: AbortSignal) =>
  dataOf(portal.GET('/api/deposit/provider', { params: { query: { limit: 50 } }, signal }))
type Way = Awaited<ReturnType<typeof readWays>>['page']['items'][number]

/** `PayIn` is where a deposit begins, and what became of those before. */
export function PayIn() {
  const { t } = useLingui()
  const { account, permissions } = useSession()
  const ways = useQuery({ queryKey: ['ways to pay in'], queryFn: ({ signal }) => readWays(signal) })
  const items = ways.data?.page.items
  const mayPay = permissions.includes('deposit.create')
  return (
    <MoneyPage title={t`Pay in`}>
      <FaultNote fault={ways.error} onRetry={() => void ways.refetch()} />
      {ways.isPending && <Loading rows={3} />}
      {items?.length === 0 && (
        <Empty>
          <Trans>
            Nobody has said yet how {account.currency} is paid in. Ask the operator how to pay, and the credit
            appears here.
          </Trans>
        </Empty>
      )}
      {items !== undefined && items.length > 0 && mayPay && <Begin ways={items} />}
      <Deposits ways={items ?? []} />
    </MoneyPage>
  )
}

function Begin({ ways }: { ways: readonly Way[] }) {
  const { t } = useLingui()
  const { account } = useSession()
  const { currency } = account
  const navigate = useNavigate()
  const client = useQueryClient()
  const [code, setCode] = useState(ways[0]?.code ?? '')
  const { amount: wanted = '' } = useSearch({ strict: false }) as { amount?: string }
  const [text, setText] = useState(wanted)
  const [isBusy, setBusy] = useState(false)
  const [fault, setFault] = useState<unknown>()
  const coin = coinOf(currency)
  const typed = moneyAbove0(text, coin) ?? ''
  const [amount] = useDebouncedValue(typed, 250)
  const quote = useQuery({
    queryKey: ['deposit quote', code, amount],
    enabled: amount !== '',
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      dataOf(
        portal.GET('/api/portal/deposit-quote', {
          params: { query: { provider_code: code, amount } },
          signal,
        }),
      ),
  })
  const refused = quote.error instanceof ApiFault && quote.error.status === 422 ? quote.error : undefined
  const isKnown = quote.data && !quote.isPlaceholderData && !quote.error && amount !== '' && amount === typed
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    // Another way or amount is another deposit; a second press for the same is the same one, also after a reload.
    const what = `deposit ${account.username} ${code} ${typed}`
    setBusy(true)
    setFault(undefined)
    try {
      const body = { amount: typed, provider_code: code }
      const made = await answerOf(
        portal.POST('/api/deposit', { body, headers: { 'idempotency-key': keyFor(what) } }),
      )
      forgetKey(what)
      await client.invalidateQueries({ queryKey: ['deposits'] })
      await navigate({ to: `/money/pay-in/${made.id}` as string })
    } catch (error) {
      // What was refused did not begin; without an answer nobody knows.
      if (error instanceof ApiFault && !error.mayHaveBeenDone) forgetKey(what)
      setFault(error)
    } finally {
      setBusy(false)
    }
  }
  const said = isKnown ? money(quote.data.amount, currency) : undefined
  return (
    <form onSubmit={submit} className={styles.panel}>
      <AtFields fault={fault}>
        <PayWays
          ways={ways.map((way) => ({ ...way, least: way.min_deposit, most: way.max_deposit }))}
          {...{ currency, chosen: code, onChoose: setCode }}
        />
        <AmountInput
          {...{ field: 'amount', coin, value: text, onValue: setText }}
          label={t`Amount to be credited, in ${currency}`}
          error={refused && amount !== '' ? faultText(refused) : undefined}
          required
        />
        <Stack gap="sm" role="status">
          {isKnown && <Quote {...quote.data} />}
        </Stack>
        {quote.error !== null && !refused && amount !== '' && <FaultNote fault={quote.error} />}
        <FaultNote
          fault={fault}
          untouched={<Trans>Nothing was begun for which you have to pay. Your balance is unchanged.</Trans>}
        />
        <Button type="submit" loading={isBusy} disabled={!isKnown}>
          {said === undefined ? <Trans>Begin</Trans> : <Trans>Pay in {said}</Trans>}
        </Button>
      </AtFields>
    </form>
  )
}

function Quote(quote: {
  currency: string
  amount: string
  fee: string
  total_pay: string
  total_pay_most: string
}) {
  const { currency } = quote
  const [amount, fee] = [money(quote.amount, currency), money(quote.fee, currency)]
  const [total, most] = [money(quote.total_pay, currency), money(quote.total_pay_most, currency)]
  const hasFee = /[1-9]/.test(quote.fee)
  return (
    <p className={styles.quote}>
      {total !== most ? (
        <Trans>
          You pay between <strong>{total}</strong> and <strong>{most}</strong>: a little is added, so that
          your payment is known by its amount. What is added is credited, too.
        </Trans>
      ) : hasFee ? (
        <Trans>
          You pay <strong>{total}</strong>: {amount} to be credited, and a fee of {fee}.
        </Trans>
      ) : (
        <Trans>
          You pay <strong>{total}</strong>, and all of it is credited.
        </Trans>
      )}
    </p>
  )
}

/** `Deposits` are those that the account has begun, the newest first. */
function Deposits({ ways }: { ways: readonly Way[] }) {
  const { t } = useLingui()
  const navigate = useNavigate()
  const [look] = useLook('portal-deposits')
  const list = usePages<Deposit>(['deposits'], async (cursor, signal) => {
    const query = { limit: 20, ...(cursor && { cursor: Number(cursor) }) }
    const { page } = await dataOf(portal.GET('/api/deposit', { params: { query }, signal }))
    return { items: page.items, next_cursor: page.next_cursor === null ? null : String(page.next_cursor) }
  })
  const nameOf = ({ provider_code: code }: Deposit) => ways.find((way) => way.code === code)?.name ?? code
  const credited = ({ amounts, currency }: Deposit) => (
    <Price value={amounts.deposit_amount} currency={currency} />
  )
  const columns: readonly Column<Deposit>[] = [
    {
      ...{ id: 'id', head: t`Deposit`, width: 100, rank: 0 },
      cell: ({ id }) => <span className="code">{id}</span>,
    },
    {
      ...{ id: 'state', head: t`State`, width: 150, rank: 0 },
      cell: ({ status }) => <DepositState state={status} />,
    },
    { id: 'way', head: t`Way`, width: 160, grow: true, rank: 2, cell: nameOf },
    { id: 'amount', head: t`Credited`, width: 130, rank: 0, end: true, cell: credited },
    {
      ...{ id: 'begun', head: t`Started`, width: 130, rank: 1 },
      cell: ({ created_at }) => <When at={created_at} />,
    },
  ]
  const to = ({ id }: Deposit) => `/money/pay-in/${id}`
  return (
    <section aria-labelledby="deposits">
      <h2 className={styles.heading} id="deposits">
        <Trans>Your deposits</Trans>
      </h2>
      <FaultNote fault={list.error} onRetry={list.again} />
      {!list.rows && !list.error && <Loading rows={3} />}
      {list.rows?.length === 0 && list.isEnd && (
        <Empty>
          <Trans>Nothing was paid in this way yet.</Trans>
        </Empty>
      )}
      {list.rows && list.rows.length > 0 && (
        <List
          {...{ columns, rows: list.rows, look, more: list.more, to }}
          name={t`Your deposits`}
          idOf={({ id }) => id}
          label={({ id }) => t`Deposit ${id}`}
          onOpen={(row) => void navigate({ to: to(row) })}
          card={(row) => (
            <>
              <div>
                <DepositState state={row.status} /> <span className="code">{row.id}</span>
              </div>
              <div>
                {credited(row)} · {nameOf(row)} · <When at={row.created_at} />
              </div>
            </>
          )}
        />
      )}
    </section>
  )
}
