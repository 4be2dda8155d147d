import { Trans, useLingui } from '@lingui/react/macro'
import { Radio, Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { api, dataOf } from '../../../api/client.ts'
import { money } from '../../../kit/amount.tsx'
import { FaultNote, Loading } from '../../../kit/notes.tsx'
import { percentOf } from '../../../kit/numbers.ts'
import { useMay } from '../../../kit/session.tsx'

interface Ordered {
  service: number
  username: string
  currency: string
  unit_price: string
}

/**
 * `RouteChoice` asks by which route an order goes on: what each costs at present, in the currency of the order, and what it would lose, for who
 * may read costs. `value` is the id of a route; the first is chosen.
 */
export function RouteChoice({
  order,
  value,
  onChange,
}: {
  order: Ordered
  value: string | undefined
  onChange: (id: string) => void
}) {
  const { t } = useLingui()
  const may = useMay()
  const { routes, chosen } = useRoutes(order.service, value)
  const explained = useQuery({
    queryKey: ['prices', 'explained', order.service, order.username],
    queryFn: ({ signal }) =>
      dataOf(
        api.GET('/api/operator/prices/explained', {
          params: { query: { service: String(order.service), account: order.username } },
          signal,
        }),
      ),
    enabled: may('costs.read') && may('prices.read'),
    retry: false,
  })
  const costOf = (supplier: string, remote: string | null) =>
    explained.data?.routes?.find((one) => one.supplier === supplier && one.remote_service === (remote ?? ''))
      ?.converted ?? undefined
  return (
    <>
      <FaultNote fault={routes.error} onRetry={() => void routes.refetch()} />
      {routes.isPending && <Loading />}
      <Radio.Group label={t`Route`} value={chosen ?? ''} onChange={onChange}>
        <Stack gap="xs" mt="xs">
          {routes.data?.page.items.map(({ id, supplier_name, remote_service, works, margin_floor }) => (
            <Radio
              key={id}
              value={String(id)}
              label={remote_service === null ? supplier_name : `${supplier_name} · ${remote_service}`}
              description={
                <Said
                  cost={costOf(supplier_name, remote_service)}
                  floor={margin_floor}
                  {...{ order, works }}
                />
              }
            />
          ))}
        </Stack>
      </Radio.Group>
    </>
  )
}

/** `useRoutes` gives the routes of a service, and which of them is chosen. */
export function useRoutes(service: number, value: string | undefined) {
  const routes = useQuery({
    queryKey: ['routes', service],
    queryFn: ({ signal }) =>
      dataOf(api.GET('/api/operator/routes', { params: { query: { service: String(service) } }, signal })),
  })
  const [first] = routes.data?.page.items ?? []
  return { routes, chosen: value ?? (first && String(first.id)) }
}

function Said({
  order: { currency, unit_price: price },
  cost,
  floor,
  works,
}: {
  order: Ordered
  cost: string | undefined
  floor: string | undefined
  works: boolean
}) {
  const say = (amount: string) => money(amount, currency)
  // Only shown: what is charged and paid is reckoned by the server.
  const left = Number(price) - Number(cost)
  const decimals = Math.max(...[price, cost ?? ''].map((amount) => amount.split('.')[1]?.length ?? 0))
  const loss = say((-left).toFixed(decimals))
  const isBelow = cost !== undefined && floor !== undefined && left < (Number(price) * Number(floor)) / 100
  return (
    <>
      {!works && (
        <>
          <Trans>It does not work at present.</Trans>{' '}
        </>
      )}
      {cost !== undefined && (
        <Trans>
          Costs {say(cost)}, charged {say(price)}.
        </Trans>
      )}{' '}
      {cost !== undefined && left < 0 && (
        <b>
          <Trans>This would lose {loss} an item.</Trans>
        </b>
      )}{' '}
      {isBelow && (
        <Trans>
          That is below its margin floor of {percentOf(floor)}, so it is refused here. Where an item waits for
          that, the inbox lets it go.
        </Trans>
      )}
    </>
  )
}
