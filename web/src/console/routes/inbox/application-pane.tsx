import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Group, Stack } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { ActDialog } from '../../../kit/act-dialog.tsx'
import { Copy } from '../../../kit/copy.tsx'
import { CurrencyInput } from '../../../kit/currency-input.tsx'
import { useKeys } from '../../../kit/keys.tsx'
import { FaultNote, Loading } from '../../../kit/notes.tsx'
import { HereOnly, linkTo } from '../../../kit/once-shown.tsx'
import { Facts } from '../../../kit/section.tsx'
import { useMay, useSession } from '../../../kit/session.tsx'
import { When } from '../../../kit/when.tsx'
import { PriceGroupInput } from '../../price-group-input.tsx'

const read = (id: number, signal: AbortSignal) =>
  dataOf(api.GET('/api/operator/applications/{id}', { params: { path: { id } }, signal }))
type Application = Awaited<ReturnType<typeof read>>

/** `ApplicationPane` has what somebody says who asks for an account: accepted into a currency and a price group, or refused with a reason. */
export function ApplicationPane({
  id,
  isOver,
  onDone,
}: {
  id: number
  /** `isOver`: somebody else has decided it. */
  isOver: boolean
  onDone: () => void
}) {
  const { t } = useLingui()
  const found = useQuery({
    queryKey: ['application', id, isOver],
    queryFn: ({ signal }) => read(id, signal),
    placeholderData: keepPreviousData,
  })
  const [doing, setDoing] = useState<'accept' | 'refuse'>()
  const [link, setLink] = useState<string>()
  const { data: one } = found
  const isOpen = one?.status === 'open' && !isOver
  // The digit is not typed into the dialog that it opens.
  const opens = (what: 'accept' | 'refuse') => (event: KeyboardEvent) => {
    event.preventDefault()
    setDoing(what)
  }
  useKeys({
    ...(isOpen && !link && { 1: [t`Accept…`, opens('accept')], 2: [t`Refuse…`, opens('refuse')] }),
    ...(link && { 'Ctrl+Enter': [t`Go on`, onDone] }),
  })
  if (!one)
    return found.error ? (
      <FaultNote fault={found.error} onRetry={() => void found.refetch()} />
    ) : (
      <Loading rows={4} />
    )
  const { name, email, contact, country, note, address, verified_at: since } = one
  return (
    <Stack>
      <Facts
        of={[
          [t`Name`, name],
          [t`E-mail address`, email],
          [t`Also reached at`, contact || undefined],
          [t`Country`, country || undefined],
          [t`Message`, note || undefined],
          [
            t`From`,
            <span key="address" className="code">
              {address}
            </span>,
          ],
          [t`Address proved`, <When key="since" at={since} exact />],
          [
            one.status === 'accepted' ? t`Accepted` : t`Refused`,
            one.decided_at === null ? undefined : (
              <span key="decided">
                <When at={one.decided_at} exact />
                {one.decided_by !== null && `\u00A0· ${one.decided_by_name ?? one.decided_by}`}
              </span>
            ),
          ],
          [t`Reason`, one.why || undefined],
        ]}
      />
      {link === undefined ? (
        isOpen && (
          <Group>
            <Button onClick={() => setDoing('accept')}>
              <Trans>Accept…</Trans>
            </Button>
            <Button variant="default" onClick={() => setDoing('refuse')}>
              <Trans>Refuse…</Trans>
            </Button>
          </Group>
        )
      ) : (
        <div role="status">
          <p>
            <Trans>
              {name} has an account now. The invitation is mailed where mails are set up; this is its link,
              shown only now:
            </Trans>
          </p>
          <p className="code" style={{ overflowWrap: 'anywhere' }}>
            {link}
          </p>
          <HereOnly />
          <Group>
            <Copy value={link}>{t`Copy the link`}</Copy>
            <Button onClick={onDone}>
              <Trans>Go on</Trans>
            </Button>
          </Group>
        </div>
      )}
      {doing === 'accept' && (
        <Accept one={one} onAccepted={setLink} onDone={onDone} onClose={() => setDoing(undefined)} />
      )}
      {doing === 'refuse' && (
        <ActDialog
          title={t`Refuse ${name}?`}
          button={t`Refuse`}
          isDangerous
          needsReason
          reasons={[t`We sell to shops only`, t`We cannot serve your country`]}
          untouched={<Trans>Nothing is decided.</Trans>}
          act={({ key, why }) =>
            dataOf(
              api.POST('/api/operator/applications/{id}/refuse', {
                params: { path: { id }, header: { 'idempotency-key': key } },
                body: { why },
              }),
            )
          }
          onDone={onDone}
          onClose={() => setDoing(undefined)}
        >
          <Trans>{email} is told by mail, with the reason as you write it.</Trans>
        </ActDialog>
      )}
    </Stack>
  )
}

function Accept({
  one: { id, name, email },
  onAccepted,
  onDone,
  onClose,
}: {
  one: Application
  onAccepted: (link: string) => void
  onDone: () => void
  onClose: () => void
}) {
  const { t } = useLingui()
  const mayTerms = useMay()('resellers.terms')
  const { business } = useSession()
  const [currency, setCurrency] = useState(business.new_account_currency ?? '')
  const [group, setGroup] = useState((mayTerms && business.new_account_group) || '')
  const act = async ({ key }: { key: string }) => {
    const { link } = await dataOf(
      api.POST('/api/operator/applications/{id}/accept', {
        params: { path: { id }, header: { 'idempotency-key': key } },
        body: {
          currency: currency.trim().toUpperCase(),
          ...(group !== '' && { group }),
        },
      }),
    )
    // The link is shown before the next one is opened; a repeated answer has none.
    if (link === null) onDone()
    else onAccepted(linkTo(link))
  }
  return (
    <ActDialog
      title={t`Accept ${name}`}
      button={t`Make the account`}
      untouched={<Trans>No account was made.</Trans>}
      act={act}
      onClose={onClose}
    >
      <Stack>
        <p>
          <Trans>An account is made, and {email} is invited to it as its owner.</Trans>
        </p>
        <CurrencyInput
          field="currency"
          label={t`Currency`}
          description={t`Such as USD. It never changes.`}
          value={currency}
          onChange={({ currentTarget }) => setCurrency(currentTarget.value)}
          required
          data-autofocus
        />
        {mayTerms && <PriceGroupInput value={group} onChange={setGroup} />}
      </Stack>
    </ActDialog>
  )
}
