import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Group, Stack } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { type FormEvent, type ReactNode, useState } from 'react'
import { ApiFault, answerOf, dataOf } from '../../../api/client.ts'
import { portal } from '../../../api/portal.ts'
import { money } from '../../../kit/amount.tsx'
import { duration, percent } from '../../../kit/duration.ts'
import { Textarea } from '../../../kit/inputs.tsx'
import { FaultNote, Loading } from '../../../kit/notes.tsx'
import { Page } from '../../../kit/page.tsx'
import { Badge } from '../../../kit/state-badge.tsx'
import { priced } from '../../price.tsx'
import { inputOf, wholeQuery } from '../../results.ts'
import { type Service, serviceQuery } from '../../service-name.tsx'
import { useSession } from '../../session.tsx'
import { formOf } from './form.ts'
import { forgetOrder, type Kept, keepOrder, keptOrder } from './kept.ts'
import { Lines } from './lines.tsx'
import styles from './place.module.css'
import { Reference } from './reference.tsx'

/** `Place` is where a service is ordered: lines are pasted and checked, and what is fine is placed. */
export function Place() {
  const { t } = useLingui()
  const { service: code } = useParams({ strict: false }) as { service: string }
  const { again } = useSearch({ strict: false }) as { again?: string }
  const { permissions } = useSession()
  const service = useQuery(serviceQuery(code))
  const before = useQuery({ ...wholeQuery(again ?? ''), enabled: again !== undefined })
  const form = service.data && formOf(service.data.service_type.input_schema)
  const isReady = service.data && (again === undefined || !before.isPending)
  return (
    <Page title={service.data?.name ?? t`Order`} narrow>
      <p className={styles.back}>
        <Link to="/services">
          <Trans>All services</Trans>
        </Link>
      </p>
      <FaultNote fault={service.error} onRetry={() => void service.refetch()} />
      {service.isPending && <Loading />}
      {service.data && (
        <Stack>
          <About service={service.data} />
          {isReady && permissions.includes('order.create') && (
            <Ordering key={code} service={service.data}>
              {(place, isBusy) =>
                form ? (
                  <Lines
                    {...{ service: service.data, form, place, isBusy }}
                    before={before.data?.result.map(inputOf).filter((input) => input !== '') ?? []}
                  />
                ) : (
                  <Data {...{ service: service.data, place, isBusy }} />
                )
              }
            </Ordering>
          )}
        </Stack>
      )}
    </Page>
  )
}

/** `About` says what a service costs, how long it took lately and when it takes orders. */
function About({ service }: { service: Service }) {
  const { t } = useLingui()
  const { account } = useSession()
  const figures = useQuery({
    queryKey: ['services', 'figures', service.id],
    queryFn: async ({ signal }) => {
      const params = { query: { service: String(service.id) } }
      const { page } = await dataOf(portal.GET('/api/portal/services', { params, signal }))
      return page.items[0] ?? null
    },
    staleTime: 60_000,
  })
  const seconds = figures.data?.median_seconds ?? null
  const took = seconds === null ? '' : duration(seconds)
  const rate = figures.data?.success_rate ?? null
  const well = rate === null ? '' : percent(rate)
  const { open_time: from, close_time: to, time_zone: zone } = service
  const facts = [
    service.delivery_time,
    took && t`lately done in about ${took}`,
    well && t`${well} of them with success`,
    from !== null && to !== null && t`takes orders from ${from} to ${to} (${zone})`,
  ].filter((one): one is string => typeof one === 'string' && one !== '')
  return (
    <>
      <p className={styles.about}>
        <strong>{money(priced(service.rule.unit_price, account.currency), account.currency)}</strong>
        {facts.map((one) => (
          <span key={one}>{one}</span>
        ))}
      </p>
      {figures.data?.closed && from !== null && (
        <p className={styles.closed} role="status">
          <Badge tone="off">{t`Closed now`}</Badge>{' '}
          <Trans>
            It takes orders again from {from} ({zone}). Nothing can be ordered until then.
          </Trans>
        </p>
      )}
      {service.description && <p className={styles.text}>{service.description}</p>}
    </>
  )
}

/** Placing places what is ordered; `what` says what that is, and for how much; `reference`, empty: there is none. */
export type Placing = (data: Record<string, unknown>, what: string, reference: string) => void

/** SAYS_NOTHING are statuses of a refusal that came before the server looked whether it has the order: signed out, not allowed, too often, too slow. */
const SAYS_NOTHING = [401, 403, 408, 425, 429]

