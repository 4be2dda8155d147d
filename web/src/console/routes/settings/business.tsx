import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { ActDialog } from '../../../kit/act-dialog.tsx'
import { CurrencyInput } from '../../../kit/currency-input.tsx'
import { Textarea, TextInput } from '../../../kit/inputs.tsx'
import { FaultNote, Loading } from '../../../kit/notes.tsx'
import { Page } from '../../../kit/page.tsx'
import { useMay, useSession } from '../../../kit/session.tsx'
import { History } from '../../history.tsx'
import { KeptSettingsForm, useSettings } from './kept-settings.tsx'
import styles from './settings.module.css'
import { SettingsForm, useDraft } from './settings-form.tsx'

const KEY = ['seller']

const readSeller = (signal: AbortSignal) => dataOf(api.GET('/api/operator/seller', { signal }))
type Seller = Awaited<ReturnType<typeof readSeller>>

/** `Business` says who sells, as statements and invoices say it. */
export function Business() {
  const { t } = useLingui()
  const may = useMay()
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
      {seller.data && <Form seller={seller.data} />}
      <History what="seller" subject="true" />
      {may('settings.read') && <Counting />}
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
    KEY,
  )
  const field = (of: keyof typeof seller, label: string, description: string) => ({
    ...{ label, description, value: draft.values[of], readOnly: isReadOnly, maxLength: 500 },
    onChange: ({ currentTarget }: { currentTarget: { value: string } }) =>
      draft.set({ [of]: currentTarget.value }),
  })
  return (
    <SettingsForm what="seller" draft={draft} isReadOnly={isReadOnly}>
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

/** `Counting` says in which currency the business counts, and where its days begin and end. */
function Counting() {
  const { t } = useLingui()
  const settings = useSettings()
  const { business } = useSession()
  const mayEdit = useMay()('settings.edit')
  const [isAsked, setAsked] = useState(false)
  return (
    <section className={`${styles.part} ${styles.next}`}>
      <h2>
        <Trans>Currency and time zone</Trans>
      </h2>
      <FaultNote fault={settings.error} onRetry={() => void settings.refetch()} />
      {settings.data && (
        <KeptSettingsForm settings={settings.data} labels={{ HOME_CURRENCY: t`Home currency` }}>
          {(field) => {
            const { onChange, ...one } = field(
              'HOME_CURRENCY',
              t`Such as USD. Figures are shown in it first, and new resellers begin with it. Balances and prices stay as they are.`,
            )
            return (
              <CurrencyInput
                label={t`Home currency`}
                {...one}
                onChange={({ currentTarget }) => onChange(currentTarget.value.toUpperCase())}
              />
            )
          }}
        </KeptSettingsForm>
      )}
      <div className={styles.zone}>
        <TextInput
          field="time_zone"
          label={t`Time zone`}
          description={t`Where the days of figures begin and end, and by whose clock the digest is sent.`}
          value={business.time_zone}
          readOnly
        />
        {mayEdit && (
          <Button variant="default" onClick={() => setAsked(true)}>
            <Trans>Another time zone…</Trans>
          </Button>
        )}
      </div>
      {isAsked && <OtherZone onClose={() => setAsked(false)} />}
    </section>
  )
}

function OtherZone({ onClose }: { onClose: () => void }) {
  const { t } = useLingui()
  const client = useQueryClient()
  const zones = useId()
  const { business } = useSession()
  const [zone, setZone] = useState(Intl.DateTimeFormat().resolvedOptions().timeZone)
  const name = zone.trim()
  return (
    <ActDialog
      title={t`Another time zone`}
      button={t`Count days in ${name}`}
      isReady={name !== '' && name !== business.time_zone}
      untouched={<Trans>Days begin and end as before.</Trans>}
      act={async () => {
        await dataOf(api.POST('/api/operator/figures/rebuild', { body: { time_zone: name } }))
        await client.invalidateQueries()
      }}
      onClose={onClose}
    >
      <p>
        <Trans>
          All figures are made anew from the ledger, with other days: turnover and profit of a day change, and
          those of all days together stay. With millions of orders that takes minutes; until then figures are
          shown as they were. No money moves, and statements keep their months in UTC.
        </Trans>
      </p>
      <TextInput
        field="time_zone"
        label={t`Time zone`}
        description={t`Such as Asia/Jakarta`}
        value={zone}
        list={zones}
        maxLength={100}
        onChange={({ currentTarget }) => setZone(currentTarget.value)}
        data-autofocus
      />
      <datalist id={zones}>
        {Intl.supportedValuesOf('timeZone').map((one) => (
          <option key={one} value={one} />
        ))}
      </datalist>
    </ActDialog>
  )
}
