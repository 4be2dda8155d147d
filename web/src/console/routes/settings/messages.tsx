import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Group, Stack, Table } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { ActDialog } from '../../../kit/act-dialog.tsx'
import { CardTable } from '../../../kit/card-table.tsx'
import { Dialog } from '../../../kit/dialog.tsx'
import { NativeSelect, Textarea, TextInput } from '../../../kit/inputs.tsx'
import { FaultNote, Loading } from '../../../kit/notes.tsx'
import { Page } from '../../../kit/page.tsx'
import { useMay } from '../../../kit/session.tsx'
import { Badge } from '../../../kit/state-badge.tsx'
import { languages } from '../../../words/words.ts'
import { History } from '../../history.tsx'
import styles from './messages.module.css'
import settings from './settings.module.css'

const KEY = ['messages']
const readMessages = (signal: AbortSignal) => dataOf(api.GET('/api/operator/messages', { signal }))
type Message = Awaited<ReturnType<typeof readMessages>>['items'][number]
type Language = Message['language']

/** `names` say what each message is for; one that is not here goes by its own name. */
const names: Readonly<Record<string, MessageDescriptor>> = {
  'mail.invitation': msg`Invitation to an account`,
  'mail.reset': msg`Another password`,
  'mail.verify': msg`Proof of an address, when somebody registers`,
  'mail.known': msg`Somebody registers who has an account`,
  'mail.refused': msg`Application refused`,
  'mail.new_email': msg`Proof of another e-mail address`,
  'person.email_asked': msg`Another e-mail address asked for`,
  'person.email': msg`E-mail address changed`,
  'person.signed_in': msg`New sign-in`,
  'person.password': msg`Password changed`,
  'person.app': msg`Authenticator app added`,
  'person.app_removed': msg`Authenticator app removed`,
  'person.recovery_codes': msg`New recovery codes`,
  'person.passkey_added': msg`Passkey added`,
  'person.passkey_removed': msg`Passkey removed`,
  'order.done.one': msg`One order is done`,
  'order.done': msg`Orders are done`,
  'order.refunded.one': msg`Money given back for one order`,
  'order.refunded': msg`Money given back for orders`,
  'deposit.credited.one': msg`Deposit credited`,
  'deposit.credited': msg`Deposits credited`,
  'deposit.refused': msg`Deposit refused`,
  'price.changed.one': msg`One price has changed`,
  'price.changed': msg`Prices have changed`,
  'balance.low': msg`Low balance`,
  'webhook.paused': msg`Webhook paused`,
}

/** `Messages` has what resellers are written, in each language: each text may be replaced, and put back. */
export function Messages() {
  const { t, i18n } = useLingui()
  const messages = useQuery({ queryKey: KEY, queryFn: ({ signal }) => readMessages(signal) })
  const [language, setLanguage] = useState<Language>(i18n.locale as Language)
  const [asked, setAsked] = useState<Message>()
  // A text is named by its message and its language.
  const nameOf = (subject: string) => {
    const [name = '', of = ''] = subject.split('/')
    const called = names[name]
    return called && `${i18n._(called)}, ${languages[of as Language]}`
  }
  const shown = (messages.data?.items ?? []).filter((one) => one.language === language)
  return (
    <Page title={t`Messages`}>
      <p className={settings.lead}>
        <Trans>
          What resellers are written by mail and by messenger. A text of yours stands in place of ours until
          you put ours back. The name of the shop stands before each title, and its contacts below.
        </Trans>
      </p>
      <FaultNote fault={messages.error} onRetry={() => void messages.refetch()} />
      {messages.isPending && <Loading rows={8} />}
      {messages.data && (
        <Stack>
          <NativeSelect
            label={t`Language`}
            className={styles.language}
            value={language}
            onChange={({ currentTarget }) => setLanguage(currentTarget.value as Language)}
            data={Object.entries(languages).map(([value, label]) => ({ value, label }))}
          />
          <CardTable label={t`Messages`} verticalSpacing={8}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t`Message`}</Table.Th>
                <Table.Th>{t`Title`}</Table.Th>
                <Table.Th>
                  <span className="visually-hidden">{t`Actions`}</span>
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {shown.map((one) => {
                const called = names[one.name] ? i18n._(names[one.name] as MessageDescriptor) : one.name
                return (
                  <Table.Tr key={one.name}>
                    <Table.Td>
                      {called} {one.set && <Badge tone="working">{t`Yours`}</Badge>}
                    </Table.Td>
                    <Table.Td className={styles.words} lang={language}>
                      {(one.set ?? one.ours).title}
                    </Table.Td>
                    <Table.Td ta="end">
                      <Button
                        size="compact-sm"
                        variant="subtle"
                        aria-label={t`Read ${called}`}
                        onClick={() => setAsked(one)}
                      >
                        <Trans>Read</Trans>
                      </Button>
                    </Table.Td>
                  </Table.Tr>
                )
              })}
            </Table.Tbody>
          </CardTable>
        </Stack>
      )}
      <History what="message text" nameOf={nameOf} />
      {asked && <Text message={asked} onClose={() => setAsked(undefined)} />}
    </Page>
  )
}

