import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { Stack, Table, TextInput } from '@mantine/core'
import { CardTable } from '../../../kit/card-table.tsx'
import { FaultNote, Loading } from '../../../kit/notes.tsx'
import { sizeText, whole } from '../../../kit/numbers.ts'
import { Page } from '../../../kit/page.tsx'
import { KeptSettingsForm, type Setting, type Settings, useSettings } from './kept-settings.tsx'
import styles from './settings.module.css'

/** `limits` are those that the environment alone sets, since they hold from the start of a process. */
const limits: readonly [name: string, words: MessageDescriptor][] = [
  ['REST_REQUESTS_PER_MINUTE', msg`Requests a minute of a key, REST`],
  ['DHRU_REQUESTS_PER_MINUTE', msg`Requests a minute of a key, Dhru`],
  ['FAILED_LOGINS_PER_MINUTE', msg`Wrong credentials a minute`],
  ['DHRU_MAX_ROWS', msg`Rows of a bulk request, Dhru`],
  ['BODY_LIMIT', msg`Size of a request`],
  ['DHRU_BODY_LIMIT', msg`Size of a request, Dhru`],
  ['REQUESTS_PER_ADDRESS', msg`Requests at a time, for each address`],
  ['CONNECTIONS_PER_ADDRESS', msg`Connections, for each address`],
  ['MAX_CONNECTIONS', msg`Connections in all`],
  ['EXCHANGE_DAYS', msg`Days of what was sent to suppliers and came back`],
  ['TRANSFER_MINIMUMS', msg`Least amount of a transfer`],
  ['BACKUP_HOURS', msg`Hours between backups`],
  ['BACKUP_KEEP', msg`Backups that are kept`],
]

/** `shown` writes a limit as people do: sizes in their unit, and numbers with separators. */
const shown = (name: string, value: string | null): string => {
  if (value === null) return '–'
  if (!/^\d+$/.test(value)) return value
  return name.endsWith('BODY_LIMIT') ? sizeText(Number(value)) : whole(Number(value))
}

/** `Limits` says how long things are kept, and how much anybody may ask for. */
export function Limits() {
  const { t } = useLingui()
  const settings = useSettings()
  return (
    <Page title={t`Limits and retention`}>
      <FaultNote fault={settings.error} onRetry={() => void settings.refetch()} />
      {settings.isPending && <Loading rows={6} />}
      {settings.data && (
        <Stack gap="xl">
          <Retention settings={settings.data} />
          <OfEnvironment items={settings.data.items} />
        </Stack>
      )}
    </Page>
  )
}

function Retention({ settings }: { settings: Settings }) {
  const { t } = useLingui()
  const labels = {
    REQUEST_LOG_DAYS: t`Days of the log of requests`,
    DIGEST_TIMES: t`Times of the digest`,
    SUPPLIER_BALANCE_MINUTES: t`Minutes between looks at our balances`,
  }
  const days = Number(settings.items.find(({ name }) => name === 'EXCHANGE_DAYS')?.value)
  return (
    <section className={styles.part}>
      <h2>
        <Trans>How long things are kept</Trans>
      </h2>
      <ul className={styles.plain}>
        <li>
          <Trans>
            Orders, the ledger and the audit trail: for ever. No part of them is changed or removed.
          </Trans>
        </li>
        <li>
          <Trans>
            What was sent to a supplier and what came back: <Plural value={days} one="# day" other="# days" />
            . It is kept where the outcome was not clear, and of every attempt where the settings of the
            supplier say so.
          </Trans>
        </li>
        <li>
          <Trans>
            Files of lists are not kept; that somebody took one, and of what, stays in the audit trail.
          </Trans>
        </li>
      </ul>
      <KeptSettingsForm settings={settings} labels={labels}>
        {(field) => {
          const texts = [
            {
              label: labels.REQUEST_LOG_DAYS,
              ...field('REQUEST_LOG_DAYS', t`What resellers’ keys asked for; older entries are removed.`),
            },
            {
              label: labels.DIGEST_TIMES,
              ...field('DIGEST_TIMES', t`Such as 08:00,18:00 in the time zone of the business; off: never.`),
            },
            {
              label: labels.SUPPLIER_BALANCE_MINUTES,
              ...field(
                'SUPPLIER_BALANCE_MINUTES',
                t`How often suppliers are asked for our balance; 0: only when needed.`,
              ),
            },
          ]
          return texts.map(({ onChange, ...one }) => (
            <TextInput
              key={one.label}
              {...one}
              maxLength={200}
              onChange={({ currentTarget }) => onChange(currentTarget.value)}
            />
          ))
        }}
      </KeptSettingsForm>
    </section>
  )
}

function OfEnvironment({ items }: { items: readonly Setting[] }) {
  const { t, i18n } = useLingui()
  const rows = limits.flatMap(([name, words]) => {
    const item = items.find((one) => one.name === name)
    return item ? [{ ...item, words: i18n._(words) }] : []
  })
  return (
    <section>
      <h2>
        <Trans>How much anybody may ask for</Trans>
      </h2>
      <p className={styles.lead}>
        <Trans>
          The environment of the server sets these, and they hold from its next start; see{' '}
          <span className="code">docs/operating.md</span>.
        </Trans>
      </p>
      <CardTable label={t`Limits`} verticalSpacing={8} horizontalSpacing={12}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t`Limit`}</Table.Th>
            <Table.Th ta="end">{t`Value`}</Table.Th>
            <Table.Th>{t`Set by`}</Table.Th>
            <Table.Th>{t`Setting`}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(({ name, value, source, words }) => (
            <Table.Tr key={name}>
              <Table.Td>{words}</Table.Td>
              <Table.Td ta="end" title={value ?? undefined}>
                {shown(name, value)}
              </Table.Td>
              <Table.Td className="muted">
                {source === 'environment' ? t`the environment` : t`default`}
              </Table.Td>
              <Table.Td className="code">{name}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </CardTable>
    </section>
  )
}
