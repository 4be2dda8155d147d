import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { dataOf } from '../../../api/client.ts'
import { portal } from '../../../api/portal.ts'
import {
  AddWebhook,
  KeyEdit,
  KeyFacts,
  KeyState,
  type MadeKey,
  RevokeKey,
  RotateKey,
} from '../../../kit/api-keys.tsx'
import { FaultNote, Loading } from '../../../kit/notes.tsx'
import { Page } from '../../../kit/page.tsx'
import { Section, Sections } from '../../../kit/section.tsx'
import { ForOwners } from '../../for-owners.tsx'
import { useMay } from '../../session.tsx'
import { changeKey, keyQuery } from './key-data.ts'
import { Calls, Sheet } from './sheet.tsx'

type Doing = 'change' | 'rotate' | 'revoke' | 'webhook'

/** `Key` is one API key: what it is, whether it is used, and what may be done about it. */
export function Key() {
  const { t } = useLingui()
  return (
    <ForOwners title={t`Key`} permission="keys.read">
      <One />
    </ForOwners>
  )
}

function One() {
  const { t } = useLingui()
  const { id: named = '' } = useParams({ strict: false }) as { id?: string }
  const id = Number(named)
  const may = useMay()
  const navigate = useNavigate()
  const client = useQueryClient()
  const [doing, setDoing] = useState<Doing>()
  const [made, setMade] = useState<MadeKey>()
  const { data: key, error, refetch } = useQuery(keyQuery(id))
  const hooks = useQuery({
    queryKey: ['webhooks'],
    queryFn: async ({ signal }) => (await dataOf(portal.GET('/api/portal/webhooks', { signal }))).items,
  })
  const hook = hooks.data?.find((one) => one.key === id)
  const done = () => client.invalidateQueries({ queryKey: ['keys'] })
  const close = () => setDoing(undefined)
  const isActive = key?.status === 'active'
  const mayEdit = may('keys.edit') && isActive
  const title = key ? key.name || key.security_id : t`Key`
  return (
    <Page
      title={title}
      heading={
        <>
          {title} {key && <KeyState status={key.status} />}
        </>
      }
      actions={
        mayEdit && (
          <>
            <Button variant="default" onClick={() => setDoing('rotate')}>
              <Trans>New access key…</Trans>
            </Button>
            <Button variant="default" onClick={() => setDoing('revoke')}>
              <Trans>Revoke…</Trans>
            </Button>
          </>
        )
      }
    >
      <FaultNote fault={error} onRetry={() => void refetch()} />
      {!key && !error && <Loading rows={4} />}
      {key && (
        <Sections>
          {isActive && (
            <Section title={t`Is it connected?`}>
              <Calls apiKey={key} />
            </Section>
          )}
          <Section
            title={t`What it is, and what it may do`}
            actions={
              mayEdit && (
                <Button variant="default" size="compact-md" onClick={() => setDoing('change')}>
                  <Trans>Change…</Trans>
                </Button>
              )
            }
          >
            <KeyFacts apiKey={key} />
            <p>
              <Link to={'/requests' as string} search={{ key: String(id) }}>
                <Trans>What this key asked for</Trans>
              </Link>
            </p>
          </Section>
          <Section
            title={t`Webhook`}
            about={t`A program of yours is told by it what becomes of the orders of this key, as soon as it happens.`}
            actions={
              !hook &&
              mayEdit && (
                <Button variant="default" size="compact-md" onClick={() => setDoing('webhook')}>
                  <Trans>Add a webhook…</Trans>
                </Button>
              )
            }
          >
            <FaultNote fault={hooks.error} onRetry={() => void hooks.refetch()} />
            {hook && (
              <p>
                <Link to={`/webhooks/${hook.id}` as string} className="code">
                  {String(hook.url)}
                </Link>
              </p>
            )}
          </Section>
        </Sections>
      )}
      {key && doing === 'change' && (
        <KeyEdit
          apiKey={key}
          save={async (changes) => {
            await changeKey(key, changes)
            await done()
          }}
          onDone={close}
        />
      )}
      {key && doing === 'rotate' && (
        <RotateKey
          apiKey={key}
          rotate={async (overlap, idempotency) => {
            const params = { path: { id }, header: { 'idempotency-key': idempotency } }
            const body = { overlap_hours: overlap }
            setMade(await dataOf(portal.POST('/api/portal/keys/{id}/rotate', { params, body })))
            await done()
          }}
          onClose={close}
        />
      )}
      {key && doing === 'webhook' && (
        <AddWebhook
          add={async (form) => {
            const { webhook } = await changeKey(key, form)
            await done()
            await client.invalidateQueries({ queryKey: ['webhooks'] })
            if (!webhook) return
            // The secret is shown on the page of the webhook, this once.
            client.setQueryData(['webhooks', webhook.id, 'secret'], webhook.secret)
            await navigate({ to: `/webhooks/${webhook.id}` as string })
          }}
          onClose={close}
        />
      )}
      {key && doing === 'revoke' && (
        <RevokeKey
          apiKey={key}
          revoke={({ key: idempotency }) =>
            dataOf(
              portal.POST('/api/portal/keys/{id}/revoke', {
                params: { path: { id }, header: { 'idempotency-key': idempotency } },
              }),
            )
          }
          onDone={() => void done()}
          onClose={close}
        />
      )}
      {made && (
        <Sheet
          made={made}
          onClose={() => {
            setMade(undefined)
            void navigate({ to: `/keys/${made.key.id}` as string })
          }}
        />
      )}
    </Page>
  )
}
