import { Trans, useLingui } from '@lingui/react/macro'
import { NativeSelect, Radio, Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { CurrencyInput } from '../../../kit/currency-input.tsx'
import { Textarea } from '../../../kit/inputs.tsx'
import { FaultNote, Loading } from '../../../kit/notes.tsx'
import { Page } from '../../../kit/page.tsx'
import { priceGroupsQuery } from '../../price-groups.ts'
import { KeptSettingsForm, type Settings, useSettings } from './kept-settings.tsx'
import styles from './settings.module.css'

/** `PortalSettings` says who gets an account, and what a new one begins with. */
export function PortalSettings() {
  const { t } = useLingui()
  const settings = useSettings()
  return (
    <Page title={t`Portal`} narrow>
      <p className={styles.lead}>
        <Trans>Who gets an account of a reseller, and what the forms of a new one begin with.</Trans>
      </p>
      <FaultNote fault={settings.error} onRetry={() => void settings.refetch()} />
      {settings.isPending && <Loading rows={4} />}
      {settings.data && <Form settings={settings.data} />}
    </Page>
  )
}

function Form({ settings }: { settings: Settings }) {
  const { t } = useLingui()
  const groups = useQuery(priceGroupsQuery)
  const names = groups.data?.items.map(({ name }) => name) ?? []
  const labels = {
    REGISTRATION: t`Who may register`,
    PORTAL_WELCOME: t`Welcome`,
    PORTAL_TERMS: t`Terms`,
    NEW_ACCOUNT_CURRENCY: t`Currency of a new reseller`,
    NEW_ACCOUNT_GROUP: t`Price group of a new reseller`,
  }
  return (
    <KeptSettingsForm settings={settings} labels={labels}>
      {(field) => {
        const registration = field(
          'REGISTRATION',
          t`You make accounts and invite people whatever stands here. It is what the portal says to who has none.`,
        )
        const welcome = field(
          'PORTAL_WELCOME',
          t`Stands on the page on which one asks for an account, or for an invitation. Plain text, shown as you write it; empty: nothing.`,
        )
        const terms = field(
          'PORTAL_TERMS',
          t`Stands above the button by which an account is asked for: who presses it agrees. Plain text; empty: nothing.`,
        )
        const currency = field(
          'NEW_ACCOUNT_CURRENCY',
          t`Such as USD. Empty: the home currency. An account keeps its currency for ever.`,
        )
        const group = field('NEW_ACCOUNT_GROUP', t`Accounts that are there stay in theirs.`)
        return (
          <>
            <Radio.Group
              label={labels.REGISTRATION}
              description={registration.description}
              value={registration.value}
              onChange={registration.onChange}
            >
              <Stack gap={8} mt={8}>
                <Radio
                  value="closed"
                  disabled={registration.disabled}
                  label={t`Nobody`}
                  description={t`The portal says that there are no new accounts at present.`}
                />
                <Radio
                  value="invitation"
                  disabled={registration.disabled}
                  label={t`By invitation only`}
                  description={t`The portal says that accounts are by invitation, with your welcome and contacts.`}
                />
                <Radio
                  value="open"
                  disabled={registration.disabled}
                  label={t`Everybody, and one of you decides`}
                  description={t`Whoever asks proves an e-mail address; then the application waits in the inbox.`}
                />
              </Stack>
            </Radio.Group>
            <Textarea
              field="PORTAL_WELCOME"
              label={labels.PORTAL_WELCOME}
              {...welcome}
              autosize
              minRows={2}
              maxRows={12}
              maxLength={5000}
              onChange={({ currentTarget }) => welcome.onChange(currentTarget.value)}
            />
            <Textarea
              field="PORTAL_TERMS"
              label={labels.PORTAL_TERMS}
              {...terms}
              autosize
              minRows={3}
              maxRows={16}
              maxLength={5000}
              onChange={({ currentTarget }) => terms.onChange(currentTarget.value)}
            />
            <CurrencyInput
              field="NEW_ACCOUNT_CURRENCY"
              label={labels.NEW_ACCOUNT_CURRENCY}
              {...currency}
              onChange={({ currentTarget }) => currency.onChange(currentTarget.value.toUpperCase())}
            />
            <NativeSelect
              label={labels.NEW_ACCOUNT_GROUP}
              {...group}
              data={[
                { value: '', label: t`None` },
                ...[...new Set([...names, group.value])]
                  .filter((name) => name !== '')
                  .map((name) => ({ value: name, label: name })),
              ]}
              onChange={({ currentTarget }) => group.onChange(currentTarget.value)}
            />
          </>
        )
      }}
    </KeptSettingsForm>
  )
}
