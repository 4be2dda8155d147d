import { Trans, useLingui } from '@lingui/react/macro'
import { Group, Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { ActDialog } from '../../../kit/act-dialog.tsx'
import { AmountInput } from '../../../kit/amount-input.tsx'
import { Autocomplete, Select } from '../../../kit/choices.tsx'
import { CurrencyInput } from '../../../kit/currency-input.tsx'
import { TextInput } from '../../../kit/inputs.tsx'
import { coinOf, readPrice } from '../../../kit/read-amount.ts'
import { groupsQuery, kindWords, type ServiceRow } from './service-data.ts'

/** `NewService` makes a service with what it cannot be without, and opens it. It is off until somebody turns it on. */
export function NewService({ onClose }: { onClose: () => void }) {
  const { t, i18n } = useLingui()
  const navigate = useNavigate()
  const groups = useQuery(groupsQuery)
  const [form, setForm] = useState({ code: '', name: '', group: '', price: '', currency: 'USD' })
  const [kind, setKind] = useState<ServiceRow['kind']>('imei')
  const set = (name: keyof typeof form) => (value: string) => setForm((old) => ({ ...old, [name]: value }))
  const coin = coinOf(form.currency.trim())
  const price = readPrice(form.price, coin)
  const act = async ({ key }: { key: string }) => {
    const { code } = await dataOf(
      api.POST('/api/operator/services', {
        params: { header: { 'idempotency-key': key } },
        body: { ...form, price: price ?? '', kind, active: false },
      }),
    )
    await navigate({ to: '/catalogue/services/$service', params: { service: code } })
  }
  return (
    <ActDialog
      title={t`New service`}
      button={t`Make the service`}
      isReady={price !== undefined}
      untouched={<Trans>No service was made.</Trans>}
      act={act}
      onClose={onClose}
    >
      <Stack>
        <TextInput
          field="name"
          label={t`Name`}
          description={t`What resellers see.`}
          value={form.name}
          onChange={({ currentTarget }) => set('name')(currentTarget.value)}
          required
          maxLength={200}
          data-autofocus
        />
        <TextInput
          field="code"
          label={t`Code`}
          description={t`What programs call it: letters, digits, dots, dashes. Not digits only.`}
          value={form.code}
          onChange={({ currentTarget }) => set('code')(currentTarget.value)}
          required
          maxLength={64}
          spellCheck={false}
        />
        <Autocomplete
          field="group"
          label={t`Group`}
          description={t`The heading that it stands under.`}
          data={groups.data?.items.map(({ name }) => name) ?? []}
          value={form.group}
          onChange={set('group')}
          required
          maxLength={200}
        />
        <Select
          field="kind"
          label={t`What is ordered`}
          description={t`It never changes.`}
          value={kind}
          allowDeselect={false}
          data={(Object.keys(kindWords) as ServiceRow['kind'][]).map((value) => ({
            ...{ value, label: i18n._(kindWords[value]) },
          }))}
          onChange={(value) => setKind(value as ServiceRow['kind'])}
        />
        <Group grow align="start">
          <AmountInput
            {...{ field: 'price', coin, read: readPrice, value: form.price, onValue: set('price') }}
            label={t`Price for everyone`}
            required
          />
          <CurrencyInput
            field="currency"
            label={t`Currency`}
            value={form.currency}
            onChange={({ currentTarget }) => set('currency')(currentTarget.value.toUpperCase())}
            required
          />
        </Group>
        <p className="muted">
          <Trans>
            It is off at first. Turn it on once somebody does it: a supplier, or a person by hand.
          </Trans>
        </p>
      </Stack>
    </ActDialog>
  )
}
