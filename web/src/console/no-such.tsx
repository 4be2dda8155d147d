import { Trans } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Empty } from '../kit/notes.tsx'
import { Page } from '../kit/page.tsx'

/** `NoSuch` is the page of what is not there: it says so, and leads to the list. */
export function NoSuch({
  title,
  to,
  list,
  isFound = true,
  children,
}: {
  title: string
  to: string
  list: ReactNode
  /** `isFound`: the box of `/` knows such things. */
  isFound?: boolean
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
        {children} {isFound && <Trans>Search for it with /.</Trans>}
      </Empty>
    </Page>
  )
}
