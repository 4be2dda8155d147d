import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Checkbox, Group, Stack } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { useRefreshOn } from '../../../api/events.ts'
import { Textarea } from '../../../kit/inputs.tsx'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { useMay } from '../../../kit/session.tsx'
import { When } from '../../../kit/when.tsx'
import styles from './reseller.module.css'

const TOPICS = ['accounts']
const KEY = ['account-notes']

/** `useNotes` reads what was written down of a reseller. */
function useNotes(account: string) {
  useRefreshOn(TOPICS, KEY)
  return useQuery({
    queryKey: [...KEY, account],
    queryFn: ({ signal }) =>
      dataOf(api.GET('/api/operator/accounts/{account}/notes', { params: { path: { account } }, signal })),
  })
}

type Note = NonNullable<ReturnType<typeof useNotes>['data']>['items'][number]

/** `NotesPage` has what the staff wrote down of a reseller: what is pinned first, then the newest. */
export function NotesPage() {
  const { username = '' } = useParams({ strict: false }) as { username?: string }
  const may = useMay()
  const notes = useNotes(username)
  return (
    <Stack>
      {may('resellers.edit') && <NewNote account={username} />}
      <FaultNote fault={notes.error} onRetry={() => void notes.refetch()} />
      {notes.isPending && <Loading rows={3} />}
      {notes.data?.items.length === 0 && (
        <Empty>
          <Trans>No notes yet. The staff alone reads them; one that is pinned stands on the overview.</Trans>
        </Empty>
      )}
      {notes.data && notes.data.items.length > 0 && <NoteList account={username} notes={notes.data.items} />}
    </Stack>
  )
}

/** `PinnedNotes` are the notes that whoever looks at the reseller reads first; nothing where there are none. */
export function PinnedNotes({ account }: { account: string }) {
  const pinned = useNotes(account).data?.items.filter((note) => note.pinned) ?? []
  return pinned.length > 0 && <NoteList account={account} notes={pinned} />
}

function NoteList({ account, notes }: { account: string; notes: readonly Note[] }) {
  const { t } = useLingui()
  const may = useMay()
  const client = useQueryClient()
  const pin = useMutation({
    mutationFn: ({ id, pinned }: Note) => {
      const params = { path: { account, note: id } }
      return dataOf(
        pinned
          ? api.POST('/api/operator/accounts/{account}/notes/{note}/unpin', { params })
          : api.POST('/api/operator/accounts/{account}/notes/{note}/pin', { params }),
      )
    },
    onSuccess: () => client.invalidateQueries({ queryKey: KEY }),
  })
  return (
    <>
      <FaultNote fault={pin.error} />
      <ul className={styles.notes} aria-label={t`Notes`}>
        {notes.map((note) => (
          <li key={note.id} data-pinned={note.pinned || undefined}>
            <div>
              <p>{note.text}</p>
              <span className="muted">
                {note.name ?? note.actor}&nbsp;· <When at={note.at} />
              </span>
            </div>
            {may('resellers.edit') && (
              <Button size="compact-sm" variant="subtle" onClick={() => pin.mutate(note)}>
                {note.pinned ? <Trans>Unpin</Trans> : <Trans>Pin</Trans>}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </>
  )
}

function NewNote({ account }: { account: string }) {
  const { t } = useLingui()
  const client = useQueryClient()
  const [text, setText] = useState('')
  const [isPinned, setPinned] = useState(false)
  const add = useMutation({
    mutationFn: () =>
      dataOf(
        api.POST('/api/operator/accounts/{account}/notes', {
          params: { path: { account } },
          body: { text, pinned: isPinned },
        }),
      ),
    onSuccess: async () => {
      setText('')
      setPinned(false)
      await client.invalidateQueries({ queryKey: KEY })
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (text.trim() !== '') add.mutate()
  }
  return (
    <form onSubmit={submit}>
      <Textarea
        label={t`A note`}
        placeholder={t`For the staff alone`}
        autosize
        minRows={2}
        maxLength={2000}
        value={text}
        onChange={({ currentTarget }) => setText(currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit(event)
        }}
      />
      <FaultNote fault={add.error} />
      <Group mt="sm">
        <Button type="submit" variant="default" loading={add.isPending} disabled={text.trim() === ''}>
          <Trans>Add the note</Trans>
        </Button>
        <Checkbox
          label={t`Pin it to the overview`}
          checked={isPinned}
          onChange={({ currentTarget }) => setPinned(currentTarget.checked)}
        />
      </Group>
    </form>
  )
}