/** `Text` shows a message as it would arrive, while it is written. */
function Text({ message, onClose }: { message: Message; onClose: () => void }) {
  const { t, i18n } = useLingui()
  const client = useQueryClient()
  const mayEdit = useMay()('settings.edit')
  const { name, language, ours, set, placeholders, needed, version } = message
  const [title, setTitle] = useState((set ?? ours).title)
  const [text, setText] = useState((set ?? ours).text)
  const isOurs = title.trim() === ours.title && text.trim() === ours.text
  const isKept = title === (set ?? ours).title && text === (set ?? ours).text
  const path = { name, language }
  const [typed] = useDebouncedValue(JSON.stringify({ title, text }), 300)
  const preview = useQuery({
    queryKey: [...KEY, 'preview', name, language, typed],
    queryFn: ({ signal }) =>
      dataOf(
        api.POST('/api/operator/messages/{name}/{language}/preview', {
          params: { path },
          body: JSON.parse(typed) as { title: string; text: string },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
    retry: false,
  })
  const words = names[name]
  const heading = words ? i18n._(words) : name
  const isRead = typed === JSON.stringify({ title, text })
  const optional = placeholders.filter((one) => !needed.includes(one))
  const fields = (
    <Stack>
      <TextInput
        field="title"
        label={t`Title`}
        value={title}
        lang={language}
        readOnly={!mayEdit}
        maxLength={200}
        onChange={({ currentTarget }) => setTitle(currentTarget.value)}
        data-autofocus
      />
      <Textarea
        field="text"
        label={t`Text`}
        description={t`A line is left out where what would stand in it is empty.`}
        value={text}
        lang={language}
        readOnly={!mayEdit}
        maxLength={4000}
        autosize
        minRows={4}
        maxRows={12}
        onChange={({ currentTarget }) => setText(currentTarget.value)}
      />
      {needed.length > 0 && (
        <p className={styles.placeholders}>
          <Trans>What must stand in it:</Trans> <Placeholders names={needed} />
        </p>
      )}
      {optional.length > 0 && (
        <p className={styles.placeholders}>
          <Trans>What may stand in it:</Trans> <Placeholders names={optional} />
        </p>
      )}
      {mayEdit && !isOurs && (
        <Group>
          <Button
            variant="default"
            size="compact-sm"
            onClick={() => {
              setTitle(ours.title)
              setText(ours.text)
            }}
          >
            <Trans>Begin with our text</Trans>
          </Button>
        </Group>
      )}
      <section className={styles.preview} aria-label={t`As it arrives`} lang={language}>
        {preview.error ? (
          <FaultNote fault={preview.error} />
        ) : (
          <>
            <strong>{preview.data?.title}</strong>
            <p>{preview.data?.text}</p>
          </>
        )}
      </section>
    </Stack>
  )
  if (!mayEdit) {
    return (
      <Dialog opened onClose={onClose} title={heading}>
        {fields}
      </Dialog>
    )
  }
  return (
    <ActDialog
      title={heading}
      button={isOurs && set ? t`Put our text back` : t`Keep this text`}
      isReady={!isKept && isRead && !preview.isError}
      untouched={<Trans>The text is unchanged.</Trans>}
      act={async ({ key }) => {
        const header = { 'idempotency-key': key }
        if (isOurs) {
          await dataOf(api.DELETE('/api/operator/messages/{name}/{language}', { params: { path, header } }))
        } else {
          await dataOf(
            api.PATCH('/api/operator/messages/{name}/{language}', {
              params: { path, header: { ...header, 'if-match': version } },
              body: { title, text },
            }),
          )
        }
        await client.invalidateQueries({ queryKey: KEY })
      }}
      onClose={onClose}
    >
      {fields}
    </ActDialog>
  )
}

function Placeholders({ names }: { names: readonly string[] }) {
  return names.map((one) => <span key={one} className="code">{`{${one}}`}</span>)
}
