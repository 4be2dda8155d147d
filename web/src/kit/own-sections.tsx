import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Group, Stack, Table } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { Own } from '../api/own.ts'
import { hasPasskeys } from '../api/passkeys.ts'
import { ActDialog } from './act-dialog.tsx'
import { CardTable } from './card-table.tsx'
import { CodeField } from './code-field.tsx'
import { deviceText } from './device.ts'
import { Dialog } from './dialog.tsx'
import { AtFields, PasswordInput, TextInput } from './inputs.tsx'
import { FaultNote, Loading } from './notes.tsx'
import { OnceShown } from './once-shown.tsx'
import { QrCode } from './qr-code.tsx'
import { Section } from './section.tsx'
import { When } from './when.tsx'

/** The sections of a person's own page, in the console and in the portal: what it signs in with, and where it is signed in. */

export function Password({ own: { minPassword, setPassword } }: { own: Own }) {
  const { t } = useLingui()
  const change = useMutation({
    mutationFn: setPassword,
    onSuccess: () =>
      notifications.show({ message: t`The password is changed. Your other sign-ins have ended.` }),
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = event.currentTarget
    change.mutate(String(new FormData(form).get('password')), { onSuccess: () => form.reset() })
  }
  return (
    <Section
      title={t`Password`}
      about={t`At least ${minPassword} characters. Your other sign-ins end with the change.`}
    >
      <form onSubmit={submit}>
        <Group align="end">
          <PasswordInput
            name="password"
            label={t`New password`}
            autoComplete="new-password"
            minLength={minPassword}
            required
            w={280}
          />
          <Button type="submit" variant="default" loading={change.isPending}>
            <Trans>Change the password</Trans>
          </Button>
        </Group>
      </form>
      <FaultNote fault={change.error} />
    </Section>
  )
}

type Offer = Awaited<ReturnType<Own['offerTotp']>>

/** `App` is the authenticator app: another one, none, and the recovery codes beside it. `hasApp`, undefined: that is not known. */
export function App({
  own,
  hasApp,
  codesLeft,
  onChange,
}: {
  own: Own
  hasApp: boolean | undefined
  codesLeft?: number | undefined
  onChange?: () => void
}) {
  const { t } = useLingui()
  const [offer, setOffer] = useState<Offer>()
  const [codes, setCodes] = useState<string[]>()
  const [isRemoving, setRemoving] = useState(false)
  const begin = useMutation({ mutationFn: own.offerTotp, onSuccess: setOffer })
  const renew = useMutation({
    mutationFn: own.renewRecoveryCodes,
    onSuccess: ({ recovery_codes: fresh }) => {
      setCodes(fresh)
      onChange?.()
    },
  })
  const finish = async (code: string) => {
    if (!offer) return
    await own.setTotp({ totp_secret: offer.secret, code })
    // A person who has an app for the first time needs a way in for the day on which the phone is away.
    if (hasApp === false) setCodes((await own.renewRecoveryCodes()).recovery_codes)
    onChange?.()
  }
  const isOn = hasApp !== false
  return (
    <Section
      title={t`Authenticator app`}
      about={
        isOn
          ? t`A code of the app belongs to your password.`
          : t`With a code of an app on your phone beside the password nobody gets in who has but the password.`
      }
    >
      {codesLeft !== undefined && isOn && (
        <p>
          <Trans>Recovery codes left: {codesLeft}</Trans>
        </p>
      )}
      <Group>
        <Button variant="default" onClick={() => begin.mutate()} loading={begin.isPending}>
          {isOn ? <Trans>Use another app…</Trans> : <Trans>Set up an app…</Trans>}
        </Button>
        {isOn && (
          <Button variant="default" onClick={() => renew.mutate()} loading={renew.isPending}>
            <Trans>New recovery codes</Trans>
          </Button>
        )}
        {isOn && own.removeTotp && (
          <Button variant="default" onClick={() => setRemoving(true)}>
            <Trans>Remove the app…</Trans>
          </Button>
        )}
      </Group>
      <FaultNote fault={begin.error ?? renew.error} />
      {offer && <NewApp offer={offer} finish={finish} onClose={() => setOffer(undefined)} />}
      {codes && (
        <OnceShown
          title={t`Recovery codes`}
          value={codes.join('\n')}
          copy={t`Copy`}
          done={t`I have kept them`}
          onClose={() => setCodes(undefined)}
        >
          <Trans>
            Each of these stands for a code of the app once, for the day on which your phone is away. They are
            shown only now.
          </Trans>
        </OnceShown>
      )}
      {isRemoving && own.removeTotp && (
        <ActDialog
          title={t`Remove the app?`}
          button={t`Remove the app`}
          isDangerous
          act={own.removeTotp}
          {...(onChange && { onDone: onChange })}
          onClose={() => setRemoving(false)}
        >
          <Trans>
            Your password alone signs you in then. The recovery codes count no more; other sign-ins end.
          </Trans>
        </ActDialog>
      )}
    </Section>
  )
}

function NewApp({
  offer: { secret, uri },
  finish,
  onClose,
}: {
  offer: Offer
  finish: (code: string) => Promise<void>
  onClose: () => void
}) {
  const { t } = useLingui()
  const [code, setCode] = useState('')
  return (
    <ActDialog
      title={t`Your authenticator app`}
      button={t`Use this app`}
      act={() => finish(code.replace(/\s/g, ''))}
      onClose={onClose}
    >
      <Stack>
        <p>
          <Trans>Scan this with an authenticator app, then type the code that it shows.</Trans>
        </p>
        <QrCode text={uri} label={t`QR code for the authenticator app`} />
        <p className="muted">
          <Trans>
            No camera? Type this secret: <span className="code">{secret}</span>
          </Trans>
        </p>
        <CodeField
          field="code"
          value={code}
          onChange={({ currentTarget }) => setCode(currentTarget.value)}
          isNew
        />
      </Stack>
    </ActDialog>
  )
}

export function Passkeys({ own }: { own: Own }) {
  const { t } = useLingui()
  const client = useQueryClient()
  const queryKey = ['me', 'passkeys']
  const list = useQuery({ queryKey, queryFn: ({ signal }) => own.passkeys(signal) })
  const [isNaming, setNaming] = useState(false)
  const refresh = () => client.invalidateQueries({ queryKey })
  const add = useMutation({
    mutationFn: own.addPasskey,
    onSuccess: async () => {
      setNaming(false)
      await refresh()
    },
  })
  const remove = useMutation({ mutationFn: own.removePasskey, onSuccess: refresh })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    add.mutate(String(new FormData(event.currentTarget).get('name')))
  }
  return (
    <Section
      title={t`Passkeys`}
      about={t`A passkey is password and second factor in one, kept by your phone, computer or password manager.`}
    >
      {list.isPending && <Loading rows={2} />}
      <FaultNote fault={list.error ?? remove.error} />
      {list.data && list.data.items.length > 0 && (
        <CardTable label={t`List of your passkeys`}>
          <Table.Tbody>
            {list.data.items.map(({ id, name, created_at, last_used_at }) => (
              <Table.Tr key={id}>
                <Table.Td>{name}</Table.Td>
                <Table.Td>
                  <Trans>
                    made <When at={created_at} />
                  </Trans>
                </Table.Td>
                <Table.Td>
                  {last_used_at === null ? (
                    <Trans>never used</Trans>
                  ) : (
                    <Trans>
                      used <When at={last_used_at} />
                    </Trans>
                  )}
                </Table.Td>
                <Table.Td ta="end">
                  <Button
                    size="compact-sm"
                    variant="subtle"
                    onClick={() => remove.mutate(id)}
                    aria-label={t`Remove ${name}`}
                  >
                    <Trans>Remove</Trans>
                  </Button>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </CardTable>
      )}
      {hasPasskeys() && (
        <Button variant="default" onClick={() => setNaming(true)} w="fit-content">
          <Trans>Add a passkey</Trans>
        </Button>
      )}
      <Dialog opened={isNaming} onClose={() => setNaming(false)} title={t`Add a passkey`} size="sm">
        <form onSubmit={submit}>
          <AtFields fault={add.error}>
            <Stack>
              <TextInput
                name="name"
                label={t`How you tell it from others`}
                placeholder={t`My phone`}
                required
                maxLength={100}
                data-autofocus
              />
              <FaultNote fault={add.error} />
              <Button type="submit" loading={add.isPending}>
                <Trans>Make the passkey</Trans>
              </Button>
            </Stack>
          </AtFields>
        </form>
      </Dialog>
    </Section>
  )
}

export function SignIns({ own }: { own: Own }) {
  const { t } = useLingui()
  const client = useQueryClient()
  const queryKey = ['me', 'sign-ins']
  const list = useQuery({ queryKey, queryFn: ({ signal }) => own.signIns(signal) })
  const refresh = () => client.invalidateQueries({ queryKey })
  const end = useMutation({ mutationFn: own.endSignIn, onSuccess: refresh })
  const endOthers = useMutation({ mutationFn: own.endOtherSignIns, onSuccess: refresh })
  const others = (list.data?.items.length ?? 0) > 1
  return (
    <Section
      title={t`Where you are signed in`}
      actions={
        others && (
          <Button variant="default" size="compact-md" onClick={() => endOthers.mutate()}>
            <Trans>End all others</Trans>
          </Button>
        )
      }
    >
      {list.isPending && <Loading rows={2} />}
      <FaultNote fault={list.error ?? end.error ?? endOthers.error} />
      {list.data && (
        <CardTable label={t`List of your sign-ins`}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t`Device`}</Table.Th>
              <Table.Th>{t`Address`}</Table.Th>
              <Table.Th>{t`Last seen`}</Table.Th>
              <Table.Th>
                <span className="visually-hidden">{t`Actions`}</span>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {list.data.items.map(({ id, device, address, last_seen_at }) => (
              <Table.Tr key={id}>
                <Table.Td miw={200} title={device}>
                  {deviceText(device)}
                </Table.Td>
                <Table.Td className="code">{address}</Table.Td>
                <Table.Td>
                  <When at={last_seen_at} />
                </Table.Td>
                <Table.Td ta="end">
                  {id === list.data.current ? (
                    <Trans>this one</Trans>
                  ) : (
                    <Button
                      size="compact-sm"
                      variant="subtle"
                      onClick={() => end.mutate(id)}
                      aria-label={t`End ${{ device: deviceText(device) }}`}
                    >
                      <Trans>End</Trans>
                    </Button>
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </CardTable>
      )}
    </Section>
  )
}
