import { Trans, useLingui } from '@lingui/react/macro'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { dataOf } from '../../../api/client.ts'
import { portal } from '../../../api/portal.ts'
import { keyNames } from '../../../kit/api-keys.tsx'
import { FaultNote, Loading } from '../../../kit/notes.tsx'
import { Page } from '../../../kit/page.tsx'
import { type WebhookCalls, WebhookView } from '../../../kit/webhook.tsx'
import { ForOwners } from '../../for-owners.tsx'
import { useMay } from '../../session.tsx'

/** `callsOf` asks the portal's API about one webhook. */
function callsOf(id: number): WebhookCalls {
  const params = { path: { id } }
  const under = (key: string) => ({ ...params, header: { 'idempotency-key': key } })
  return {
    events: async (isUndelivered, cursor, signal) => {
      const query = {
        ...(isUndelivered && { undelivered: 'yes' as const }),
        ...(cursor !== undefined && { cursor }),
      }
      const { page } = await dataOf(
        portal.GET('/api/portal/webhooks/{id}/events', { params: { path: { id }, query }, signal }),
      )
      return page
    },
    event: (event, signal) =>
      dataOf(portal.GET('/api/portal/webhook-events/{event}', { params: { path: { event } }, signal })),
    test: () => dataOf(portal.POST('/api/portal/webhooks/{id}/test', { params })),
    pause: (key) => dataOf(portal.POST('/api/portal/webhooks/{id}/pause', { params: under(key) })),
    resume: () => dataOf(portal.POST('/api/portal/webhooks/{id}/resume', { params })),
    setUrl: (url) => dataOf(portal.PATCH('/api/portal/webhooks/{id}', { params, body: { url } })),
    replay: async (body, key) =>
      (await dataOf(portal.POST('/api/portal/webhooks/{id}/replay', { params: under(key), body }))).replayed,
    replayEvent: (event, key) =>
      dataOf(
        portal.POST('/api/portal/webhook-events/{event}/replay', {
          params: { path: { event }, header: { 'idempotency-key': key } },
        }),
      ),
    rotate: async (overlap, key) =>
      (
        await dataOf(
          portal.POST('/api/portal/webhooks/{id}/secret', {
            params: under(key),
            body: { overlap_hours: overlap },
          }),
        )
      ).secret,
  }
}

/** `Webhook` is where a program is told of the orders of a key: how that goes, and what is sent again. */
export function Webhook() {
  const { t } = useLingui()
  return (
    <ForOwners title={t`Webhook`} permission="webhooks.read">
      <One />
    </ForOwners>
  )
}

function One() {
  const { t } = useLingui()
  const { id: named = '' } = useParams({ strict: false }) as { id?: string }
  const id = Number(named)
  const mayEdit = useMay()('webhooks.edit')
  const client = useQueryClient()
  const hook = useQuery({
    queryKey: ['webhooks', id],
    queryFn: ({ signal }) =>
      dataOf(portal.GET('/api/portal/webhooks/{id}', { params: { path: { id } }, signal })),
  })
  const keys = useQuery({
    queryKey: ['keys'],
    queryFn: async ({ signal }) => (await dataOf(portal.GET('/api/portal/keys', { signal }))).items,
  })
  const names = keyNames(keys.data ?? [])
  const secretKey = ['webhooks', id, 'secret']
  if (!hook.data)
    return (
      <Page title={t`Webhook ${id}`} heading={t`Webhook`}>
        <FaultNote fault={hook.error} onRetry={() => void hook.refetch()} />
        {hook.isPending && <Loading rows={4} />}
      </Page>
    )
  const { key } = hook.data
  return (
    <WebhookView
      hook={hook.data}
      calls={callsOf(id)}
      mayAct={mayEdit}
      mayEdit={mayEdit}
      ofKey={<Link to={`/keys/${key}` as string}>{names.get(key) ?? key}</Link>}
      // A webhook that was just made has its secret to be shown, once.
      shown={client.getQueryData<string>(secretKey)}
      onShown={() => client.removeQueries({ queryKey: secretKey })}
    >
      {({ state, actions, body }) => (
        <Page
          title={t`Webhook ${id}`}
          heading={
            <>
              <Trans>Webhook at {new URL(hook.data.url).host}</Trans> {state}
            </>
          }
          actions={actions}
        >
          <FaultNote fault={hook.error} onRetry={() => void hook.refetch()} />
          {body}
        </Page>
      )}
    </WebhookView>
  )
}
