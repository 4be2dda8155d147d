import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Menu } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { api, dataOf } from '../api/client.ts'
import type { paths } from '../api/made/operator.ts'
import { Icon } from '../identity/icons.tsx'
import { ActDialog } from '../kit/act-dialog.tsx'
import { copyText } from '../kit/copy-text.tsx'
import type { Values } from '../kit/filter-values.ts'
import { TextInput } from '../kit/inputs.tsx'
import { FaultNote } from '../kit/notes.tsx'
import { useMay } from '../kit/session.tsx'
import styles from './list-views.module.css'
import { type ListViewsProps, pageOf, type ViewedList } from './viewed-lists.ts'

const readViews = (list: ViewedList, signal: AbortSignal) =>
  dataOf(api.GET('/api/operator/me/views', { params: { query: { list } }, signal }))
type View = Awaited<ReturnType<typeof readViews>>['items'][number]
type ViewChange = NonNullable<
  paths['/api/operator/me/views/{id}']['post']['requestBody']
>['content']['application/json']

/** `textOf` is a filter as it is kept and compared: its parameters in the order of their names. Pasted lines are kept nowhere. */
const textOf = ({ lines: _, ...query }: Values): string =>
  new URLSearchParams(Object.entries(query).sort(([a], [b]) => (a < b ? -1 : 1))).toString()

const shownOf = (look: ListViewsProps['look']) =>
  look && { columns: look.columns?.join(',') || null, is_dense: look.isDense === true }

/** `OwnViews` are the filters that one has kept under a name, and those that are shared with all: they stand beside those that come with the list. */
export function OwnViews({ list, query, look, onLook }: ListViewsProps) {
  const { t } = useLingui()
  const client = useQueryClient()
  const [doing, setDoing] = useState<'keep' | 'rename' | 'remove'>()
  const [fault, setFault] = useState<unknown>()
  const mayShare = useMay()('views.share')
  const queryKey = ['views', list]
  const found = useQuery({ queryKey, queryFn: ({ signal }) => readViews(list, signal) })
  const again = () => client.invalidateQueries({ queryKey })
  const views = found.data?.items ?? []
  const text = textOf(query)
  // Once it was opened it stays the one that is changed, also with another filter.
  const [openId, setOpenId] = useState<number>()
  const open = views.find(({ query: kept }) => kept === text) ?? views.find(({ id }) => id === openId)
  const mayChange = open && (mayShare || !open.is_shared)
  const change = async (view: View, body: ViewChange, said: string) => {
    setFault(undefined)
    try {
      await dataOf(
        api.POST('/api/operator/me/views/{id}', {
          params: { path: { id: view.id } },
          body,
        }),
      )
      await again()
      notifications.show({ message: said })
    } catch (error) {
      setFault(error)
    }
  }
  const copyLink = (view: View) =>
    copyText(
      () => `${window.location.origin}/console${pageOf[list]}?${view.query}`,
      () => t`The link to ${view.name} is copied`,
    )
  return (
    <>
      {views.map((view) => (
        <Link
          key={view.id}
          to={pageOf[list]}
          search={Object.fromEntries(new URLSearchParams(view.query)) as Record<string, string>}
          className={styles.view ?? ''}
          // What is opened beside a list stands in the URL, too, and is no part of its filter.
          aria-current={view.query === text ? 'page' : undefined}
          title={view.is_shared ? t`Shared by ${view.kept_by}` : undefined}
          activeOptions={{ exact: true, includeSearch: true }}
          onClick={() => {
            setOpenId(view.id)
            onLook?.({ columns: view.columns?.split(','), isDense: view.is_dense })
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
                <Menu.Label>
                  {open.is_shared ? t`${open.name}, shared by ${open.kept_by}` : open.name}
                </Menu.Label>
                {mayChange && (
                  <>
                    <Menu.Item
                      onClick={() =>
                        void change(open, { query: text, ...shownOf(look) }, t`${open.name} shows this now`)
                      }
                    >
                      <Trans>Save what is shown now</Trans>
                    </Menu.Item>
                    <Menu.Item onClick={() => setDoing('rename')}>
                      <Trans>Rename…</Trans>
                    </Menu.Item>
                  </>
                )}
                <Menu.Item onClick={() => void copyLink(open)}>
                  <Trans>Copy the link</Trans>
                </Menu.Item>
                {mayShare && !open.is_shared && (
                  <Menu.Item
                    onClick={() =>
                      void change(open, { is_shared: true }, t`All of the staff see ${open.name} now`)
                    }
                  >
                    <Trans>Share with all</Trans>
                  </Menu.Item>
                )}
                {mayShare && open.is_shared && (
                  <Menu.Item
                    onClick={() =>
                      void change(open, { is_shared: false }, t`Only ${open.kept_by} sees ${open.name} now`)
                    }
                  >
                    <Trans>Share no more</Trans>
                  </Menu.Item>
                )}
                {mayChange && (
                  <Menu.Item onClick={() => setDoing('remove')}>
                    <Trans>Remove…</Trans>
                  </Menu.Item>
                )}
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
                body: { list, name, query: text, ...shownOf(look) },
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
          isShared={open.is_shared}
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
          {open.is_shared ? (
            <Trans>Nobody of the staff has it any more. Nothing that it shows is touched.</Trans>
          ) : (
            <Trans>Only the name is forgotten: nothing that it shows is touched.</Trans>
          )}
        </ActDialog>
      )}
    </>
  )
}

interface NamedProps {
  title: string
  button: string
  name?: string
  isShared?: boolean
  act: (name: string) => Promise<unknown>
  onDone: () => void
  onClose: () => void
}

/** `Named` asks for the name of a view. */
function Named({ title, button, name: before = '', isShared = false, act, onDone, onClose }: NamedProps) {
  const { t } = useLingui()
  const [name, setName] = useState(before)
  return (
    <ActDialog {...{ title, button, onDone, onClose }} act={() => act(name.trim())}>
      <TextInput
        label={t`Name`}
        description={
          isShared
            ? t`All of the staff see it among the views.`
            : t`It is your own: nobody else sees it among the views.`
        }
        value={name}
        onChange={({ currentTarget }) => setName(currentTarget.value)}
        required
        maxLength={60}
        data-autofocus
      />
    </ActDialog>
  )
}
