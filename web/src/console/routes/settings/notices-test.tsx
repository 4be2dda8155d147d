import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Group, Stack } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { Dialog } from '../../../kit/dialog.tsx'
import { Finding } from '../../../kit/finding.tsx'
import { AtFields, TextInput } from '../../../kit/inputs.tsx'
import { FaultNote } from '../../../kit/notes.tsx'
import { useSession } from '../../../kit/session.tsx'
import styles from './settings.module.css'

const sendTest = (name: string, to: string) =>
  dataOf(api.POST('/api/operator/notice-channels/{name}/test', { params: { path: { name } }, body: { to } }))
type Sent = Awaited<ReturnType<typeof sendTest>>

/** `ChannelTest` sends a message by a channel to an address of one's choice, before anybody is told by it. */
export function ChannelTest({
  channel: { name, kind },
  help,
  onClose,
}: {
  channel: { name: string; kind: string }
  /** `help` says what an address of the kind is. */
  help: string | undefined
  onClose: () => void
}) {
  const { t } = useLingui()
  const { person } = useSession()
  const [to, setTo] = useState(kind === 'email' ? (person.email ?? '') : '')
  const test = useMutation({ mutationFn: (address: string) => sendTest(name, address) })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    event.stopPropagation()
    test.mutate(to.trim())
  }
  return (
    <Dialog opened onClose={onClose} title={t`Send a test by ${name}`}>
      <form onSubmit={submit}>
        <AtFields fault={test.error}>
          <Stack>
            <p style={{ margin: 0 }}>
              <Trans>
                One message that says that it is a test is sent now, by the settings that are saved. Nobody is
                added as a receiver.
              </Trans>
            </p>
            <TextInput
              field="to"
              label={t`Address`}
              description={help}
              value={to}
              onChange={({ currentTarget }) => setTo(currentTarget.value)}
              maxLength={1000}
              required
              data-autofocus
            />
            <div role="status">{test.data && <Tested sent={test.data} kind={kind} />}</div>
            <FaultNote fault={test.error} untouched={<Trans>Nothing was sent.</Trans>} isOnce />
            <Group justify="flex-end">
              <Button variant="default" onClick={onClose}>
                <Trans>Close</Trans>
              </Button>
              <Button type="submit" loading={test.isPending} disabled={to.trim() === ''}>
                {test.data ? t`Send another test` : t`Send a test`}
              </Button>
            </Group>
          </Stack>
        </AtFields>
      </form>
    </Dialog>
  )
}

/** `Tested` says what became of a test message, and what to do where it may not have arrived. */
export function Tested({ sent: { ok, address, problem }, kind }: { sent: Sent; kind: string }) {
  const { t } = useLingui()
  const taken: Record<string, string> = {
    email: t`The mail server took the message for ${address}. Look whether it is there; it may lie in the spam.`,
    telegram: t`Telegram took the message for ${address}.`,
    http: t`The URL took the message for ${address}.`,
  }
  const advice: Record<string, string> = {
    email: t`Compare server, port, user, password and sender with those of your mail provider.`,
    telegram: t`Compare the token with that of your bot, and have the person or group write to the bot first: it may not begin.`,
    http: t`Compare URL, headers and body with what the service at the other end wants.`,
  }
  if (ok)
    return (
      <Finding isGood>
        <p>
          <strong>{t`It was sent.`}</strong> {taken[kind]}
        </p>
      </Finding>
    )
  return (
    <Finding isGood={false}>
      <p>
        <strong>{t`It may not have arrived.`}</strong> {advice[kind]}
      </p>
      {problem !== null && (
        <p className={`code ${styles.words}`} lang="en">
          {problem}
        </p>
      )}
    </Finding>
  )
}
