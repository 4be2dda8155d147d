import { Trans, useLingui } from '@lingui/react/macro'
import { Empty } from '../kit/notes.tsx'
import { Page } from '../kit/page.tsx'

/** `NotFound` says what was looked for. */
export function NotFound() {
  const { t } = useLingui()
  return (
    <Page title={t`Not found`}>
      <Empty
        action={
          <a href="/portal/">
            <Trans>To the start</Trans>
          </a>
        }
      >
        <Trans>
          There is no page <span className="code">{window.location.pathname}</span>.
        </Trans>
      </Empty>
    </Page>
  )
}
