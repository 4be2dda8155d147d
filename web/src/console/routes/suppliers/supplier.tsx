import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, Outlet, useParams } from '@tanstack/react-router'
import { useRefreshOn } from '../../../api/events.ts'
import { isNone } from '../../../kit/faults.ts'
import { FaultNote, Loading } from '../../../kit/notes.tsx'
import { Page } from '../../../kit/page.tsx'
import { useMay } from '../../../kit/session.tsx'
import { Tabs } from '../../../kit/tabs.tsx'
import { NoSuch } from '../../no-such.tsx'
import { State } from './state.tsx'
import { supplierQuery, useSupplierKinds } from './supplier-data.ts'

const TOPICS = ['suppliers']
const KEY = ['suppliers']

/** `SupplierPage` is one supplier: the head and its tabs, each a page below it. */
export function SupplierPage() {
  const { t } = useLingui()
  const { supplier = '' } = useParams({ strict: false }) as { supplier?: string }
  const may = useMay()
  const { data, error, refetch } = useQuery(supplierQuery(supplier))
  useRefreshOn(TOPICS, KEY)
  const kinds = useSupplierKinds()
  // A supplier of a kind without services of its own has no list to read.
  const hasList = kinds.data?.items.find(({ kind }) => kind === data?.kind)?.has_services ?? false
  const base = `/suppliers/${supplier}`
  const tabs = [
    { to: base, label: t`Overview` },
    ...(hasList ? [{ to: `${base}/services`, label: t`Services` }] : []),
    { to: `${base}/routes`, label: t`Routes` },
    { to: `${base}/attempts`, label: t`Attempts` },
    { to: `${base}/answers`, label: t`Answers` },
    ...(hasList ? [{ to: `${base}/lists`, label: t`Lists` }] : []),
    ...(may('costs.read') ? [{ to: `${base}/top-ups`, label: t`Top-ups` }] : []),
    ...(may('suppliers.edit') ? [{ to: `${base}/settings`, label: t`Settings` }] : []),
  ]
  const title = data?.name ?? supplier
  if (!data && isNone(error))
    return (
      <NoSuch title={title} to="/suppliers" list={t`To the suppliers`}>
        <Trans>There is no supplier {supplier} in this installation.</Trans>
      </NoSuch>
    )
  return (
    <Page
      title={title}
      heading={
        <>
          {title} {data && <State supplier={data} />}
        </>
      }
      actions={
        hasList &&
        may('suppliers.sync') &&
        may('prices.edit') && (
          <Button component={Link} variant="default" to={`${base}/import`}>
            <Trans>Import from its list</Trans>
          </Button>
        )
      }
    >
      <Tabs label={t`About ${title}`} tabs={tabs}>
        <Link to="/orders" search={{ supplier: title }}>
          <Trans>Orders</Trans>
        </Link>
      </Tabs>
      <FaultNote fault={error} onRetry={() => void refetch()} />
      {!data && !error && <Loading rows={4} />}
      {data && <Outlet />}
    </Page>
  )
}
