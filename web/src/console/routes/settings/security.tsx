import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Stack, Table } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { api, dataOf } from '../../../api/client.ts'
import { CardTable } from '../../../kit/card-table.tsx'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { Page } from '../../../kit/page.tsx'
import { usePages } from '../../../kit/pages.ts'
import { When } from '../../../kit/when.tsx'
import styles from './settings.module.css'

const readFailures = async (cursor: string | undefined, signal: AbortSignal) => {
  const query = cursor === undefined ? {} : { cursor }
  return (await dataOf(api.GET('/api/operator/failed-sign-ins', { params: { query }, signal }))).page
}
type Failure = Awaited<ReturnType<typeof readFailures>>['items'][number]

/** SHOWN are the settings that say who gets in, and by which way. */
const SHOWN = ['CONSOLE_ALLOW', 'PUBLIC_URL', 'TRUST_PROXY', 'REGISTRATION', 'OUTBOUND_ALLOW']

/** `Security` says how people get in, from where, and whose passwords and codes were wrong. */
export function Security() {
  const { t } = useLingui()
  const settings = useQuery({
    queryKey: ['settings'],
    queryFn: ({ signal }) => dataOf(api.GET('/api/operator/settings', { signal })),
  })
  const failures = usePages<Failure>(['failed-sign-ins'], readFailures)
  const shown = settings.data?.items.filter(({ name }) => SHOWN.includes(name)) ?? []
  return (
    <Page title={t`Security`}>
      <Stack gap="xl">
        <div>
          <h2>
            <Trans>How people get in</Trans>
          </h2>
          <ul className={styles.plain}>
            <li>
              <Trans>
                People of the staff need a second factor: an app’s code, or a passkey, which is password and
                second factor in one. Their passwords have 12 characters or more, and none of the commonest
                10,000.
              </Trans>
            </li>
            <li>
              <Trans>
                A sign-in ends after 12 hours without a request, and after 7 days. What moves money or gives
                rights asks for password and code again after ten minutes.
              </Trans>
            </li>
            <li>
              <Trans>
                After five wrong passwords an address waits longer each time, up to a minute. Nobody is locked
                out.
              </Trans>
            </li>
          </ul>
        </div>
        <div>
          <h2>
            <Trans>From where</Trans>
          </h2>
          <p className={styles.lead}>
            <Trans>These are given by the environment of the server, and are changed there.</Trans>
          </p>
          <FaultNote fault={settings.error} onRetry={() => void settings.refetch()} />
          {settings.isPending && <Loading rows={3} />}
          {settings.data && (
            <dl className={styles.pairs}>
              {shown.map(({ name, value, is_set }) => (
                <div key={name}>
                  <dt className="code">{name}</dt>
                  <dd>
                    {value ? <span className="code">{value}</span> : <SettingLeftOut name={name} />}
                    {value && !is_set && <span className="muted"> · {t`the default`}</span>}
                  </dd>
                </div>
              ))}
            </dl>
          )}
        </div>
        <div>
          <h2>
            <Trans>Wrong passwords and codes</Trans>
          </h2>
          <FaultNote fault={failures.error} onRetry={failures.again} />
          {!failures.rows && !failures.error && <Loading rows={4} />}
          {failures.rows?.length === 0 && (
            <Empty>
              <Trans>None lately.</Trans>
            </Empty>
          )}
          {failures.rows && failures.rows.length > 0 && (
            <CardTable label={t`Wrong passwords and codes`}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t`When`}</Table.Th>
                  <Table.Th>{t`Person`}</Table.Th>
                  <Table.Th data-card="words">{t`What`}</Table.Th>
                  <Table.Th>{t`Address`}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {failures.rows.map((failure) => (
                  <Table.Tr key={failure.id}>
                    <Table.Td>
                      <When at={failure.at} />
                    </Table.Td>
                    <Table.Td>
                      <Whose failure={failure} />
                    </Table.Td>
                    <Table.Td>{failure.what}</Table.Td>
                    <Table.Td className="code">{failure.address}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </CardTable>
          )}
          {failures.more && (
            <Button variant="default" onClick={failures.more} mt="sm">
              <Trans>Show earlier</Trans>
            </Button>
          )}
        </div>
      </Stack>
    </Page>
  )
}

/** `SettingLeftOut` says what holds where a setting is not given. */
function SettingLeftOut({ name }: { name: string }) {
  const { t } = useLingui()
  const words: Record<string, string> = {
    CONSOLE_ALLOW: t`any address may open the console`,
    PUBLIC_URL: t`not given: there are no passkeys`,
    TRUST_PROXY: t`no proxy is believed`,
    OUTBOUND_ALLOW: t`public addresses alone are called`,
  }
  return <span className="muted">{words[name] ?? t`not given`}</span>
}

function Whose({ failure: { of, name } }: { failure: Failure }) {
  const { t } = useLingui()
  if (of === 'nobody') return <span className="muted">{t`nobody: the address is unknown`}</span>
  return (
    <>
      {name} <span className="muted">· {of === 'staff' ? t`staff` : t`of a reseller`}</span>
    </>
  )
}
