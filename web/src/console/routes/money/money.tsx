import { useLingui } from '@lingui/react/macro'
import { Navigate, Outlet, useLocation } from '@tanstack/react-router'
import { Denied } from '../../../kit/denied.tsx'
import { useMay } from '../../../kit/session.tsx'
import { Tabs } from '../../../kit/tabs.tsx'
import styles from './money.module.css'

/** `useTabs` gives the pages about money that the person may see, and all of them. */
function useTabs() {
  const { t } = useLingui()
  const may = useMay()
  const tabs = [
    { to: '/money/deposits', label: t`Deposits`, permission: 'money.read', isExact: false },
    { to: '/money/stray-payments', label: t`Stray payments`, permission: 'money.read' },
    { to: '/money/adjustments', label: t`Adjustments`, permission: 'money.read' },
    { to: '/money/transfers', label: t`Transfers`, permission: 'money.read' },
    { to: '/money/statements', label: t`Statements`, permission: 'money.read' },
    { to: '/money/invoices', label: t`Invoices`, permission: 'money.read' },
    { to: '/money/ledger', label: t`Ledger`, permission: 'audit.read' },
  ]
  return { tabs, shown: tabs.filter(({ permission }) => may(permission)) }
}

/** `Money` is the frame of the pages about money: their tabs, and one of them below. */
export function Money() {
  const { t } = useLingui()
  const may = useMay()
  const { pathname } = useLocation()
  const { tabs, shown } = useTabs()
  const current = tabs.find(({ to }) => pathname.startsWith(to))
  if (current && !may(current.permission))
    return <Denied title={current.label} permissions={[current.permission]} />
  return (
    <>
      <div className={styles.tabs}>
        <Tabs label={t`Money`} tabs={shown} />
      </div>
      <Outlet />
    </>
  )
}

/** `FirstOfMoney` leads to the first of them that the person may see. */
export function FirstOfMoney() {
  const { t } = useLingui()
  const [first] = useTabs().shown
  if (first) return <Navigate to={first.to} replace />
  return <Denied title={t`Money`} permissions={['money.read']} />
}
