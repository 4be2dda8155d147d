import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { Empty } from './notes.tsx'
import { Page } from './page.tsx'

/** `Broken` stands in the place of a page that failed while it was drawn, or whose file could not be loaded, as after an update of the server. */
export function Broken({ error }: { error: unknown }) {
  const { t } = useLingui()
  const what = error instanceof Error ? error.message : String(error)
  return (
    <Page title={t`This page could not be shown`}>
      <Empty
        action={
          <Button onClick={() => window.location.reload()}>
            <Trans>Load it again</Trans>
          </Button>
        }
      >
        <Trans>
          Load it again. If that does not help, tell the person who runs the server:{' '}
          <span className="code">{what}</span>
        </Trans>
      </Empty>
    </Page>
  )
}
