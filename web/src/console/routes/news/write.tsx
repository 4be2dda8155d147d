import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { Button, Checkbox, Group, Radio, Stack } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { notifications } from '@mantine/notifications'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { type FormEvent, useMemo, useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { ActDialog } from '../../../kit/act-dialog.tsx'
import { Denied } from '../../../kit/denied.tsx'
import { isOvertaken } from '../../../kit/faults.ts'
import { AtFields, NativeSelect, Textarea, TextInput } from '../../../kit/inputs.tsx'
import { NewsItem } from '../../../kit/news-item.tsx'
import { FaultNote, Loading } from '../../../kit/notes.tsx'
import { Page } from '../../../kit/page.tsx'
import { PickSeveral } from '../../../kit/pick.tsx'
import { Section } from '../../../kit/section.tsx'
import { useMay } from '../../../kit/session.tsx'
import { type Language, languages } from '../../../words/words.ts'
import { usePickFrom } from '../../pick-from.ts'
import { priceGroupsQuery } from '../../price-groups.ts'
import { KEY, type Piece, readPiece } from './news-data.ts'
import styles from './write.module.css'

type To = 'all' | 'group' | 'some'
type Said = { title: string; body: string }

/** Draft is news as it is being written. Times are those of the browser, as its fields have them; empty: none. */
interface Draft extends Said {
  translations: Partial<Record<Language, Said>>
  to: To
  group: string
  accounts: string[]
  from: string
  until: string
  pinned: boolean
  tell: boolean
}

/** `inField` writes a time as a field of the browser has it, in its time zone. */
const inField = (at: string | null): string => {
  if (at === null) return ''
  const time = new Date(at)
  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}

const draftOf = (piece: Piece): Draft => ({
  ...{ title: piece.title, body: piece.body, translations: piece.translations },
  to: piece.group !== null ? 'group' : piece.accounts !== null ? 'some' : 'all',
  group: piece.group ?? '',
  accounts: piece.accounts?.map(({ username }) => username) ?? [],
  ...{ from: inField(piece.from), until: inField(piece.until), pinned: piece.pinned, tell: piece.tell },
})

/** `audienceOf` is whom a draft is for, as the API takes it. */
const audienceOf = ({ to, group, accounts }: Pick<Draft, 'to' | 'group' | 'accounts'>) => ({
  ...(to === 'group' && { group: group.trim() }),
  ...(to === 'some' && { accounts }),
})

const bodyOf = (draft: Draft, before: Piece | undefined) => {
  const { title, body, translations, from, until, pinned, tell } = draft
  // A field has minutes: a time that nobody touched stays as it was.
  const same = before !== undefined && from === inField(before.from)
  // null: at once, by the clock of the server.
  const time = same ? before.from : from === '' ? null : new Date(from).toISOString()
  const others = Object.entries(translations).filter(
    ([, one]) => one.title.trim() !== '' || one.body.trim() !== '',
  )
  return {
    ...{ title, body, pinned, tell, translations: Object.fromEntries(others) },
    ...audienceOf(draft),
    from: time,
    until: until === '' ? null : new Date(until).toISOString(),
  }
}

/** `WriteNews` writes news; the resellers' list gives the user names of those whom it is for. */
export function WriteNews() {
  const { t } = useLingui()
  const may = useMay()
  const { to = '' } = useSearch({ strict: false }) as { to?: string }
  const accounts = to.split(',').filter((name) => name !== '')
  const draft: Draft = {
    ...{
      title: '',
      body: '',
      translations: {},
      to: accounts.length > 0 ? 'some' : 'all',
      group: '',
      accounts,
    },
    ...{ from: '', until: '', pinned: false, tell: false },
  }
  if (!may('news.edit')) return <Denied title={t`Write news`} permissions={['news.edit']} />
  return <Editor first={draft} />
}

/** `ChangeNews` shows one piece, and changes it. */
export function ChangeNews() {
  const { t } = useLingui()
  const { id } = useParams({ strict: false }) as { id: string }
  const piece = useQuery({
    queryKey: [...KEY, id],
    queryFn: ({ signal }) => readPiece(Number(id), signal),
  })
  // What is being changed stays as it was read, so that nothing that was typed is lost where somebody else saves it.
  const [held, setHeld] = useState<Piece>()
  const shown = held?.id === Number(id) ? held : piece.data
  if (shown) {
    return (
      <Editor
        key={shown.version}
        first={draftOf(shown)}
        piece={shown}
        onTouch={() => setHeld(shown)}
        {...(piece.data && piece.data.version !== shown.version && { onReload: () => setHeld(undefined) })}
      />
    )
  }
  return (
    <Page title={t`News`}>
      <FaultNote fault={piece.error} onRetry={() => void piece.refetch()} />
      {piece.isPending && <Loading rows={6} />}
    </Page>
  )
}

function Editor({
  first,
  piece,
  onTouch,
  onReload,
}: {
  first: Draft
  piece?: Piece
  /** `onTouch` is called when something is typed. */
  onTouch?: () => void
  /** `onReload` shows what somebody else has saved meanwhile; left out: nobody has. */
  onReload?: () => void
}) {
  const { t } = useLingui()
  const may = useMay()
  const navigate = useNavigate()
  const client = useQueryClient()
  const key = useMemo(() => crypto.randomUUID(), [])
  const [draft, setDraft] = useState(first)
  const [language, setLanguage] = useState<Language | ''>('')
  const [isRemoving, setRemoving] = useState(false)
  const set = (change: Partial<Draft>) => {
    onTouch?.()
    setDraft((before) => ({ ...before, ...change }))
  }
  const said: Said = language === '' ? draft : (draft.translations[language] ?? { title: '', body: '' })
  const say = (change: Partial<Said>) =>
    language === ''
      ? set(change)
      : set({ translations: { ...draft.translations, [language]: { ...said, ...change } } })
  const done = async (message: string) => {
    await client.invalidateQueries({ queryKey: KEY })
    notifications.show({ message })
    await navigate({ to: '/news' })
  }
  const save = useMutation({
    mutationFn: () =>
      piece
        ? dataOf(
            api.PATCH('/api/operator/news/{id}', {
              params: { path: { id: piece.id }, header: { 'if-match': `"${piece.version}"` } },
              body: bodyOf(draft, piece),
            }),
          )
        : dataOf(
            api.POST('/api/operator/news', {
              params: { header: { 'idempotency-key': key } },
              body: bodyOf(draft, undefined),
            }),
          ),
    onSuccess: () => done(t`The news is saved.`),
    // Where somebody else was faster, the page says so, and offers what they have saved.
    onError: () => client.invalidateQueries({ queryKey: KEY }),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save.mutate()
  }
  const mayWrite = may('news.edit')
  const pickFrom = usePickFrom()
  const isBehind = onReload !== undefined && !save.isSuccess
  const fault = isBehind && isOvertaken(save.error) ? null : save.error
  return (
    <Page
      title={piece ? piece.title : t`Write news`}
      actions={
        piece &&
        mayWrite && (
          <Button variant="default" size="compact-md" onClick={() => setRemoving(true)}>
            <Trans>Remove…</Trans>
          </Button>
        )
      }
    >
      <div className={styles.both}>
        <form onSubmit={submit}>
          <AtFields fault={fault}>
            <fieldset disabled={!mayWrite} style={{ border: 0, margin: 0, padding: 0, minInlineSize: 0 }}>
              <Section title={t`What you say`} about={t`Plain text; web addresses become links.`}>
                <Stack>
                  <NativeSelect
                    label={t`Who reads this text`}
                    description={t`A language without a text of its own reads the text for everybody.`}
                    value={language}
                    onChange={({ currentTarget }) => setLanguage(currentTarget.value as Language | '')}
                    data={[
                      { value: '', label: t`Everybody` },
                      ...Object.entries(languages).map(([value, label]) => ({ value, label })),
                    ]}
                  />
                  <TextInput
                    field="title"
                    label={t`Title`}
                    value={said.title}
                    onChange={({ currentTarget }) => say({ title: currentTarget.value })}
                    maxLength={120}
                    required={language === ''}
                  />
                  <Textarea
                    field="body"
                    label={t`Text`}
                    value={said.body}
                    onChange={({ currentTarget }) => say({ body: currentTarget.value })}
                    maxLength={4000}
                    autosize
                    minRows={6}
                    required={language === ''}
                  />
                  <Radio.Group label={t`For`} value={draft.to} onChange={(to) => set({ to: to as To })}>
                    <Group mt="xs">
                      <Radio value="all" label={t`All resellers`} />
                      <Radio value="group" label={t`A price group`} />
                      <Radio value="some" label={t`Chosen resellers`} />
                    </Group>
                  </Radio.Group>
                  {draft.to === 'group' && (
                    <PriceGroup value={draft.group} onChange={(group) => set({ group })} />
                  )}
                  {draft.to === 'some' && (
                    <PickSeveral
                      from={pickFrom.resellers}
                      label={t`Resellers`}
                      description={t`A name or a part of it, one after the other with Enter.`}
                      value={draft.accounts}
                      onChange={(accounts) => set({ accounts })}
                    />
                  )}
                  <div className={styles.times}>
                    <TextInput
                      field="from"
                      type="datetime-local"
                      label={t`Shown from`}
                      description={t`Empty: at once.`}
                      value={draft.from}
                      onChange={({ currentTarget }) => set({ from: currentTarget.value })}
                    />
                    <TextInput
                      field="until"
                      type="datetime-local"
                      label={t`Shown until`}
                      description={t`Empty: until you remove it.`}
                      value={draft.until}
                      onChange={({ currentTarget }) => set({ until: currentTarget.value })}
                    />
                  </div>
                  <Checkbox
                    label={t`Pinned: it stands before all other news`}
                    checked={draft.pinned}
                    onChange={({ currentTarget }) => set({ pinned: currentTarget.checked })}
                  />
                  <Checkbox
                    label={t`Tell people about it, by e-mail or Telegram`}
                    description={t`People who have not switched news off get it once it is shown.`}
                    checked={draft.tell}
                    disabled={piece?.told_at != null}
                    onChange={({ currentTarget }) => set({ tell: currentTarget.checked })}
                  />
                  {isBehind && (
                    <Group role="status">
                      <Trans>
                        Somebody else has changed this news. Load it again, then repeat your change.
                      </Trans>
                      <Button variant="default" size="compact-md" onClick={onReload}>
                        <Trans>Load it again</Trans>
                      </Button>
                    </Group>
                  )}
                  <FaultNote fault={fault} />
                  {mayWrite && (
                    <Group>
                      <Button type="submit" loading={save.isPending}>
                        {piece ? <Trans>Save the news</Trans> : <Trans>Publish the news</Trans>}
                      </Button>
                    </Group>
                  )}
                </Stack>
              </Section>
            </fieldset>
          </AtFields>
        </form>
        <div className={styles.preview}>
          <p className={styles.hint}>
            <Trans>As resellers read it</Trans>
          </p>
          <Reach draft={draft} />
          <NewsItem
            title={said.title || draft.title || t`Title`}
            body={said.body || draft.body || t`Text`}
            at={draft.from === '' ? new Date().toISOString() : new Date(draft.from).toISOString()}
            pinned={draft.pinned}
          />
        </div>
      </div>
      {isRemoving && piece && (
        <ActDialog
          title={t`Remove this news?`}
          button={t`Remove it`}
          isDangerous
          act={() => dataOf(api.DELETE('/api/operator/news/{id}', { params: { path: { id: piece.id } } }))}
          onDone={() => void done(t`The news is removed.`)}
          onClose={() => setRemoving(false)}
        >
          <Trans>Nobody sees “{piece.title}” any more. Messages that were sent cannot be called back.</Trans>
        </ActDialog>
      )}
    </Page>
  )
}

/** `PriceGroup` chooses one of those that there are. */
function PriceGroup({ value, onChange }: { value: string; onChange: (group: string) => void }) {
  const { t } = useLingui()
  const groups = useQuery(priceGroupsQuery)
  const names = groups.data?.items.map(({ name }) => name) ?? []
  return (
    <>
      <FaultNote fault={groups.error} onRetry={() => void groups.refetch()} />
      <NativeSelect
        field="group"
        label={t`Price group`}
        value={value}
        // The one that is kept stands there also before the others were read.
        data={[...new Set(['', ...names, value])]}
        onChange={({ currentTarget }) => onChange(currentTarget.value)}
        required
      />
    </>
  )
}

/** `Reach` says how many get it. */
function Reach({ draft }: { draft: Draft }) {
  const [typed] = useDebouncedValue(JSON.stringify(audienceOf(draft)), 300)
  const isNamed =
    draft.to === 'all' || (draft.to === 'group' ? draft.group.trim() !== '' : draft.accounts.length > 0)
  const reach = useQuery({
    queryKey: [...KEY, 'reach', typed],
    queryFn: ({ signal }) =>
      dataOf(
        api.POST('/api/operator/news/reach', {
          body: JSON.parse(typed) as ReturnType<typeof audienceOf>,
          signal,
        }),
      ),
    enabled: isNamed,
    retry: false,
  })
  if (!isNamed) return null
  const { accounts = 0, people = 0 } = reach.data ?? {}
  return (
    <>
      <FaultNote fault={reach.error} />
      {reach.data && (
        <p role="status">
          <Plural value={accounts} one="# reseller gets it." other="# resellers get it." />{' '}
          <Plural
            value={people}
            one="# of their people signs in to the portal."
            other="# of their people sign in to the portal."
          />
        </p>
      )}
    </>
  )
}
