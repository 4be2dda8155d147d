import { useLingui } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import { Page } from '../../../kit/page.tsx'
import { Tabs } from '../../../kit/tabs.tsx'

/** `MoneyPage` is the frame of the pages about money. */
export function MoneyPage({
  title,
  actions,
  children,
}: {
  title: string
  actions?: ReactNode
  children: ReactNode
}) {
  const { t } = useLingui()
  const tabs = [
    { to: '/money', label: t`Balance` },
    { to: '/money/pay-in', label: t`Pay in`, isExact: false },
    { to: '/money/transfers', label: t`Other accounts` },
    { to: '/money/statements', label: t`Statements` },
  ]
  return (
    <Page title={title} actions={actions}>
      <Tabs label={t`Money`} tabs={tabs} />
      {children}
    </Page>
  )
}
