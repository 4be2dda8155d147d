import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Menu, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { Icon } from '../../../identity/icons.tsx'
import { ActDialog } from '../../../kit/act-dialog.tsx'
import { copyText } from '../../../kit/copy-text.tsx'
import { FaultNote } from '../../../kit/notes.tsx'
import type { useLook } from '../../../kit/table.tsx'
import type { Query } from './order-data.ts'
import styles from './orders.module.css'

const KEY = ['views', 'orders']

type Look = ReturnType<typeof useLook>[0]

interface OwnViewsProps {
  query: Query
  look: Look
  onLook: (look: Look) => void
}

const readViews = (signal: AbortSignal) =>
  dataOf(api.GET('/api/operator/me/views', { params: { query: { list: 'orders' } }, signal }))
type View = Awaited<ReturnType<typeof readViews>>['items'][number]

/** `textOf` is a filter as it is kept and compared: its parameters in the order of their names. Pasted lines are kept nowhere. */
const textOf = ({ lines: _, ...query }: Query): string =>
  new URLSearchParams(Object.entries(query).sort(([a], [b]) => (a < b ? -1 : 1))).toString()

const shownOf = (look: Look) => ({
  columns: look.columns?.join(',') || null,
  is_dense: look.isDense === true,
})

/** `OwnViews` are the filters that one has kept under a name: they stand beside those that come with the list. */
export function OwnViews({ query, look, onLook }: OwnViewsProps) {
  const { t } = useLingui()
  const client = useQueryClient()
  const [doing, setDoing] = useState<'keep' | 'rename' | 'remove'>()
  const [fault, setFault] = useState<unknown>()
  const found = useQuery({ queryKey: KEY, queryFn: ({ signal }) => readViews(signal) })
  const again = () => client.invalidateQueries({ queryKey: KEY })
  const views = found.data?.items ?? []
  const text = textOf(query)
  // Once it was opened it stays the one that is changed, also with another filter.
  const [openId, setOpenId] = useState<number>()
  const open = views.find(({ query: kept }) => kept === text) ?? views.find(({ id }) => id === openId)
  const update = async (view: View) => {
    setFault(undefined)
    try {
      await dataOf(
        api.POST('/api/operator/me/views/{id}', {
          params: { path: { id: view.id } },
          body: { query: text, ...shownOf(look) },
        }),
      )
      await again()
      notifications.show({ message: t`${view.name} shows this now` })
    } catch (error) {
      setFault(error)
    }
  }
  const copyLink = (view: View) =>
    copyText(
      () => `${window.location.origin}/console/orders?${view.query}`,
      () => t`The link to ${view.name} is copied`,
    )
  return (
    <>
      {views.map((view) => (
        <Link
          key={view.id}
          to="/orders"
          search={Object.fromEntries(new URLSearchParams(view.query)) as Record<string, string>}
          className={styles.view ?? ''}
          data-own
          activeOptions={{ exact: true, includeSearch: true }}
          onClick={() => {
            setOpenId(view.id)
            onLook({ columns: view.columns?.split(','), isDense: view.is_dense })
          }}
        >
          {view.name}
        </Link>
      ))}
      {(text !== '' || open) && (
        <Menu position="bottom-end">
          <Menu.Target>
            <Button
              size="compact-sm"
              variant="subtle"
              aria-label={open ? t`More about the view ${open.name}` : t`More about the views`}
            >
              <Icon name="more" size={16} />
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => setDoing('keep')}>
              <Trans>Keep this view…</Trans>
            </Menu.Item>
            {open && (
              <>
                <Menu.Divider />
                <Menu.Label>{open.name}</Menu.Label>
                <Menu.Item onClick={() => void update(open)}>
                  <Trans>Save what is shown now</Trans>
                </Menu.Item>
                <Menu.Item onClick={() => setDoing('rename')}>
                  <Trans>Rename…</Trans>
                </Menu.Item>
                <Menu.Item onClick={() => void copyLink(open)}>
                  <Trans>Copy the link</Trans>
                </Menu.Item>
                <Menu.Item onClick={() => setDoing('remove')}>
                  <Trans>Remove…</Trans>
                </Menu.Item>
              </>
            )}
          </Menu.Dropdown>
        </Menu>
      )}
      <FaultNote fault={fault} />
      {doing === 'keep' && (
        <Named
          title={t`Keep this view`}
          button={t`Keep it`}
          act={async (name) => {
            const made = await dataOf(
              api.POST('/api/operator/me/views', {
                body: { list: 'orders', name, query: text, ...shownOf(look) },
              }),
            )
            setOpenId(made.id)
          }}
          onDone={() => void again()}
          onClose={() => setDoing(undefined)}
        />
      )}
      {doing === 'rename' && open && (
        <Named
          title={t`Rename ${open.name}`}
          button={t`Rename`}
          name={open.name}
          act={(name) =>
            dataOf(
              api.POST('/api/operator/me/views/{id}', { params: { path: { id: open.id } }, body: { name } }),
            )
          }
          onDone={() => void again()}
          onClose={() => setDoing(undefined)}
        />
      )}
      {doing === 'remove' && open && (
        <ActDialog
          title={t`Remove ${open.name}?`}
          button={t`Remove the view`}
          act={() => dataOf(api.DELETE('/api/operator/me/views/{id}', { params: { path: { id: open.id } } }))}
          onDone={() => void again()}
          onClose={() => setDoing(undefined)}
        >
          <Trans>Only the name is forgotten: no order is touched.</Trans>
        </ActDialog>
      )}
    </>
  )
}

interface NamedProps {
  title: string
  button: string
  name?: string
  act: (name: string) => Promise<unknown>
  onDone: () => void
  onClose: () => void
}

/** `Named` asks for the name of a view. */
function Named({ title, button, name: before = '', act, onDone, onClose }: NamedProps) {
  const { t } = useLingui()
  const [name, setName] = useState(before)
  return (
    <ActDialog {...{ title, button, onDone, onClose }} act={() => act(name.trim())}>
      <TextInput
        label={t`Name`}
        description={t`It is your own: nobody else sees it among the views.`}
        value={name}
        onChange={({ currentTarget }) => setName(currentTarget.value)}
        required
        maxLength={60}
        data-autofocus
      />
    </ActDialog>
  )
}