/** `Ordering` places orders, once each: one of which nobody knows whether it was placed is asked about before anything else is. */
function Ordering({
  service: { code },
  children,
}: {
  service: Service
  children: (place: Placing, isBusy: boolean) => ReactNode
}) {
  const navigate = useNavigate()
  const client = useQueryClient()
  const { account } = useSession()
  const of = account.username
  const [open, setOpen] = useState<Kept | undefined>(() => keptOrder(of, code))
  const [fault, setFault] = useState<unknown>()
  const [isBusy, setBusy] = useState(false)
  const send = async (kept: Kept, wasSent: boolean) => {
    setBusy(true)
    setFault(undefined)
    try {
      const headers = { 'idempotency-key': kept.key }
      const order = await answerOf(portal.POST('/api/order', { body: kept.body, headers }))
      forgetOrder(of, code)
      await client.invalidateQueries()
      await navigate({ to: `/orders/${order.order_id}` as string })
    } catch (error) {
      const status = error instanceof ApiFault ? error.status : 0
      // What was refused was not placed. Without an answer nobody knows; and who was kept from asking again knows no more than before.
      const isRefused = status >= 400 && status < 500 && !(wasSent && SAYS_NOTHING.includes(status))
      if (isRefused) forgetOrder(of, code)
      setOpen(isRefused ? undefined : kept)
      setFault(isRefused || wasSent ? error : undefined)
    } finally {
      setBusy(false)
    }
  }
  const place: Placing = (data, what, reference) => {
    const own = reference.trim()
    void send(keepOrder(of, { code, data, ...(own !== '' && { reference: own }) }, what), false)
  }
  return (
    <>
      {open && (
        <div className={styles.unknown} role="alert">
          <p>
            <Trans>
              We do not know yet whether your order was placed. Press Try again: it is the same order, and you
              cannot be charged twice.
            </Trans>
          </p>
          <p>{open.what}</p>
          <FaultNote fault={fault} />
          <Group>
            <Button loading={isBusy} onClick={() => void send(open, true)}>
              <Trans>Try again</Trans>
            </Button>
          </Group>
        </div>
      )}
      {/* What was typed stays, for an order that is refused in the end. */}
      <div hidden={open !== undefined}>{children(place, isBusy)}</div>
      {!open && <FaultNote fault={fault} untouched={<Trans>Nothing was placed or charged.</Trans>} />}
    </>
  )
}

/** `readObject` reads an object in JSON, or says where it is none, as far as the browser tells that. */
function readObject(
  text: string,
): { object: Record<string, unknown> } | { line: string | undefined; column: string | undefined } {
  try {
    const data: unknown = JSON.parse(text)
    if (typeof data === 'object' && data !== null && !Array.isArray(data))
      return { object: data as Record<string, unknown> }
    return { line: undefined, column: undefined }
  } catch (error) {
    const [, line, column] = /line (\d+) column (\d+)/.exec((error as Error).message) ?? []
    return { line, column }
  }
}

/** `Data` is the data of an order as JSON, for what cannot be drawn as fields: the server checks it before anything is charged. */
function Data({ service, place, isBusy }: { service: Service; place: Placing; isBusy: boolean }) {
  const { t } = useLingui()
  const [error, setError] = useState<string>()
  const [reference, setReference] = useState('')
  const schema = service.service_type.input_schema
  const { account } = useSession()
  const each = money(priced(service.rule.unit_price, account.currency), account.currency)
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const read = readObject(String(new FormData(event.currentTarget).get('data')))
    if ('object' in read) {
      setError(undefined)
      place(read.object, service.name, reference)
      return
    }
    const { line, column } = read
    setError(
      line === undefined
        ? t`This must be a JSON object.`
        : t`This must be a JSON object. The mistake is in line ${line}, near character ${column}.`,
    )
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <Textarea
          name="data"
          label={t`What is ordered, as JSON`}
          description={t`This service takes more than a form can ask for. What you write is checked before anything is charged.`}
          error={error}
          classNames={{ input: 'code' }}
          rows={8}
          required
          spellCheck={false}
        />
        <Reference value={reference} onChange={setReference} />
        <details>
          <summary>
            <Trans>What it must be (JSON Schema)</Trans>
          </summary>
          <pre className={`code ${styles.schema}`}>{JSON.stringify(schema, null, 2)}</pre>
        </details>
        <Group>
          <Button type="submit" loading={isBusy}>
            <Trans>Place it, each for {each}</Trans>
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
