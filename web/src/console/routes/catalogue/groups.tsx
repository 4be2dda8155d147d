import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { ActionIcon, Button, Table } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { useRefreshOn } from '../../../api/events.ts'
import { ActDialog } from '../../../kit/act-dialog.tsx'
import { CardTable } from '../../../kit/card-table.tsx'
import { NativeSelect, TextInput } from '../../../kit/inputs.tsx'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { Page } from '../../../kit/page.tsx'
import { useMay } from '../../../kit/session.tsx'
import styles from './groups.module.css'
import { groupsQuery } from './service-data.ts'

const TOPICS = ['services']
const KEY = ['services', 'groups']

type Groups = Awaited<ReturnType<NonNullable<typeof groupsQuery.queryFn>>>
type Shown = Groups['items'][number]['shown']

const shownWords: Readonly<Record<Shown, MessageDescriptor>> = {
  everywhere: msg`everywhere`,
  programs: msg`to programs: Dhru and REST`,
  portal: msg`in the portal`,
  nowhere: msg`nowhere`,
}
/** By says how a row was moved: by keys or the mouse on itself, or by one of its buttons. */
type By = 'row' | 'up' | 'down'

const PLACES = Object.keys(shownWords) as Shown[]

/** `Groups` lists the headings that services stand under, in the order in which resellers see them: it is changed here, and where each is listed. */
export function Groups() {
  const { t, i18n } = useLingui()
  const client = useQueryClient()
  const mayEdit = useMay()('catalogue.edit')
  const groups = useQuery(groupsQuery)
  useRefreshOn(TOPICS, KEY)
  const [asked, setAsked] = useState<string>()
  const body = useRef<HTMLTableSectionElement>(null)
  const focused = useRef<{ group: string; by: By }>(undefined)
  // What is wanted is shown at once; what is changed while it is being saved is saved behind it.
  const [wanted, setWanted] = useState<Groups['items']>()
  const latest = useRef<Groups['items']>(undefined)
  const arrange = useMutation({
    mutationFn: async (version: string) => {
      let arranged: Groups | undefined
      let sent: Groups['items'] | undefined
      while (sent !== latest.current) {
        sent = latest.current
        arranged = await dataOf(
          api.PATCH('/api/operator/service-groups', {
            params: { header: { 'if-match': arranged?.version ?? version } },
            body: { groups: (sent ?? []).map(({ name, shown }) => ({ name, shown })) },
          }),
        )
      }
      return arranged
    },
    onSuccess: (arranged) => client.setQueryData(groupsQuery.queryKey, arranged),
    onError: () => client.invalidateQueries({ queryKey: KEY }),
    onSettled: () => {
      latest.current = undefined
      setWanted(undefined)
    },
  })
  // The row that was moved, or its button that was pressed, keeps the focus where it stands now.
  useEffect(() => {
    if (focused.current === undefined) return
    const { group, by } = focused.current
    const row = body.current?.querySelector<HTMLElement>(`[data-group="${CSS.escape(group)}"]`)
    const pressed = row?.querySelector<HTMLElement>(`[data-by="${by}"]:enabled`)
    ;(pressed ?? row)?.focus()
    focused.current = undefined
  })
  const items = wanted ?? groups.data?.items ?? []
  const want = (next: Groups['items']) => {
    const isSaving = latest.current !== undefined
    latest.current = next
    setWanted(next)
    if (!isSaving) arrange.mutate(groups.data?.version ?? '')
  }
  const move = (name: string, to: number, by: By = 'row') => {
    const at = items.findIndex((one) => one.name === name)
    const row = items[at]
    if (!row || !mayEdit || to === at || to < 0 || to >= items.length) return
    focused.current = { group: name, by }
    want(items.toSpliced(at, 1).toSpliced(to, 0, row))
  }
  const show = (name: string, shown: Shown) =>
    want(items.map((one) => (one.name === name ? { ...one, shown } : one)))
  const press = (event: KeyboardEvent, name: string, at: number) => {
    // A field of the row has keys of its own: Alt and ↓ open a choice.
    if (event.target !== event.currentTarget) return
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key]
    if (!event.altKey || by === undefined) return
    event.preventDefault()
    move(name, at + by)
  }
  return (
    <Page title={t`Groups of services`}>
      {items.length > 0 && (
        <p className="muted">
          <Trans>
            Lists show groups in this order. A group that is not listed somewhere can still be ordered by who
            knows the number of a service.
          </Trans>{' '}
          {mayEdit && <Trans>Drag a row, or press Alt with ↑ or ↓ on it.</Trans>}
        </p>
      )}
      <FaultNote
        fault={groups.error ?? arrange.error}
        onRetry={() => {
          arrange.reset()
          void groups.refetch()
        }}
        untouched={
          !groups.error && arrange.error ? (
            <Trans>It was not saved. The list shows how it is now.</Trans>
          ) : undefined
        }
      />
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
        <CardTable label={t`Groups of services`} verticalSpacing={8} className={styles.table}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t`Group`}</Table.Th>
              <Table.Th>{t`Services`}</Table.Th>
              <Table.Th>{t`Listed`}</Table.Th>
              <Table.Th>
                <span className="visually-hidden">{t`Actions`}</span>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody ref={body}>
            {items.map(({ name, services, active, shown }, at) => (
              <Table.Tr
                key={name}
                data-group={name}
                tabIndex={mayEdit ? 0 : undefined}
                draggable={mayEdit}
                onKeyDown={(event) => press(event, name, at)}
                onDragStart={(event) => event.dataTransfer.setData('text/plain', name)}
                onDragOver={(event) => event.preventDefault()}
                onDrop={(event) => {
                  event.preventDefault()
                  move(event.dataTransfer.getData('text/plain'), at)
                }}
              >
                <Table.Td>
                  <Link to="/catalogue/services" search={{ group: name }}>
                    {name}
                  </Link>
                </Table.Td>
                <Table.Td>
                  <Plural value={services} one="# service" other="# services" />
                  {active < services && <span className="muted">, {t`${active} on`}</span>}
                </Table.Td>
                <Table.Td>
                  {mayEdit ? (
                    <NativeSelect
                      field="shown"
                      size="xs"
                      aria-label={t`Where ${name} is listed`}
                      value={shown}
                      data={PLACES.map((value) => ({ value, label: i18n._(shownWords[value]) }))}
                      onChange={({ currentTarget }) => show(name, currentTarget.value as Shown)}
                    />
                  ) : (
                    i18n._(shownWords[shown])
                  )}
                </Table.Td>
                <Table.Td>
                  {mayEdit && (
                    <div className={styles.buttons}>
                      <ActionIcon
                        variant="subtle"
                        color="gray"
                        disabled={at === 0}
                        data-by="up"
                        aria-label={t`Move ${{ called: name }} up`}
                        onClick={() => move(name, at - 1, 'up')}
                      >
                        ↑
                      </ActionIcon>
                      <ActionIcon
                        variant="subtle"
                        color="gray"
                        disabled={at === items.length - 1}
                        data-by="down"
                        aria-label={t`Move ${{ called: name }} down`}
                        onClick={() => move(name, at + 1, 'down')}
                      >
                        ↓
                      </ActionIcon>
                      <Button
                        size="compact-sm"
                        variant="subtle"
                        aria-label={t`Rename ${name}`}
                        onClick={() => setAsked(name)}
                      >
                        <Trans>Rename</Trans>
                      </Button>
                    </div>
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </CardTable>
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
        field="name"
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
