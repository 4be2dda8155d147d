import { Trans, useLingui } from '@lingui/react/macro'
import { Checkbox, Table } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { api, dataOf } from '../../../api/client.ts'
import { FaultNote, Loading } from '../../../kit/notes.tsx'
import { Page } from '../../../kit/page.tsx'
import { roleWords } from '../../../kit/role-words.ts'
import { Scrolling } from '../../../kit/scrolling.tsx'
import { KeptSettingsForm, useSettings } from './kept-settings.tsx'
import { permissions } from './permission-words.ts'
import styles from './settings.module.css'

/** `Roles` is the table of permissions by which the server decides who may do what. */
export function Roles() {
  const { t, i18n } = useLingui()
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['roles'],
    queryFn: ({ signal }) => dataOf(api.GET('/api/operator/roles', { signal })),
  })
  return (
    <Page title={t`Roles`}>
      <p className={styles.lead}>
        <Trans>
          Each person has one role. What a role may not do is not shown to it, and is refused by the server.
          Where proof is asked for, password and code, or a passkey, must have been given in the last ten
          minutes.
        </Trans>
      </p>
      <FaultNote fault={error} onRetry={() => void refetch()} />
      {isPending && <Loading />}
      <ReadOnly />
      {data && (
        <Scrolling label={t`What each role may do`}>
          <Table className={styles.matrix ?? ''}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t`Permission`}</Table.Th>
                {data.roles.map((role) => (
                  <Table.Th key={role} ta="center">
                    {i18n._(roleWords(role))}
                  </Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {data.permissions.map(({ name, what, needs_proof, roles }) => (
                <Table.Tr key={name}>
                  <Table.Th scope="row" fw={400}>
                    {permissions[name] ? i18n._(permissions[name]) : what}
                    <div className="muted">
                      <span className="code">{name}</span>
                      {needs_proof && <> · {t`asks for proof`}</>}
                    </div>
                  </Table.Th>
                  {data.roles.map((role) => (
                    <Table.Td key={role} ta="center">
                      {roles.includes(role) ? (
                        <span className={styles.yes}>{t`yes`}</span>
                      ) : (
                        <span className="muted">
                          <span aria-hidden="true">–</span>
                          <span className="visually-hidden">{t`no`}</span>
                        </span>
                      )}
                    </Table.Td>
                  ))}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Scrolling>
      )}
    </Page>
  )
}

/** `ReadOnly` lets the owner show costs and reports to the role read-only. */
function ReadOnly() {
  const { t } = useLingui()
  const settings = useSettings()
  const name = 'READ_ONLY_SEES_COSTS'
  const label = t`People with the role read-only see costs and reports`
  return (
    <div className={styles.switch}>
      <FaultNote fault={settings.error} onRetry={() => void settings.refetch()} />
      {settings.data && (
        <KeptSettingsForm settings={settings.data} labels={{ [name]: label }} permission="staff.edit">
          {(field) => {
            const { value, description, disabled, onChange } = field(
              name,
              t`They see costs, margins, balances at suppliers, turnover and profit, on every page and by the API. They still change nothing.`,
            )
            return (
              <Checkbox
                label={label}
                description={description}
                checked={value === 'yes'}
                disabled={disabled}
                onChange={({ currentTarget }) => onChange(currentTarget.checked ? 'yes' : 'no')}
              />
            )
          }}
        </KeptSettingsForm>
      )}
    </div>
  )
}
