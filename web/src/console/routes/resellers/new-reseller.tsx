import { useLingui } from '@lingui/react/macro'
import { Checkbox, Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { ActDialog } from '../../../kit/act-dialog.tsx'
import { money } from '../../../kit/amount.tsx'
import { AmountInput } from '../../../kit/amount-input.tsx'
import { CurrencyInput } from '../../../kit/currency-input.tsx'
import { TextInput } from '../../../kit/inputs.tsx'
import { coinOf, moneyAbove0 } from '../../../kit/read-amount.ts'
import { useMay, useSession } from '../../../kit/session.tsx'
import { firstStepsQuery } from '../../first-steps.ts'
import { PriceGroupInput } from '../../price-group-input.tsx'

/** `NewReseller` makes an account. What moves money or gives terms is asked only of who may give it. */
export function NewReseller({
  invites,
  onInvited,
  onClose,
}: {
  /** `invites`: it is to be invited unless said otherwise. */
  invites: boolean
  /** `onInvited` shows the link of the invitation, which is given once. */
  onInvited: (username: string, link: string) => void
  onClose: () => void
}) {
  const { t } = useLingui()
  const navigate = useNavigate()
  const may = useMay()
  const fields = useRef<HTMLDivElement>(null)
  const { data: shop } = useQuery(firstStepsQuery)
  const [chosen, setCurrency] = useState<string>()
  const { business } = useSession()
  // Where nobody said, most are paid in the currency that is sold in.
  const currency = chosen ?? business.new_account_currency ?? shop?.currency ?? 'USD'
  const [group, setGroup] = useState((may('resellers.terms') && business.new_account_group) || '')
  const coin = coinOf(currency)
  const [deposit, setDeposit] = useState('')
  const first = moneyAbove0(deposit, coin)
  const said = first === undefined ? undefined : money(first, currency)
  const [isInvited, setInvited] = useState(invites && may('people.edit'))
  const create = async ({ key }: { key: string }) => {
    const text = (name: string): string | undefined =>
      fields.current?.querySelector<HTMLInputElement>(`[name="${name}"]`)?.value.trim() || undefined
    const email = text('email') ?? ''
    const optional = Object.fromEntries(
      ['username'].flatMap((name) => {
        const value = text(name)
        return value === undefined ? [] : [[name, value]]
      }),
    )
    const made = await dataOf(
      api.POST('/api/operator/accounts', {
        params: { header: { 'idempotency-key': key } },
        body: {
          ...{ name: text('name') ?? '', email, currency, ...optional },
          ...(first !== undefined && { deposit: first }),
          ...(group !== '' && { group }),
          ...(isInvited && { invite: email }),
        },
      }),
    )
    if (made.link !== null) onInvited(made.username, made.link)
    else await navigate({ to: `/resellers/${made.username}/keys` })
    return made
  }
  return (
    <ActDialog
      title={t`New reseller`}
      button={said === undefined ? t`Make the reseller` : t`Make the reseller and credit ${said}`}
      isReady={deposit.trim() === '' || first !== undefined}
      act={create}
      told={said === undefined ? undefined : ({ name }) => t`${said} was credited to ${name}.`}
      onClose={onClose}
    >
      <Stack ref={fields}>
        <TextInput name="name" label={t`Name`} required maxLength={200} data-autofocus />
        <TextInput name="email" type="email" label={t`E-mail address`} required maxLength={254} />
        {may('people.edit') && (
          <Checkbox
            label={t`Invite this address to the portal, as its owner`}
            description={t`The invitation is sent there where mail is set up; its link is shown in any case.`}
            checked={isInvited}
            onChange={({ currentTarget }) => setInvited(currentTarget.checked)}
          />
        )}
        <CurrencyInput
          field="currency"
          label={t`Currency`}
          description={t`Such as USD. It never changes.`}
          value={currency}
          onChange={({ currentTarget }) => setCurrency(currentTarget.value.toUpperCase())}
          required
          minLength={3}
        />
        <TextInput
          name="username"
          label={t`User name`}
          description={t`Made of the name when left out.`}
          maxLength={64}
        />
        {may('resellers.terms') && <PriceGroupInput value={group} onChange={setGroup} />}
        {may('money.adjust') && (
          <AmountInput
            {...{ field: 'deposit', coin, value: deposit, onValue: setDeposit }}
            label={t`First deposit, in ${currency}`}
            description={t`Money that you have received already: it is credited at once.`}
          />
        )}
      </Stack>
    </ActDialog>
  )
}
