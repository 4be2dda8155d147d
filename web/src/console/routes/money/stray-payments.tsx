import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Stack } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { useRefreshOn } from '../../../api/events.ts'
import { ActDialog } from '../../../kit/act-dialog.tsx'
import { money } from '../../../kit/amount.tsx'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { Page } from '../../../kit/page.tsx'
import { PickOne } from '../../../kit/pick.tsx'
import { Facts, Section } from '../../../kit/section.tsx'
import { useMay } from '../../../kit/session.tsx'
import { When } from '../../../kit/when.tsx'
import { MoveSaid } from '../../move-said.tsx'
import { usePickFrom } from '../../pick-from.ts'

const KEY = ['stray-payments']
const TOPICS = ['deposits']
/** `MOST` is how many the API gives at once. */
const MOST = 1000

const readStrays = async (signal: AbortSignal) =>
  (await dataOf(api.GET('/api/operator/stray-payments', { params: { query: { limit: MOST } }, signal })))
    .items
const DEPOSITS: string = '/money/deposits'

type Stray = Awaited<ReturnType<typeof readStrays>>[number]
type Doing = { stray: Stray; what: 'credit' | 'close' }

/** `StrayPayments` are payments that banks told of and that fit no deposit, or several: a person finds out whose they are. */
export function StrayPayments() {
  const { t } = useLingui()
  const may = useMay()
  useRefreshOn(TOPICS, KEY)
  // Nobody is told of a new one.
  const strays = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => readStrays(signal),
    refetchInterval: 30_000,
  })
  const [doing, setDoing] = useState<Doing>()
  return (
    <Page title={t`Stray payments`}>
      <p className="muted">
        <Trans>
          Money that came in and fits no open deposit by its amount, or fits several. Ask who sent it; then
          put it on a balance, or close it when it was sent back. The oldest comes first.
        </Trans>
      </p>
      <FaultNote fault={strays.error} onRetry={() => void strays.refetch()} />
      {!strays.data && !strays.error && <Loading />}
      {strays.data?.length === 0 && (
        <Empty>
          <Trans>Every payment that came in has its deposit.</Trans>
        </Empty>
      )}
      <Stack>
        {strays.data?.map((stray) => (
          <Section
            key={stray.id}
            title={money(stray.amount, stray.currency)}
            actions={
              <>
                {may('money.deposits') && (
                  <Button size="xs" onClick={() => setDoing({ stray, what: 'credit' })}>
                    <Trans>Put it on a balance…</Trans>
                  </Button>
                )}
                {may('money.deposits') && (
                  <Button size="xs" variant="default" onClick={() => setDoing({ stray, what: 'close' })}>
                    <Trans>Close…</Trans>
                  </Button>
                )}
              </>
            }
          >
            <Said stray={stray} />
          </Section>
        ))}
      </Stack>
      {strays.data?.length === MOST && (
        <p className="muted">
          <Trans>There are more. They are shown once some of these are closed.</Trans>
        </p>
      )}
      {doing?.what === 'credit' && <Credit stray={doing.stray} onClose={() => setDoing(undefined)} />}
      {doing?.what === 'close' && <Close stray={doing.stray} onClose={() => setDoing(undefined)} />}
    </Page>
  )
}

/** `Said` is what is known of a payment. Its words are those of the payer: they are shown as they came. */
function Said({ stray }: { stray: Stray }) {
  const { t } = useLingui()
  const { amount, provider, fitting } = stray
  return (
    <Facts
      of={[
        [t`Words`, stray.words || '–'],
        [t`Way to pay in`, provider],
        [
          t`Payment`,
          <span className="code" key="payment">
            {stray.payment}
          </span>,
        ],
        [t`Paid at, on the clock of the bank`, stray.paid_at],
        [t`Told of`, <When key="told" at={stray.received_at} />],
        [
          t`Open deposits of this amount`,
          fitting === 0 ? (
            t`none`
          ) : (
            <Link key="fitting" to={DEPOSITS} search={{ provider, amount }}>
              <Trans>{fitting}, show them</Trans>
            </Link>
          ),
        ],
      ]}
    />
  )
}

interface DialogProps {
  stray: Stray
  onClose: () => void
}

const useDone = () => {
  const client = useQueryClient()
  return async () => {
    await Promise.all(
      [KEY, ['today'], ['resellers'], ['reseller']].map((queryKey) => client.invalidateQueries({ queryKey })),
    )
  }
}

/** `Credit` puts a payment on the balance of whoever sent it, and closes it, in one step of the server. */
function Credit({ stray, onClose }: DialogProps) {
  const { t } = useLingui()
  const done = useDone()
  const [typed, setTyped] = useState('')
  const [whose, setWhose] = useState('')
  const { amount, currency, words } = stray
  const said = money(amount, currency)
  const found = useQuery({
    queryKey: ['reseller', 'of a payment', whose],
    queryFn: ({ signal }) =>
      dataOf(api.GET('/api/operator/accounts/{account}', { params: { path: { account: whose } }, signal })),
    enabled: whose !== '',
    retry: false,
  })
  // The server refuses a balance in another currency; here it is said before.
  const account = found.data?.currency === currency ? found.data.username : undefined
  const act = ({ key }: { key: string }) =>
    dataOf(
      api.POST('/api/operator/stray-payments/{id}/credit', {
        params: { path: { id: stray.id }, header: { 'idempotency-key': key } },
        body: { account: account ?? whose },
      }),
    )
  return (
    <ActDialog
      title={t`Put ${said} on a balance`}
      button={t`Credit ${said}`}
      isReady={account !== undefined}
      act={act}
      onDone={() => void done()}
      onClose={onClose}
    >
      <Stack>
        <Said stray={stray} />
        <PickOne
          from={usePickFrom().resellers}
          label={t`Reseller`}
          placeholder={t`Name or user name`}
          value={typed}
          onChange={(name) => {
            setTyped(name)
            if (name !== whose) setWhose('')
          }}
          onPick={setWhose}
          required
          data-autofocus
        />
        <FaultNote fault={found.error} />
        {found.data && account === undefined && (
          <p role="alert">
            <Trans>
              The balance of {found.data.name} is in {found.data.currency}, the payment in {currency}. It
              cannot be put there as it is.
            </Trans>
          </p>
        )}
        {account !== undefined && (
          <MoveSaid account={account} currency={currency} amount={amount} note={words || undefined} />
        )}
      </Stack>
    </ActDialog>
  )
}

/** `Close` says that nothing is to be done with a payment any more. No balance changes. */
function Close({ stray, onClose }: DialogProps) {
  const { t } = useLingui()
  const done = useDone()
  const said = money(stray.amount, stray.currency)
  return (
    <ActDialog
      title={t`Close the payment of ${said}?`}
      button={t`Close the payment`}
      needsReason
      reasons={[t`Sent back`, t`No reseller’s`, t`Credited elsewhere`]}
      act={({ key, why }) =>
        dataOf(
          api.POST('/api/operator/stray-payments/{id}/close', {
            params: { path: { id: stray.id }, header: { 'idempotency-key': key } },
            body: { note: why },
          }),
        )
      }
      onDone={() => void done()}
      onClose={onClose}
    >
      <Said stray={stray} />
      <p>
        <Trans>No balance changes. The reason stays with the payment.</Trans>
      </p>
    </ActDialog>
  )
}
