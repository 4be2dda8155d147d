import { Trans, useLingui } from '@lingui/react/macro'
import { Radio, Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { api, dataOf } from '../../../api/client.ts'
import { money } from '../../../kit/amount.tsx'
import { FaultNote, Loading } from '../../../kit/notes.tsx'
import { percentOf } from '../../../kit/numbers.ts'

const readRoutes = (id: number, signal: AbortSignal) =>
  dataOf(api.GET('/api/operator/orders/{id}/resend-routes', { params: { path: { id } }, signal }))
type Routes = Awaited<ReturnType<typeof readRoutes>>

/**
 * `RouteChoice` asks by which route an order goes on: what each costs at present, in the currency of the order, and what it would lose, for who
 * may read costs. `value` is the id of a route; the first is chosen.
 */
export function RouteChoice({
  order,
  value,
  onChange,
}: {
  order: number
  value: string | undefined
  onChange: (id: string) => void
}) {
  const { t } = useLingui()
  const { routes, chosen } = useRoutes(order, value)
  return (
    <>
      <FaultNote fault={routes.error} onRetry={() => void routes.refetch()} />
      {routes.isPending && <Loading />}
      <Radio.Group label={t`Route`} value={chosen ?? ''} onChange={onChange}>
        <Stack gap="xs" mt="xs">
          {routes.data?.items.map((route) => (
            <Radio
              key={route.id}
              value={String(route.id)}
              label={
                route.remote_service === null
                  ? route.supplier_name
                  : `${route.supplier_name}\u00A0· ${route.remote_service}`
              }
              description={<Said of={routes.data} route={route} />}
            />
          ))}
        </Stack>
      </Radio.Group>
    </>
  )
}

/** `useRoutes` gives the routes that an order may go by, and which of them is chosen. */
export function useRoutes(order: number, value: string | undefined) {
  const routes = useQuery({
    queryKey: ['order', order, 'routes'],
    queryFn: ({ signal }) => readRoutes(order, signal),
  })
  const [first] = routes.data?.items ?? []
  return { routes, chosen: value ?? (first && String(first.id)) }
}

function Said({ of: { currency, price }, route }: { of: Routes; route: Routes['items'][number] }) {
  const { works, refused: isRefused, cost, loss: lost, margin_floor: floor } = route
  const say = (amount: string) => money(amount, currency)
  const loss = lost == null ? undefined : say(lost)
  return (
    <>
      {!works && (
        <>
          <Trans>It does not work at present.</Trans>{' '}
        </>
      )}
      {cost != null && price !== null && (
        <Trans>
          Costs {say(cost)}, charged {say(price)}.
        </Trans>
      )}{' '}
      {loss && (
        <b>
          <Trans>This would lose {loss} an item.</Trans>
        </b>
      )}{' '}
      {isRefused && <Refused cost={cost} floor={floor} />}
    </>
  )
}

/** `Refused` says why items do not go by a route; who may not read costs learns no more than that. */
function Refused({ cost, floor }: { cost: string | null | undefined; floor: string | undefined }) {
  if (cost === undefined || floor === undefined)
    return <Trans>Too little of the price would remain, so it is refused here.</Trans>
  if (cost === null) return <Trans>There is no exchange rate for its cost, so it is refused here.</Trans>
  return (
    <Trans>
      That is below its margin floor of {percentOf(floor)}, so it is refused here. Where an item waits for
      that, the inbox lets it go.
    </Trans>
  )
}
