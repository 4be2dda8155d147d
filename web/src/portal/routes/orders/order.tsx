import { Trans, useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { answerOf } from '../../../api/client.ts'
import { portal } from '../../../api/portal.ts'
import { FaultNote, Loading } from '../../../kit/notes.tsx'
import { Page } from '../../../kit/page.tsx'
import { StateBadge } from '../../../kit/state-badge.tsx'
import { When } from '../../../kit/when.tsx'
import { Price } from '../../price.tsx'
import { ServiceName } from '../../service-name.tsx'
import styles from './order.module.css'

/** POLL_MS is how often an order that has not ended is read again. */
const POLL_MS = 3000

/** `Order` is one order with the results of all its items, as they come. */
export function Order() {
  const { t } = useLingui()
  const { id } = useParams({ strict: false }) as { id: string }
  const { data, error, refetch, isPending } = useQuery({
    queryKey: ['orders', id],
    queryFn: ({ signal }) => answerOf(portal.GET('/api/order/{id}', { params: { path: { id } }, signal })),
    refetchInterval: ({ state }) => (state.data?.finished_at === null ? POLL_MS : false),
  })
  return (
    <Page title={t`Order ${id}`}>
      <FaultNote fault={error} onRetry={() => void refetch()} />
      {isPending && <Loading />}
      {data && (
        <>
          <p>
            <ServiceName code={data.service_code} />
          </p>
          <p role="status">
            <StateBadge state={data.status} />{' '}
            <Trans>
              {data.processed} of {data.total} done
            </Trans>
          </p>
          <p className="muted">
            <span className="code">{data.service_code}</span> · <When at={data.created_at} exact /> ·{' '}
            <Price value={data.total_price} currency={data.currency} />
          </p>
          <ul className={styles.items} aria-label={t`Results`}>
            {data.result.map(({ position, imei, serial, input, status, result, error: why }) => (
              <li key={position}>
                <div className={styles.head}>
                  <span className="code">{imei ?? serial ?? input ?? position}</span>
                  <StateBadge state={status} />
                </div>
                {(result ?? why) && <div className={styles.text}>{result ?? why}</div>}
              </li>
            ))}
          </ul>
        </>
      )}
    </Page>
  )
}
