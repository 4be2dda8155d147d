import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Group, Stack, Textarea, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useMemo, useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { FaultNote, Loading } from '../../../kit/notes.tsx'
import { Page } from '../../../kit/page.tsx'
import { useMay } from '../../../kit/session.tsx'
import styles from './settings.module.css'

const KEY = ['seller']

const readSeller = (signal: AbortSignal) => dataOf(api.GET('/api/operator/seller', { signal }))
type Seller = Awaited<ReturnType<typeof readSeller>>

const FIELDS = ['name', 'address', 'tax_id', 'contact', 'prefix'] as const

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

function Form({ seller }: { seller: Seller }) {
  const { t } = useLingui()
  const client = useQueryClient()
  const may = useMay()
  const [draft, setDraft] = useState(seller)
  const [isBusy, setBusy] = useState(false)
  const [fault, setFault] = useState<unknown>()
  const changed = FIELDS.filter((field) => draft[field] !== seller[field])
  const name = JSON.stringify(changed.map((field) => draft[field]))
  // The same change pressed twice is one; another one is another.
  const key = useMemo(() => keyFor(name), [name])
  const isReadOnly = !may('settings.edit')
  const save = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    setFault(undefined)
    try {
      const body = Object.fromEntries(changed.map((field) => [field, draft[field]]))
      const params = { header: { 'idempotency-key': key, 'if-match': seller.version } }
      const set = await dataOf(api.PATCH('/api/operator/seller', { params, body }))
      client.setQueryData(KEY, set)
      notifications.show({ message: t`Saved. The next statement and invoice say it.` })
    } catch (error) {
      setFault(error)
    } finally {
      setBusy(false)
    }
  }
  const field = (of: (typeof FIELDS)[number], label: string, description: string) => ({
    ...{ label, description, value: draft[of], readOnly: isReadOnly, maxLength: 500 },
    onChange: ({ currentTarget }: { currentTarget: { value: string } }) =>
      setDraft({ ...draft, [of]: currentTarget.value }),
  })
  return (
    <form onSubmit={save}>
      <Stack>
        <TextInput {...field('name', t`Name`, t`Of the shop or company`)} />
        <Textarea
          {...field('address', t`Address`, t`As it stands on paper, in several lines`)}
          autosize
          minRows={3}
        />
        <TextInput {...field('tax_id', t`Tax number`, t`Such as a VAT number`)} />
        <TextInput
          {...field('contact', t`Contact`, t`Such as an e-mail address, for questions about money`)}
        />
        <TextInput {...field('prefix', t`Prefix of invoices`, t`What stands before their numbers`)} />
        <FaultNote fault={fault} untouched={<Trans>Nothing was saved.</Trans>} />
        {!isReadOnly && (
          <Group>
            <Button type="submit" loading={isBusy} disabled={changed.length === 0}>
              <Trans>Save</Trans>
            </Button>
            {changed.length > 0 && (
              <Button variant="default" onClick={() => setDraft(seller)}>
                <Trans>Leave it as it was</Trans>
              </Button>
            )}
          </Group>
        )}
      </Stack>
    </form>
  )
}

/** `keyFor` gives a change its key. */
const keyFor = (_change: string): string => crypto.randomUUID()
