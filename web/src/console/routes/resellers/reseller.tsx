import { Trans, useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { Link, Outlet, useNavigate, useParams } from '@tanstack/react-router'
import { useRefreshOn } from '../../../api/events.ts'
import { isNone } from '../../../kit/faults.ts'
import { useKeys } from '../../../kit/keys.tsx'
import { FaultNote, Loading } from '../../../kit/notes.tsx'
import { Page } from '../../../kit/page.tsx'
import { useMay } from '../../../kit/session.tsx'
import { Tabs } from '../../../kit/tabs.tsx'
import { NoSuch } from '../../no-such.tsx'
import { OpenPortal } from '../../open-portal.tsx'
import { resellerQuery } from './reseller-data.ts'
import { Marks, Status } from './resellers.tsx'

const TOPICS = ['accounts', 'balances']
const KEY = ['resellers']

/** `ResellerPage` is one reseller: the head and its tabs, each a page below it. */
export function ResellerPage() {
  const { t } = useLingui()
  const { username = '' } = useParams({ strict: false }) as { username?: string }
  const may = useMay()
  const navigate = useNavigate()
  const { data, error, refetch } = useQuery(resellerQuery(username))
  useRefreshOn(TOPICS, KEY)
  const base = `/resellers/${username}`
  useKeys({ k: [t`Keys of the reseller`, () => void navigate({ to: `${base}/keys` as string })] })
  const tabs = [
    { to: base, label: t`Overview` },
    { to: `${base}/keys`, label: t`Keys` },
    ...(may('money.read') ? [{ to: `${base}/money`, label: t`Money` }] : []),
    { to: `${base}/people`, label: t`People` },
    ...(may('prices.read') ? [{ to: `${base}/prices`, label: t`Prices` }] : []),
    { to: `${base}/requests`, label: t`Requests` },
    { to: `${base}/webhooks`, label: t`Webhooks`, isExact: false },
    { to: `${base}/notes`, label: t`Notes` },
  ]
  if (!data && isNone(error))
    return (
      <NoSuch title={username} to="/resellers" list={t`To the resellers`}>
        <Trans>There is no reseller {username} in this installation.</Trans>
      </NoSuch>
    )
  return (
    <Page
      title={data?.name ?? username}
      heading={
        <>
          {data?.name ?? username} {data && <Status of={data} />} {data && <Marks reseller={data} />}
        </>
      }
      actions={data && <OpenPortal account={data.username} name={data.name} />}
    >
      <Tabs label={t`About ${data?.name ?? username}`} tabs={tabs}>
        <Link to="/orders" search={{ account: username }}>
          <Trans>Orders</Trans>
        </Link>
      </Tabs>
      <FaultNote fault={error} onRetry={() => void refetch()} />
      {!data && !error && <Loading rows={4} />}
      {data && <Outlet />}
    </Page>
  )
}
