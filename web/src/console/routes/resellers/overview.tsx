import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Group, Stack } from '@mantine/core'
import { useQuery, useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { ActDialog } from '../../../kit/act-dialog.tsx'
import { Amount, isZero, money } from '../../../kit/amount.tsx'
import { AmountInput } from '../../../kit/amount-input.tsx'
import { percent } from '../../../kit/duration.ts'
import { Figures } from '../../../kit/figures.tsx'
import { TextInput } from '../../../kit/inputs.tsx'
import { useKeys } from '../../../kit/keys.tsx'
import { coinOf, readMoney, readMove } from '../../../kit/read-amount.ts'
import { Facts } from '../../../kit/section.tsx'
import { useMay } from '../../../kit/session.tsx'
import { SumAmount } from '../../../kit/sum.tsx'
import { When } from '../../../kit/when.tsx'
import { History } from '../../history.tsx'
import { LimitSaid, MoveSaid } from '../../move-said.tsx'
import { ChangeDialog, type Round, Rounds } from '../../overtaken.tsx'
import { PriceGroupInput } from '../../price-group-input.tsx'
import { PinnedNotes } from './notes.tsx'
import styles from './reseller.module.css'
import { type Reseller, resellerQuery } from './reseller-data.ts'

type Doing = 'pay-in' | 'adjust' | 'terms' | 'profile' | 'close' | 'reopen'

/** `Overview` shows a reseller's money and terms, and what may be done about them. */
export function Overview() {
  const { t } = useLingui()
  const { username = '' } = useParams({ strict: false }) as { username?: string }
  const { data: reseller } = useSuspenseQuery(resellerQuery(username))
  const may = useMay()
  const [doing, setDoing] = useState<Doing>()
  const {
    currency,
    available,
    held,
    credit_limit,
    spendable,
    low_balance,
    email,
    group,
    created_at,
    status,
  } = reseller
  useKeys(may('money.adjust') ? { i: [t`Pay in`, () => setDoing('pay-in')] } : {})
  return (
    <Stack gap="xl">
      <PinnedNotes account={username} />
      {available !== undefined && (
        <Figures
          figures={[
            { label: t`Available`, value: <Amount value={available} currency={currency} /> },
            { label: t`Held for open orders`, value: <Amount value={held} currency={currency} /> },
            { label: t`Credit limit`, value: <Amount value={credit_limit} currency={currency} /> },
            { label: t`Can be spent`, value: <Amount value={spendable} currency={currency} /> },
            {
              label: t`Told when less is left than`,
              value: <Amount value={low_balance} currency={currency} />,
            },
          ]}
        />
      )}
      <Group>
        {may('money.adjust') && (
          <>
            <Button onClick={() => setDoing('pay-in')}>
              <Trans>Pay in…</Trans>
            </Button>
            <Button variant="default" onClick={() => setDoing('adjust')}>
              <Trans>Adjust…</Trans>
            </Button>
          </>
        )}
        {may('resellers.edit') && (
          <Button variant="default" onClick={() => setDoing('profile')}>
            <Trans>Name, e-mail, low mark…</Trans>
          </Button>
        )}
        {may('resellers.terms') && (
          <>
            <Button variant="default" onClick={() => setDoing('terms')}>
              <Trans>Price group and credit limit…</Trans>
            </Button>
            <Button variant="default" onClick={() => setDoing(status === 'active' ? 'close' : 'reopen')}>
              {status === 'active' ? <Trans>Close…</Trans> : <Trans>Reopen…</Trans>}
            </Button>
          </>
        )}
      </Group>
      <Lately reseller={reseller} />
      {may('money.read') && <OpenDeposits account={username} />}
      <SignIns account={username} />
      <Facts
        of={[
          [
            t`User name`,
            <span key="name" className="code">
              {username}
            </span>,
          ],
          [t`E-mail address`, email],
          [t`Price group`, group ?? '–'],
          [t`Since`, <When key="since" at={created_at} exact />],
        ]}
      />
      <History what="account" subject={String(reseller.id)} />
      {(doing === 'pay-in' || doing === 'adjust') && (
        <Move reseller={reseller} isDeposit={doing === 'pay-in'} onClose={() => setDoing(undefined)} />
      )}
      {doing === 'profile' && (
        <Rounds present={reseller}>
          {(round) => <Profile round={round} onClose={() => setDoing(undefined)} />}
        </Rounds>
      )}
      {doing === 'terms' && (
        <Rounds present={reseller}>
          {(round) => <Terms round={round} onClose={() => setDoing(undefined)} />}
        </Rounds>
      )}
      {(doing === 'close' || doing === 'reopen') && (
        <Close reseller={reseller} doing={doing} onClose={() => setDoing(undefined)} />
      )}
    </Stack>
  )
}

interface DialogProps {
  reseller: Reseller
  onClose: () => void
}

interface ChangeProps {
  round: Round<Reseller>
  onClose: () => void
}

/** `useDone` reads the reseller again after a change. */
function useDone(): () => Promise<void> {
  const client = useQueryClient()
  return () => client.invalidateQueries({ queryKey: ['resellers'] })
}

/** `useChange` is what the dialogs that change a reseller in place have in common. */
function useChange(round: Round<Reseller>) {
  const client = useQueryClient()
  const begun = round.present
  return {
    ...{ round, what: 'account' as const, subject: String(begun.id) },
    read: () => client.fetchQuery({ ...resellerQuery(begun.username), staleTime: 0 }),
  }
}

/** `Move` credits money that has come, or corrects the balance by hand; both stand in the ledger for ever. */
function Move({ reseller, isDeposit, onClose }: DialogProps & { isDeposit: boolean }) {
  const { t } = useLingui()
  const done = useDone()
  const { username: account, name, currency, available = '0' } = reseller
  const [amount, setAmount] = useState('')
  const [reference, setReference] = useState('')
  const [note, setNote] = useState('')
  const coin = coinOf(currency)
  const reader = isDeposit ? readMoney : readMove
  const read = reader(amount, coin)
  const decimal = read && !isZero(read) ? read : undefined
  const said = decimal === undefined ? '…' : money(decimal, currency)
  const given = { amount: decimal ?? '', ...(reference.trim() && { reference: reference.trim() }) }
  const act = ({ key, why }: { key: string; why: string }) => {
    const params = { header: { 'idempotency-key': key }, path: { account } }
    return dataOf(
      isDeposit
        ? api.POST('/api/operator/accounts/{account}/deposit', {
            params,
            body: { ...given, ...(note.trim() && { note: note.trim() }) },
          })
        : api.POST('/api/operator/accounts/{account}/adjust', { params, body: { ...given, note: why } }),
    )
  }
  const told = ({ kind, amount: moved, available: left, repeated }: Awaited<ReturnType<typeof act>>) => {
    const [sum, has] = [money(moved, currency), money(left, currency)]
    if (repeated) return t`This was done under the same reference before: nothing has moved now.`
    return kind === 'adjust_down'
      ? t`${sum} was taken from ${name}, who has ${has} available now.`
      : t`${sum} was credited to ${name}, who has ${has} available now.`
  }
  return (
    <ActDialog
      title={isDeposit ? t`Pay in for ${name}` : t`Adjust the balance of ${name}`}
      button={isDeposit ? t`Credit ${said}` : t`Adjust by ${said}`}
      needsReason={!isDeposit}
      reasons={isDeposit ? [] : [t`Goodwill`, t`Paid in cash`, t`Correction of a mistake`]}
      untouched={<Trans>The balance is unchanged.</Trans>}
      isReady={decimal !== undefined}
      {...{ act, told, onClose }}
      onDone={() => void done()}
    >
      <Stack>
        <AmountInput
          {...{ field: 'amount', coin, read: reader, value: amount, onValue: setAmount }}
          label={t`Amount in ${currency}`}
          description={isDeposit ? t`Money that you have received.` : t`With a minus it is taken away.`}
          required
          data-autofocus
        />
        <TextInput
          field="reference"
          label={t`Reference`}
          description={t`Of the payment: it counts once, however often it is sent.`}
          value={reference}
          onChange={({ currentTarget }) => setReference(currentTarget.value)}
          maxLength={100}
        />
        {isDeposit && (
          <TextInput
            field="note"
            label={t`Note`}
            description={t`The reseller reads it, too.`}
            value={note}
            onChange={({ currentTarget }) => setNote(currentTarget.value)}
            maxLength={500}
          />
        )}
        <MoveSaid account={account} currency={currency} amount={decimal} note={isDeposit ? note : undefined}>
          <Trans>
            {name} has {money(available, currency)} available now.
          </Trans>
        </MoveSaid>
      </Stack>
    </ActDialog>
  )
}

/** `Profile` changes what a reseller is called, how it is written to, and when it is told that little is left. */
function Profile({ round, onClose }: ChangeProps) {
  const { t } = useLingui()
  const done = useDone()
  const begun = round.present
  const { username: account, currency } = begun
  const written: Reseller = { ...begun, ...round.kept }
  const change = useChange(round)
  const [name, setName] = useState(written.name)
  const [email, setEmail] = useState(written.email)
  const before = begun.low_balance ?? ''
  const [low, setLow] = useState(written.low_balance ?? '')
  // What it was stays as it was written.
  const mark = low === before ? (begun.low_balance ?? null) : readMoney(low, coinOf(currency))
  const draft = {
    ...(name.trim() !== begun.name && { name: name.trim() }),
    ...(email.trim() !== begun.email && { email: email.trim() }),
    ...(mark !== undefined && mark !== (begun.low_balance ?? null) && { low_balance: mark }),
  }
  return (
    <ChangeDialog
      {...change}
      draft={draft}
      put={(version, key) =>
        dataOf(
          api.PATCH('/api/operator/accounts/{account}', {
            params: { header: { 'idempotency-key': key, 'if-match': version }, path: { account } },
            body: draft,
          }),
        )
      }
      title={t`Change ${begun.name}`}
      button={t`Save the changes`}
      isReady={Object.keys(draft).length > 0 && mark !== undefined}
      untouched={<Trans>Nothing was changed.</Trans>}
      onDone={() => void done()}
      onClose={onClose}
    >
      <Stack>
        <TextInput
          field="name"
          label={t`Name`}
          value={name}
          onChange={({ currentTarget }) => setName(currentTarget.value)}
          maxLength={200}
          required
          data-autofocus
        />
        <TextInput
          field="email"
          label={t`E-mail address`}
          description={t`Where notices to it go. People sign in with addresses of their own.`}
          value={email}
          onChange={({ currentTarget }) => setEmail(currentTarget.value)}
          type="email"
          maxLength={254}
          required
        />
        {begun.low_balance !== undefined && (
          <AmountInput
            {...{ field: 'low_balance', coin: coinOf(currency), value: low, onValue: setLow }}
            label={t`Low mark in ${currency}`}
            description={t`Whoever subscribed is told when less is left. Empty: never.`}
          />
        )}
      </Stack>
    </ChangeDialog>
  )
}

/** `Lately` are the figures of the last 30 days. */
function Lately({ reseller }: { reseller: Reseller }) {
  const { t } = useLingui()
  const { currency, turnover_30d: turnover, refunded_30d: refunded, success_30d: success } = reseller
  const share = success === null ? '–' : percent(success)
  return (
    <section aria-label={t`The last 30 days`}>
      <h2 className={styles.title}>
        <Trans>The last 30 days</Trans>
      </h2>
      <Figures
        figures={[
          ...(turnover === undefined
            ? []
            : [
                { label: t`Turnover`, value: <SumAmount value={turnover} currency={currency} /> },
                { label: t`Refunded`, value: <SumAmount value={refunded} currency={currency} /> },
              ]),
          { label: t`Orders`, value: reseller.orders_30d },
          { label: t`Success`, value: share },
          {
            label: t`Last order`,
            value: reseller.last_order_at === null ? '–' : <When at={reseller.last_order_at} />,
          },
        ]}
      />
    </section>
  )
}

/** OPEN are the states in which a deposit may still be credited. */
const OPEN = ['pending', 'review'] as const

/** `OpenDeposits` are those that were begun and have not been settled; nothing where there are none. */
function OpenDeposits({ account }: { account: string }) {
  const { t } = useLingui()
  const deposits = useQuery({
    queryKey: ['deposits', 'open', account],
    queryFn: async ({ signal }) => {
      const lists = await Promise.all(
        OPEN.map((state) =>
          dataOf(
            api.GET('/api/operator/deposits', { params: { query: { account, state, limit: 5 } }, signal }),
          ),
        ),
      )
      return lists.flatMap(({ page }) => page.items)
    },
  })
  if (!deposits.data?.length) return null
  return (
    <section aria-label={t`Open deposits`}>
      <h2 className={styles.title}>
        <Trans>Open deposits</Trans>
      </h2>
      <ul className={styles.plain}>
        {deposits.data.map(({ id, amount, currency, created_at: begun }) => (
          <li key={id}>
            <Link to={`/money/deposits/${id}` as string}>{money(amount, currency)}</Link>{' '}
            <span className="muted">
              <When at={begun} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** `SignIns` says when the people of a reseller were last in the portal; nothing where it has none. */
function SignIns({ account }: { account: string }) {
  const { t } = useLingui()
  const people = useQuery({
    queryKey: ['people', account, 'seen'],
    queryFn: ({ signal }) =>
      dataOf(api.GET('/api/operator/accounts/{account}/people', { params: { path: { account } }, signal })),
  })
  if (!people.data?.items.length) return null
  return (
    <section aria-label={t`Last in the portal`}>
      <h2 className={styles.title}>
        <Trans>Last in the portal</Trans>
      </h2>
      <ul className={styles.plain}>
        {people.data.items.map(({ id, name, email, last_seen_at: seen }) => (
          <li key={id}>
            {name || email} <span className="muted">{seen ? <When at={seen} /> : t`never`}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Terms({ round, onClose }: ChangeProps) {
  const { t } = useLingui()
  const done = useDone()
  const begun = round.present
  const change = useChange(round)
  const { username: account, name, currency, credit_limit = '0' } = begun
  const written: Reseller = { ...begun, ...round.kept }
  const [group, setGroup] = useState(written.group ?? '')
  const [limit, setLimit] = useState(written.credit_limit ?? '0')
  const coin = coinOf(currency)
  // What it was stays as it was written.
  const given = limit === credit_limit ? limit : (readMoney(limit, coin) ?? '')
  const draft = {
    ...(group !== (begun.group ?? '') && { group: group || null }),
    ...(given !== credit_limit && { credit_limit: given }),
  }
  const isLimit = given !== ''
  return (
    <ChangeDialog
      {...change}
      draft={draft}
      put={(version, key) =>
        dataOf(
          api.PATCH('/api/operator/accounts/{account}/terms', {
            params: { header: { 'idempotency-key': key, 'if-match': version }, path: { account } },
            body: draft,
          }),
        )
      }
      isReady={Object.keys(draft).length > 0 && isLimit}
      title={t`Terms of ${name}`}
      button={t`Change the terms`}
      untouched={<Trans>The terms are unchanged.</Trans>}
      onDone={() => void done()}
      onClose={onClose}
    >
      <Stack>
        <p>
          <Trans>
            New orders are charged by the new prices. The balance may go down to minus the credit limit, which
            is {money(credit_limit, currency)} now.
          </Trans>
        </p>
        <PriceGroupInput value={group} onChange={setGroup} />
        <AmountInput
          {...{ field: 'credit_limit', coin, value: limit, onValue: setLimit }}
          label={t`Credit limit in ${currency}`}
        />
        <LimitSaid
          account={account}
          currency={currency}
          limit={isLimit && given !== credit_limit ? given : undefined}
        />
      </Stack>
    </ChangeDialog>
  )
}

function Close({ reseller, doing, onClose }: DialogProps & { doing: 'close' | 'reopen' }) {
  const { t } = useLingui()
  const done = useDone()
  const { username: account, name, currency, available = '0' } = reseller
  const isClosing = doing === 'close'
  const act = ({ key, why }: { key: string; why: string }) => {
    const params = { header: { 'idempotency-key': key }, path: { account } }
    return isClosing
      ? dataOf(api.POST('/api/operator/accounts/{account}/close', { params, body: { why } }))
      : dataOf(api.POST('/api/operator/accounts/{account}/reopen', { params }))
  }
  return (
    <ActDialog
      title={isClosing ? t`Close ${name}?` : t`Reopen ${name}?`}
      button={isClosing ? t`Close ${name}` : t`Reopen ${name}`}
      isDangerous={isClosing}
      needsReason={isClosing}
      reasons={isClosing ? [t`The reseller asked for it`, t`The reseller does not pay`, t`Misuse`] : []}
      untouched={<Trans>Nothing was changed.</Trans>}
      act={act}
      onDone={() => void done()}
      onClose={onClose}
    >
      {isClosing ? (
        <Trans>
          Its keys stop working within a second. Open orders are finished and charged as usual. The balance of{' '}
          {money(available, currency)} stays.
        </Trans>
      ) : (
        <Trans>Its keys work again. The balance of {money(available, currency)} can be spent.</Trans>
      )}
    </ActDialog>
  )
}
