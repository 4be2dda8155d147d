import { Trans, useLingui } from '@lingui/react/macro'
import { NativeSelect, Radio, Stack, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { FaultNote, Loading } from '../../../kit/notes.tsx'
import { Page } from '../../../kit/page.tsx'
import { priceGroupsQuery } from '../../price-groups.ts'
import { KeptSettingsForm, type Settings, useSettings } from './kept-settings.tsx'
import styles from './settings.module.css'

const NAMES = ['REGISTRATION', 'NEW_ACCOUNT_CURRENCY', 'NEW_ACCOUNT_GROUP']

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
  return (
    <KeptSettingsForm settings={settings} names={NAMES}>
      {(field) => {
        const registration = field(
          'REGISTRATION',
          t`Whoever asks proves an e-mail address; then the application waits in the inbox for one of you.`,
        )
        const currency = field(
          'NEW_ACCOUNT_CURRENCY',
          t`Such as USD. Empty: the home currency. An account keeps its currency for ever.`,
        )
        const group = field('NEW_ACCOUNT_GROUP', t`Accounts that are there stay in theirs.`)
        return (
          <>
            <Radio.Group
              label={t`Who may register`}
              description={registration.description}
              value={registration.value}
              onChange={registration.onChange}
            >
              <Stack gap={8} mt={8}>
                <Radio
                  value="closed"
                  disabled={registration.disabled}
                  label={t`Nobody: accounts come by invitation`}
                />
                <Radio
                  value="open"
                  disabled={registration.disabled}
                  label={t`Everybody, and one of you decides who gets an account`}
                />
              </Stack>
            </Radio.Group>
            <TextInput
              label={t`Currency of a new reseller`}
              {...currency}
              maxLength={3}
              onChange={({ currentTarget }) => currency.onChange(currentTarget.value.toUpperCase())}
            />
            <NativeSelect
              label={t`Price group of a new reseller`}
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
