import { useLingui } from '@lingui/react/macro'
import { Navigate, Outlet, useLocation } from '@tanstack/react-router'
import { Denied } from '../../../kit/denied.tsx'
import { useMay } from '../../../kit/session.tsx'
import { Tabs } from '../../../kit/tabs.tsx'
import styles from './money.module.css'

/** `Money` is the frame of the pages about money: their tabs, and one of them below. */
export function Money() {
  const { t } = useLingui()
  const may = useMay()
  const { pathname } = useLocation()
  const tabs = [
    { to: '/money/deposits', label: t`Deposits`, permission: 'money.read', isExact: false },
    { to: '/money/adjustments', label: t`Adjustments`, permission: 'money.read' },
    { to: '/money/transfers', label: t`Transfers`, permission: 'money.read' },
    { to: '/money/statements', label: t`Statements`, permission: 'money.read' },
    { to: '/money/invoices', label: t`Invoices`, permission: 'money.read' },
    { to: '/money/ledger', label: t`Ledger`, permission: 'audit.read' },
  ]
  const shown = tabs.filter(({ permission }) => may(permission))
  const current = tabs.find(({ to }) => pathname.startsWith(to))
  if (!current && shown[0]) return <Navigate to={shown[0].to} replace />
  const lacks = [current?.permission ?? 'money.read'].filter((permission) => !may(permission))
  if (lacks.length > 0) return <Denied title={current?.label ?? t`Money`} permissions={lacks} />
  return (
    <>
      <div className={styles.tabs}>
        <Tabs label={t`Money`} tabs={shown} />
      </div>
      <Outlet />
    </>
  )
}
