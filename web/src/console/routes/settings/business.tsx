import { Trans, useLingui } from '@lingui/react/macro'
import { Textarea, TextInput } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { api, dataOf } from '../../../api/client.ts'
import { FaultNote, Loading } from '../../../kit/notes.tsx'
import { Page } from '../../../kit/page.tsx'
import { useMay } from '../../../kit/session.tsx'
import styles from './settings.module.css'
import { SettingsForm, useDraft } from './settings-form.tsx'

const KEY = ['seller']

const readSeller = (signal: AbortSignal) => dataOf(api.GET('/api/operator/seller', { signal }))
type Seller = Awaited<ReturnType<typeof readSeller>>

/** `Business` says who sells, as statements and invoices say it. */
export function Business() {
  const { t } = useLingui()
  const seller = useQuery({ queryKey: KEY, queryFn: ({ signal }) => readSeller(signal) })
  return (
    <Page title={t`Business`} narrow>
      <p className={styles.lead}>
        <Trans>
          This stands on statements and on invoices. Invoices that were issued keep what they said.
        </Trans>
      </p>
      <FaultNote fault={seller.error} onRetry={() => void seller.refetch()} />
      {seller.isPending && <Loading rows={5} />}
      {seller.data && <Form key={seller.data.version} seller={seller.data} />}
    </Page>
  )
}

function Form({ seller: { version, ...seller } }: { seller: Seller }) {
  const { t } = useLingui()
  const client = useQueryClient()
  const isReadOnly = !useMay()('settings.edit')
  const draft = useDraft(
    seller,
    async (body, key) => {
      const params = { header: { 'idempotency-key': key, 'if-match': version } }
      client.setQueryData(KEY, await dataOf(api.PATCH('/api/operator/seller', { params, body })))
    },
    t`Saved. The next statement and invoice say it.`,
  )
  const field = (of: keyof typeof seller, label: string, description: string) => ({
    ...{ label, description, value: draft.values[of], readOnly: isReadOnly, maxLength: 500 },
    onChange: ({ currentTarget }: { currentTarget: { value: string } }) =>
      draft.set({ [of]: currentTarget.value }),
  })
  return (
    <SettingsForm draft={draft} isReadOnly={isReadOnly}>
      <TextInput {...field('name', t`Name`, t`Of the shop or company`)} />
      <Textarea
        {...field('address', t`Address`, t`As it stands on paper, in several lines`)}
        autosize
        minRows={3}
      />
      <TextInput {...field('tax_id', t`Tax number`, t`Such as a VAT number`)} />
      <TextInput {...field('contact', t`Contact`, t`Such as an e-mail address, for questions about money`)} />
      <TextInput {...field('prefix', t`Prefix of invoices`, t`What stands before their numbers`)} />
    </SettingsForm>
  )
}
