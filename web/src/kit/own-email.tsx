import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Group } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { FormEvent } from 'react'
import type { Own } from '../api/own.ts'
import { TextInput } from './inputs.tsx'
import { FaultNote, Loading } from './notes.tsx'
import { Section } from './section.tsx'
import { When } from './when.tsx'

const KEY = ['me', 'email']

/** `Email` is what one signs in with. Another address counts once the link that is mailed to it was opened. */
export function Email({ own }: { own: Own }) {
  const { t } = useLingui()
  const client = useQueryClient()
  const now = useQuery({ queryKey: KEY, queryFn: ({ signal }) => own.email(signal) })
  const onSuccess = (data: Awaited<ReturnType<Own['email']>>) => client.setQueryData(KEY, data)
  const ask = useMutation({ mutationFn: own.askForEmail, onSuccess })
  const withdraw = useMutation({ mutationFn: own.withdrawEmail, onSuccess })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    ask.mutate(String(new FormData(event.currentTarget).get('email')).trim())
  }
  const { email, possible, pending } = now.data ?? { email: '', possible: false, pending: null }
  return (
    <Section
      title={t`E-mail address`}
      about={
        now.data && (
          <Trans>
            You sign in with {email}. Another address counts once you have opened the link that we mail to it.
          </Trans>
        )
      }
    >
      <FaultNote fault={now.error} onRetry={() => void now.refetch()} />
      {now.isPending && <Loading rows={1} />}
      {now.data && !possible && !pending && (
        <p className="muted">
          <Trans>This server cannot send e-mail yet, so the address cannot be changed.</Trans>
        </p>
      )}
      {pending && (
        <>
          <p role="status">
            <Trans>
              The link that was mailed to {pending.email} ends <When at={pending.until} />
            </Trans>
          </p>
          <Group>
            <Button variant="default" onClick={() => withdraw.mutate()} loading={withdraw.isPending}>
              <Trans>Keep the old address</Trans>
            </Button>
          </Group>
        </>
      )}
      {possible && !pending && (
        <form onSubmit={submit}>
          <Group align="end">
            <TextInput
              name="email"
              type="email"
              label={t`New e-mail address`}
              autoComplete="email"
              maxLength={254}
              required
              w={280}
            />
            <Button type="submit" variant="default" loading={ask.isPending}>
              <Trans>Mail the link</Trans>
            </Button>
          </Group>
        </form>
      )}
      <FaultNote fault={ask.error ?? withdraw.error} />
    </Section>
  )
}
