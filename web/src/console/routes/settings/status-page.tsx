import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Checkbox, Table } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { useRefreshOn } from '../../../api/events.ts'
import { ActDialog } from '../../../kit/act-dialog.tsx'
import { CardTable } from '../../../kit/card-table.tsx'
import { TextInput } from '../../../kit/inputs.tsx'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { Page } from '../../../kit/page.tsx'
import { usePages } from '../../../kit/pages.ts'
import styles from './settings.module.css'

const TOPICS = ['services']
const KEY = ['status-page']

const readServices = async (cursor: string | undefined, signal: AbortSignal) => {
  const query = { limit: 200, ...(cursor !== undefined && { cursor }) }
  return (await dataOf(api.GET('/api/operator/services', { params: { query }, signal }))).page
}
type Service = Awaited<ReturnType<typeof readServices>>['items'][number]

/** `StatusPage` chooses the services of which the page /status tells everybody how they stand. */
export function StatusPage() {
  const { t } = useLingui()
  const client = useQueryClient()
  const list = usePages<Service>(KEY, readServices)
  useRefreshOn(TOPICS, KEY)
  const [noted, setNoted] = useState<Service>()
  const refresh = () => client.invalidateQueries({ queryKey: KEY })
  const change = useMutation({
    mutationFn: ({ id, version, public_status }: Service) =>
      dataOf(
        api.PATCH('/api/operator/services/{service}', {
          params: { path: { service: String(id) }, header: { 'if-match': version } },
          body: { public_status: !public_status },
        }),
      ),
    onSettled: refresh,
  })
  return (
    <Page
      title={t`Status page`}
      actions={
        <Button component="a" href="/status" target="_blank" rel="noreferrer" variant="default">
          <Trans>Open /status</Trans>
        </Button>
      }
    >
      <p className={styles.lead}>
        <Trans>
          Of the services that you choose everybody reads on the page /status whether they work, how long they
          took in the last 24 hours, and when one was done last. While none is chosen there is no such page.
        </Trans>
      </p>
      <FaultNote fault={list.error ?? change.error} onRetry={list.again} />
      {!list.rows && !list.error && <Loading />}
      {list.rows?.length === 0 && list.isEnd && (
        <Empty>
          <Trans>No services yet.</Trans>
        </Empty>
      )}
      {list.rows && list.rows.length > 0 && (
        <CardTable label={t`Services`}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t`On the page`}</Table.Th>
              <Table.Th>{t`Group`}</Table.Th>
              <Table.Th data-card="words">{t`Note beside it`}</Table.Th>
              <Table.Th>
                <span className="visually-hidden">{t`Actions`}</span>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {list.rows.map((service) => (
              <Table.Tr key={service.id}>
                <Table.Td>
                  <Checkbox
                    label={service.name}
                    checked={service.public_status}
                    disabled={change.isPending}
                    onChange={() => change.mutate(service)}
                  />
                </Table.Td>
                <Table.Td>{service.group}</Table.Td>
                <Table.Td className={styles.words}>{service.status_note}</Table.Td>
                <Table.Td className={styles.end}>
                  <Button
                    size="compact-sm"
                    variant="subtle"
                    onClick={() => setNoted(service)}
                    aria-label={t`Note beside ${{ name: service.name }}`}
                  >
                    <Trans>Note…</Trans>
                  </Button>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </CardTable>
      )}
      {list.more && (
        <Button variant="default" onClick={list.more} mt="md">
          <Trans>Show more</Trans>
        </Button>
      )}
      {noted && <Note service={noted} onDone={() => void refresh()} onClose={() => setNoted(undefined)} />}
    </Page>
  )
}

function Note({
  service: { id, name, version, status_note },
  onDone,
  onClose,
}: {
  service: Service
  onDone: () => void
  onClose: () => void
}) {
  const { t } = useLingui()
  const [note, setNote] = useState(status_note)
  return (
    <ActDialog
      title={t`Note beside ${name}`}
      button={t`Save the note`}
      untouched={<Trans>Nothing was changed.</Trans>}
      act={({ key }) =>
        dataOf(
          api.PATCH('/api/operator/services/{service}', {
            params: {
              path: { service: String(id) },
              header: { 'idempotency-key': key, 'if-match': version },
            },
            body: { status_note: note.trim() },
          }),
        )
      }
      onDone={onDone}
      onClose={onClose}
    >
      <TextInput
        field="status_note"
        label={t`What everybody reads`}
        description={t`Such as: slower than usual until Monday. Empty: nothing.`}
        value={note}
        onChange={({ currentTarget }) => setNote(currentTarget.value)}
        maxLength={200}
        data-autofocus
      />
    </ActDialog>
  )
}
