import { Trans, useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { api, dataOf } from '../api/client.ts'
import { Bytes } from '../kit/bytes.tsx'
import { millis } from '../kit/duration.ts'
import { FaultNote, Loading } from '../kit/notes.tsx'
import { Saying } from '../kit/saying.tsx'
import { Reveal, useReveal } from './reveal.tsx'

/**
 * `ExchangesOf` shows what was sent and received about one item, as far as it is kept; with `attempt` that of one attempt alone. Answers that may have a
 * secret result are shown when they are asked for.
 */
export function ExchangesOf({ order, item, attempt }: { order: number; item: number; attempt?: number }) {
  const { t } = useLingui()
  const look = useReveal(order, item)
  const exchanges = useQuery({
    queryKey: ['order', order, 'exchanges', item],
    queryFn: ({ signal }) =>
      dataOf(
        api.GET('/api/operator/orders/{id}/exchanges', {
          params: { path: { id: order }, query: { item } },
          signal,
        }),
      ),
  })
  const all = look.data?.exchanges ?? exchanges.data?.items
  const shown = all?.filter((one) => attempt === undefined || one.attempt === attempt)
  return (
    <>
      <FaultNote fault={exchanges.error} onRetry={() => void exchanges.refetch()} />
      {exchanges.isPending && <Loading rows={3} />}
      {shown?.length === 0 && (
        <p className="muted">{t`Nothing is kept of it: the answers were clear, and the settings of the supplier say that such ones are not kept; or it is too long ago.`}</p>
      )}
      {shown?.some((one) => one.is_secret && one.answer !== null) && (
        <Reveal look={look} hidden={<Trans>What the supplier answered is secret.</Trans>} />
      )}
      {shown?.map((one) => (
        <div key={`${one.at} ${one.call} ${one.url}`}>
          <p className="muted">
            <Trans>Attempt {one.attempt}</Trans>&nbsp;· {one.method} <span className="code">{one.url}</span>
            &nbsp;· {one.status ?? <Saying text={one.error ?? ''} />}&nbsp;· {millis(one.milliseconds)}
          </p>
          {one.request && <Bytes>{one.request}</Bytes>}
          {one.answer && <Bytes>{one.answer}</Bytes>}
        </div>
      ))}
    </>
  )
}
