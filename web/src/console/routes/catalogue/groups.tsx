import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { Button, Table, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { useRefreshOn } from '../../../api/events.ts'
import { ActDialog } from '../../../kit/act-dialog.tsx'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { Page } from '../../../kit/page.tsx'
import { useMay } from '../../../kit/session.tsx'
import { groupsQuery } from './service-data.ts'

const TOPICS = ['services']
const KEY = ['services', 'groups']

/** `Groups` lists the headings that services stand under, in the order in which resellers see them. */
export function Groups() {
  const { t } = useLingui()
  const may = useMay()
  const groups = useQuery(groupsQuery)
  useRefreshOn(TOPICS, KEY)
  const [asked, setAsked] = useState<string>()
  const items = groups.data?.items ?? []
  return (
    <Page title={t`Groups of services`} narrow>
      <FaultNote fault={groups.error} onRetry={() => void groups.refetch()} />
      {groups.isPending && <Loading rows={4} />}
      {groups.data && items.length === 0 && (
        <Empty
          action={
            <Button component={Link} to="/catalogue/services" variant="default">
              <Trans>To the services</Trans>
            </Button>
          }
        >
          <Trans>No groups yet. A service says which group it stands in.</Trans>
        </Empty>
      )}
      {items.length > 0 && (
        <Table verticalSpacing={8}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t`Group`}</Table.Th>
              <Table.Th ta="end">{t`Services`}</Table.Th>
              <Table.Th>
                <span className="visually-hidden">{t`Actions`}</span>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {items.map(({ name, services, active }) => (
              <Table.Tr key={name}>
                <Table.Td>
                  <Link to="/catalogue/services" search={{ group: name }}>
                    {name}
                  </Link>
                </Table.Td>
                <Table.Td ta="end">
                  <Plural value={services} one="# service" other="# services" />
                  {active < services && <span className="muted">, {t`${active} on`}</span>}
                </Table.Td>
                <Table.Td ta="end">
                  {may('catalogue.edit') && (
                    <Button
                      size="compact-sm"
                      variant="subtle"
                      aria-label={t`Rename ${name}`}
                      onClick={() => setAsked(name)}
                    >
                      <Trans>Rename</Trans>
                    </Button>
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      {asked !== undefined && <Rename group={asked} onClose={() => setAsked(undefined)} />}
    </Page>
  )
}

/** `Rename` moves all services of a group into one of another name: a plan shows them before. */
function Rename({ group, onClose }: { group: string; onClose: () => void }) {
  const { t } = useLingui()
  const navigate = useNavigate()
  const [name, setName] = useState(group)
  return (
    <ActDialog
      title={t`Rename ${{ name: group }}`}
      button={t`Review the change`}
      isReady={name.trim() !== '' && name.trim() !== group}
      untouched={<Trans>The name of the group is unchanged.</Trans>}
      act={async () => {
        const input = { filter: { group }, change: { group: name.trim() } }
        const { id } = await dataOf(
          api.POST('/api/operator/plans', { body: { kind: 'services.bulk', input } }),
        )
        await navigate({ to: '/plans/$id', params: { id: String(id) } })
      }}
      onClose={onClose}
    >
      <TextInput
        label={t`Name of the group`}
        description={t`If there is a group of this name, the services join it. Price rules of the group stay with its former name.`}
        value={name}
        onChange={({ currentTarget }) => setName(currentTarget.value)}
        required
        maxLength={200}
        data-autofocus
      />
    </ActDialog>
  )
}
