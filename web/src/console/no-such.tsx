import { Trans } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { ApiFault } from '../api/client.ts'
import { Empty } from '../kit/notes.tsx'
import { Page } from '../kit/page.tsx'

/** `isNone` tells that what an address names is not there. */
export const isNone = (fault: unknown): boolean =>
  fault instanceof ApiFault && [400, 404].includes(fault.status)

/** `NoSuch` is the page of what is not there: it says so, and leads to the list. */
export function NoSuch({
  title,
  to,
  list,
  children,
}: {
  title: string
  to: string
  list: ReactNode
  children: ReactNode
}) {
  return (
    <Page title={title}>
      <Empty
        action={
          <Button component={Link} to={to} variant="default">
            {list}
          </Button>
        }
      >
        {children} <Trans>Search for it with /.</Trans>
      </Empty>
    </Page>
  )
}
