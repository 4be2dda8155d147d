import { Trans } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import { Empty } from '../kit/notes.tsx'
import { Page } from '../kit/page.tsx'
import { useMay, useSession } from './session.tsx'

/** `ForOwners` shows a page to whom has its permission; to others it says who may see it. */
export function ForOwners({
  title,
  permission,
  children,
}: {
  title: string
  permission: string
  children: ReactNode
}) {
  const may = useMay()
  const { role } = useSession()
  if (may(permission)) return children
  return (
    <Page title={title}>
      <Empty>
        <Trans>
          Your role, {role}, lacks the permission <span className="code">{permission}</span>. An owner of the
          account sees this page, and can give you another role.
        </Trans>
      </Empty>
    </Page>
  )
}
