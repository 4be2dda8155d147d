import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Group, Stack, TextInput } from '@mantine/core'
import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { ActDialog } from '../../../kit/act-dialog.tsx'
import { Amount, money } from '../../../kit/amount.tsx'
import { Figures } from '../../../kit/figures.tsx'
import { useKeys } from '../../../kit/keys.tsx'
import { Facts } from '../../../kit/section.tsx'
import { useMay } from '../../../kit/session.tsx'
import { When } from '../../../kit/when.tsx'
import { type Reseller, resellerQuery } from './reseller-data.ts'

type Doing = 'pay-in' | 'adjust' | 'terms' | 'close' | 'reopen'

/** `Overview` shows a reseller's money and terms, and what may be done about them. */
export function Overview() {
  const { t } = useLingui()
  const { username = '' } = useParams({ strict: false }) as { username?: string }
  const { data: reseller } = useSuspenseQuery(resellerQuery(username))
  const may = useMay()
  const [doing, setDoing] = useState<Doing>()
  const { currency, available, held, credit_limit, low_balance, email, group, created_at, status } = reseller
  useKeys(may('money.adjust') ? { i: [t`Pay in`, () => setDoing('pay-in')] } : {})
  return (
    <Stack gap="xl">
      {available !== undefined && (
        <Figures
          figures={[
            { label: t`Available`, value: <Amount value={available} currency={currency} /> },
            { label: t`Held for open orders`, value: <Amount value={held} currency={currency} /> },
            { label: t`Credit limit`, value: <Amount value={credit_limit} currency={currency} /> },
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
      {(doing === 'pay-in' || doing === 'adjust') && (
        <Move reseller={reseller} isDeposit={doing === 'pay-in'} onClose={() => setDoing(undefined)} />
      )}
      {doing === 'terms' && <Terms reseller={reseller} onClose={() => setDoing(undefined)} />}
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

/** `useDone` reads the reseller again after a change. */
function useDone(): () => Promise<void> {
  const client = useQueryClient()
  return () => client.invalidateQueries({ queryKey: ['resellers'] })
}

/** `Move` credits money that has come, or corrects the balance by hand; both stand in the ledger for ever. */
function Move({ reseller, isDeposit, onClose }: DialogProps & { isDeposit: boolean }) {
  const { t } = useLingui()
  const done = useDone()
  const { username: account, name, currency, available = '0' } = reseller
  const [amount, setAmount] = useState('')
  const [reference, setReference] = useState('')
  const isAmount = /^-?\d+(?:[.,]\d+)?$/.test(amount.trim())
  const said = isAmount ? money(amount.trim().replace(',', '.'), currency) : '…'
  const given = { amount: amount.trim(), ...(reference.trim() && { reference: reference.trim() }) }
  const act = ({ key, why }: { key: string; why: string }) => {
    const params = { header: { 'idempotency-key': key }, path: { account } }
    return isDeposit
      ? dataOf(
          api.POST('/api/operator/accounts/{account}/deposit', {
            params,
            body: { ...given, ...(why && { note: why }) },
          }),
        )
      : dataOf(api.POST('/api/operator/accounts/{account}/adjust', { params, body: { ...given, note: why } }))
  }
  return (
    <ActDialog
      title={isDeposit ? t`Pay in for ${name}` : t`Adjust the balance of ${name}`}
      button={isDeposit ? t`Credit ${said}` : t`Adjust by ${said}`}
      needsReason={!isDeposit}
      reasons={isDeposit ? [] : [t`Goodwill`, t`Paid in cash`, t`Correction of a mistake`]}
      untouched={<Trans>The balance is unchanged.</Trans>}
      act={act}
      onDone={() => void done()}
      onClose={onClose}
    >
      <Stack>
        <p>
          <Trans>
            {name} has {money(available, currency)} available now.
          </Trans>
        </p>
        <TextInput
          label={t`Amount in ${currency}`}
          description={
            isAmount
              ? `= ${said}`
              : isDeposit
                ? t`Money that you have received.`
                : t`With a minus it is taken away.`
          }
          value={amount}
          onChange={({ currentTarget }) => setAmount(currentTarget.value)}
          inputMode="decimal"
          required
          data-autofocus
        />
        <TextInput
          label={t`Reference`}
          description={t`Of the payment: it counts once, however often it is sent.`}
          value={reference}
          onChange={({ currentTarget }) => setReference(currentTarget.value)}
          maxLength={100}
        />
      </Stack>
    </ActDialog>
  )
}

function Terms({ reseller, onClose }: DialogProps) {
  const { t } = useLingui()
  const done = useDone()
  const { username: account, name, currency, version, credit_limit = '0' } = reseller
  const [group, setGroup] = useState(reseller.group ?? '')
  const [limit, setLimit] = useState(credit_limit)
  const act = ({ key }: { key: string }) =>
    dataOf(
      api.PATCH('/api/operator/accounts/{account}/terms', {
        params: { header: { 'idempotency-key': key, 'if-match': version }, path: { account } },
        body: { group: group.trim() || null, ...(limit !== credit_limit && { credit_limit: limit.trim() }) },
      }),
    )
  return (
    <ActDialog
      title={t`Terms of ${name}`}
      button={t`Change the terms`}
      untouched={<Trans>The terms are unchanged.</Trans>}
      act={act}
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
        <TextInput
          label={t`Price group`}
          description={t`Empty: the prices of everyone.`}
          value={group}
          onChange={({ currentTarget }) => setGroup(currentTarget.value)}
          data-autofocus
        />
        <TextInput
          label={t`Credit limit in ${currency}`}
          value={limit}
          onChange={({ currentTarget }) => setLimit(currentTarget.value)}
          inputMode="decimal"
        />
      </Stack>
    </ActDialog>
  )
}

function Close({ reseller, doing, onClose }: DialogProps & { doing: 'close' | 'reopen' }) {
  const { t } = useLingui()
  const done = useDone()
  const { username: account, name, currency, available = '0' } = reseller
  const isClosing = doing === 'close'
  const act = ({ key }: { key: string }) => {
    const params = { header: { 'idempotency-key': key }, path: { account } }
    return isClosing
      ? dataOf(api.POST('/api/operator/accounts/{account}/close', { params }))
      : dataOf(api.POST('/api/operator/accounts/{account}/reopen', { params }))
  }
  return (
    <ActDialog
      title={isClosing ? t`Close ${name}?` : t`Reopen ${name}?`}
      button={isClosing ? t`Close ${name}` : t`Reopen ${name}`}
      isDangerous={isClosing}
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
