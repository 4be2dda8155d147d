import { Trans, useLingui } from '@lingui/react/macro'
import { Group, Stack, Table } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { api, dataOf } from '../../../api/client.ts'
import { useRefreshOn } from '../../../api/events.ts'
import { keyNames } from '../../../kit/api-keys.tsx'
import { CardTable } from '../../../kit/card-table.tsx'
import { HookState } from '../../../kit/hook-state.tsx'
import { Empty, FaultNote, Loading } from '../../../kit/notes.tsx'
import { useMay } from '../../../kit/session.tsx'
import { type Hook, type WebhookCalls, WebhookView } from '../../../kit/webhook.tsx'
import { When } from '../../../kit/when.tsx'
import { History } from '../../history.tsx'
import styles from './reseller.module.css'

const TOPICS = ['webhooks']
const KEY = ['webhooks']
const ALL = 200

/** `Webhooks` lists where programs of a reseller are told of its orders, and how that goes. */
export function Webhooks() {
  const { t } = useLingui()
  const { username = '' } = useParams({ strict: false }) as { username?: string }
  const hooks = useQuery({
    queryKey: [...KEY, 'of', username],
    queryFn: ({ signal }) =>
      dataOf(
        api.GET('/api/operator/webhooks', { params: { query: { account: username, limit: ALL } }, signal }),
      ),
  })
  useRefreshOn(TOPICS, KEY)
  const items = hooks.data?.page.items as Hook[] | undefined
  return (
    <Stack>
      <FaultNote fault={hooks.error} onRetry={() => void hooks.refetch()} />
      {hooks.isPending && <Loading rows={3} />}
      {items?.length === 0 && (
        <Empty
          action={
            <Link to={`/resellers/${username}/keys` as string}>
              <Trans>To the keys</Trans>
            </Link>
          }
        >
          <Trans>
            No webhooks. A key that own code uses may have one: it is told what becomes of the orders of that
            key.
          </Trans>
        </Empty>
      )}
      {items !== undefined && items.length > 0 && (
        <CardTable label={t`Webhooks`}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t`URL`}</Table.Th>
              <Table.Th data-card="state">{t`State`}</Table.Th>
              <Table.Th ta="end">{t`Waits to be sent`}</Table.Th>
              <Table.Th>{t`Fails since`}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {items.map((hook) => (
              <Table.Tr key={String(hook.id)}>
                <Table.Td>
                  <Link to={`/resellers/${username}/webhooks/${hook.id}` as string} className="code">
                    {String(hook.url)}
                  </Link>
                </Table.Td>
                <Table.Td>
                  <HookState status={String(hook.status)} />
                </Table.Td>
                <Table.Td ta="end">{String(hook.waiting)}</Table.Td>
                <Table.Td>
                  {typeof hook.failing_since === 'string' ? <When at={hook.failing_since} /> : '–'}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </CardTable>
      )}
    </Stack>
  )
}

/** `callsOf` asks the operator API about one webhook. */
function callsOf({ id: named, version }: Hook): WebhookCalls {
  const id = Number(named)
  const params = { path: { id } }
  const under = (key: string) => ({ ...params, header: { 'idempotency-key': key } })
  return {
    events: async (isUndelivered, cursor, signal) => {
      const query = {
        ...(isUndelivered && { undelivered: 'yes' as const }),
        ...(cursor !== undefined && { cursor }),
      }
      const { page } = await dataOf(
        api.GET('/api/operator/webhooks/{id}/events', { params: { path: { id }, query }, signal }),
      )
      return page
    },
    event: (event, signal) =>
      dataOf(api.GET('/api/operator/webhook-events/{event}', { params: { path: { event } }, signal })),
    test: () => dataOf(api.POST('/api/operator/webhooks/{id}/test', { params })),
    pause: (key) => dataOf(api.POST('/api/operator/webhooks/{id}/pause', { params: under(key) })),
    resume: () => dataOf(api.POST('/api/operator/webhooks/{id}/resume', { params })),
    setUrl: (url) =>
      dataOf(
        api.PATCH('/api/operator/webhooks/{id}', {
          params: { ...params, header: { 'if-match': String(version) } },
          body: { url },
        }),
      ),
    replay: async (body, key) =>
      (await dataOf(api.POST('/api/operator/webhooks/{id}/replay', { params: under(key), body }))).replayed,
    replayEvent: (event, key) =>
      dataOf(
        api.POST('/api/operator/webhook-events/{event}/replay', {
          params: { path: { event }, header: { 'idempotency-key': key } },
        }),
      ),
    rotate: async (overlap, key) =>
      (
        await dataOf(
          api.POST('/api/operator/webhooks/{id}/rotate', {
            params: under(key),
            body: { overlap_hours: Number(overlap) },
          }),
        )
      ).secret,
  }
}

/** `WebhookOne` is one webhook of a reseller: what it was told, what is sent again, and where it is. */
export function WebhookOne() {
  const { t } = useLingui()
  const { username = '', id: named = '' } = useParams({ strict: false }) as { username?: string; id?: string }
  const id = Number(named)
  const may = useMay()
  const client = useQueryClient()
  const secretKey = [...KEY, id, 'secret']
  const hook = useQuery({
    queryKey: [...KEY, id],
    queryFn: ({ signal }) =>
      dataOf(api.GET('/api/operator/webhooks/{id}', { params: { path: { id } }, signal })),
  })
  useRefreshOn(TOPICS, KEY)
  const keys = useQuery({
    queryKey: ['keys', username, 'names'],
    queryFn: ({ signal }) =>
      dataOf(api.GET('/api/operator/keys', { params: { query: { account: username, limit: 200 } }, signal })),
  })
  const names = keyNames(keys.data?.page.items ?? [])
  if (!hook.data)
    return (
      <>
        <FaultNote fault={hook.error} onRetry={() => void hook.refetch()} />
        {hook.isPending && <Loading rows={4} />}
      </>
    )
  const { key } = hook.data
  return (
    <WebhookView
      hook={hook.data}
      calls={callsOf(hook.data)}
      // A webhook that was just made has its secret to be shown, once.
      shown={client.getQueryData<string>(secretKey)}
      onShown={() => client.removeQueries({ queryKey: secretKey })}
      mayAct={may('orders.act')}
      mayEdit={may('keys.edit')}
      ofKey={<Link to={`/resellers/${username}/keys` as string}>{names.get(key) ?? key}</Link>}
    >
      {({ state, actions, body }) => (
        <>
          <div className={styles.head}>
            <h2>
              {t`Webhook ${id}`} {state}
            </h2>
            <Group gap="sm">{actions}</Group>
          </div>
          {body}
          <History what="webhook" subject={named} />
        </>
      )}
    </WebhookView>
  )
}
