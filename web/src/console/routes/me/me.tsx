import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Group, PasswordInput, Stack, Table, TextInput, Title } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { api, dataOf } from '../../../api/client.ts'
import { hasPasskeys, makePasskey } from '../../../api/passkeys.ts'
import { Dialog } from '../../../kit/dialog.tsx'
import { FaultNote, Loading } from '../../../kit/notes.tsx'
import { Page } from '../../../kit/page.tsx'
import { useSession } from '../../../kit/session.tsx'
import { When } from '../../../kit/when.tsx'

/** `Me` is what belongs to the person who is signed in: password, second factors, and where it is signed in. */
export function Me() {
  const { t } = useLingui()
  const { person } = useSession()
  return (
    <Page title={t`Profile`} narrow>
      <Stack gap="xl">
        <dl>
          <dt className="muted">
            <Trans>Name</Trans>
          </dt>
          <dd>{person.name}</dd>
          <dt className="muted">
            <Trans>E-mail address</Trans>
          </dt>
          <dd>{person.email}</dd>
          <dt className="muted">
            <Trans>Role</Trans>
          </dt>
          <dd>{person.role}</dd>
        </dl>
        <Password />
        <Passkeys />
        <SignIns />
      </Stack>
    </Page>
  )
}

function Password() {
  const { t } = useLingui()
  const change = useMutation({
    mutationFn: (password: string) => dataOf(api.POST('/api/operator/me/password', { body: { password } })),
    onSuccess: () =>
      notifications.show({ message: t`The password is changed. Your other sign-ins have ended.` }),
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = event.currentTarget
    change.mutate(String(new FormData(form).get('password')), { onSuccess: () => form.reset() })
  }
  return (
    <section aria-labelledby="password">
      <Title order={2} id="password">
        <Trans>Password</Trans>
      </Title>
      <form onSubmit={submit}>
        <Group align="end">
          <PasswordInput
            name="password"
            label={t`New password`}
            autoComplete="new-password"
            minLength={12}
            required
            w={280}
          />
          <Button type="submit" variant="default" loading={change.isPending}>
            <Trans>Change the password</Trans>
          </Button>
        </Group>
        <FaultNote fault={change.error} />
      </form>
    </section>
  )
}

function Passkeys() {
  const { t } = useLingui()
  const client = useQueryClient()
  const key = ['me', 'passkeys']
  const list = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => dataOf(api.GET('/api/operator/me/passkeys', { signal })),
  })
  const [isNaming, setNaming] = useState(false)
  const refresh = () => client.invalidateQueries({ queryKey: key })
  const add = useMutation({
    mutationFn: makePasskey,
    onSuccess: async () => {
      setNaming(false)
      await refresh()
    },
  })
  const remove = useMutation({
    mutationFn: (id: number) =>
      dataOf(api.DELETE('/api/operator/me/passkeys/{id}', { params: { path: { id } } })),
    onSuccess: refresh,
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    add.mutate(String(new FormData(event.currentTarget).get('name')))
  }
  return (
    <section aria-labelledby="passkeys">
      <Title order={2} id="passkeys">
        <Trans>Passkeys</Trans>
      </Title>
      <p className="muted">
        <Trans>
          A passkey is password and second factor in one, kept by your phone, computer or password manager.
        </Trans>
      </p>
      {list.isPending && <Loading rows={2} />}
      <FaultNote fault={list.error ?? remove.error} />
      {list.data && list.data.items.length > 0 && (
        <Table>
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
                <Table.Td>
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
        </Table>
      )}
      {hasPasskeys() && (
        <Button variant="default" onClick={() => setNaming(true)}>
          <Trans>Add a passkey</Trans>
        </Button>
      )}
      <Dialog opened={isNaming} onClose={() => setNaming(false)} title={t`Add a passkey`} size="sm">
        <form onSubmit={submit}>
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
        </form>
      </Dialog>
    </section>
  )
}

function SignIns() {
  const { t } = useLingui()
  const client = useQueryClient()
  const key = ['me', 'sign-ins']
  const list = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => dataOf(api.GET('/api/operator/me/sign-ins', { signal })),
  })
  const refresh = () => client.invalidateQueries({ queryKey: key })
  const end = useMutation({
    mutationFn: (id: number) =>
      dataOf(api.DELETE('/api/operator/me/sign-ins/{id}', { params: { path: { id } } })),
    onSuccess: refresh,
  })
  const endOthers = useMutation({
    mutationFn: () => dataOf(api.DELETE('/api/operator/me/sign-ins')),
    onSuccess: refresh,
  })
  return (
    <section aria-labelledby="sign-ins">
      <Title order={2} id="sign-ins">
        <Trans>Where you are signed in</Trans>
      </Title>
      {list.isPending && <Loading rows={2} />}
      <FaultNote fault={list.error ?? end.error ?? endOthers.error} />
      {list.data && (
        <>
          <Table>
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
                  <Table.Td>{device}</Table.Td>
                  <Table.Td className="code">{address}</Table.Td>
                  <Table.Td>
                    <When at={last_seen_at} />
                  </Table.Td>
                  <Table.Td>
                    {id === list.data.current ? (
                      <Trans>this one</Trans>
                    ) : (
                      <Button
                        size="compact-sm"
                        variant="subtle"
                        onClick={() => end.mutate(id)}
                        aria-label={t`End ${device}`}
                      >
                        <Trans>End</Trans>
                      </Button>
                    )}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
          {list.data.items.length > 1 && (
            <Button variant="default" onClick={() => endOthers.mutate()}>
              <Trans>End all others</Trans>
            </Button>
          )}
        </>
      )}
    </section>
  )
}
